namespace SmartCardCrm.Loyalty.Programme;

/// <summary>One line of a basket, after all discounts: a till spreads those of the receipt over its
/// lines.</summary>
/// <param name="Sku">The shop's own name for the article; empty where the till names none.</param>
/// <param name="Category">The shop's group of articles; empty for none.</param>
/// <param name="QuantityMilli">Thousandths of a unit, above zero: 2 pieces are 2000, 345 g are 345.</param>
/// <param name="AmountMinor">What the line costs, tax included, minor units, not negative.</param>
/// <param name="TaxMinor">The tax in it, 0 to <paramref name="AmountMinor"/>.</param>
/// <param name="DiscountMinor">What was taken off before, tax included, not negative.</param>
public readonly record struct BasketLine(
    string Sku, string Category, long QuantityMilli, long AmountMinor, long TaxMinor,
    long DiscountMinor = 0)
{
    public const int UnitMilli = 1000;
}

/// <summary>What a customer buys.</summary>
/// <param name="Currency">ISO 4217.</param>
/// <param name="Lines">1 to <see cref="LinesMost"/>, in the receipt's order. Two baskets are equal when all
/// their lines are.</param>
public sealed record Basket(string Currency, IReadOnlyList<BasketLine> Lines)
{
    public const int LinesMost = 500;
    public const int NameMost = 64;

    /// <summary>What all of it costs.</summary>
    public Money Total => new(Lines.Sum(line => line.AmountMinor), Currency);

    /// <summary>A basket of which the till tells only what it costs.</summary>
    public static Basket Of(Money amount) =>
        new(amount.Currency, [new BasketLine("", "", BasketLine.UnitMilli, amount.Minor, 0)]);

    /// <summary>Whether every number is within its range and the total fits in 31 bits, as on the
    /// card.</summary>
    public bool IsInRange =>
        Lines.Count is >= 1 and <= LinesMost && Lines.All(IsInRangeLine) && Total.Minor <= int.MaxValue;

    public bool Equals(Basket? other) =>
        other is not null && Currency == other.Currency && Lines.SequenceEqual(other.Lines);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.Add(Currency, StringComparer.Ordinal);
        foreach (var line in Lines)
            hash.Add(line);
        return hash.ToHashCode();
    }

    private static bool IsInRangeLine(BasketLine line) =>
        line is { QuantityMilli: > 0 and <= int.MaxValue, AmountMinor: >= 0 and <= int.MaxValue }
        && line.TaxMinor >= 0 && line.TaxMinor <= line.AmountMinor
        && line.DiscountMinor >= 0 && line.DiscountMinor <= int.MaxValue - line.AmountMinor
        && line.Sku.Length <= NameMost && line.Category.Length <= NameMost;
}

/// <summary>Who buys, where and when, as far as rules ask.</summary>
/// <param name="Tier">The tier on the card, 0 to 255.</param>
/// <param name="Segments">Those headquarters has the member in; none for a stranger.</param>
/// <param name="Store">The store's number.</param>
/// <param name="LocalTime">The store's wall clock, to the second.</param>
public sealed record Occasion(
    int Tier, IReadOnlyCollection<string> Segments, uint Store, DateTime LocalTime);
