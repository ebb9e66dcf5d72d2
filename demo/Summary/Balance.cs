using SmartCardCrm.Demo.Business;
using SmartCardCrm.Demo.HeadOffice;
using SmartCardCrm.Demo.Measuring;
using SmartCardCrm.Demo.Rack;

namespace SmartCardCrm.Demo.Summary;

/// <summary>One card, three times: by its chip, by the ledger, by the receipts of this run.</summary>
/// <param name="Customer">Whose.</param>
/// <param name="Opening">What the chip held when the run began.</param>
/// <param name="Chip">What it holds now.</param>
/// <param name="Ledger">Its account; null when headquarters has none.</param>
internal sealed record CardBooks(Customer Customer, int Opening, ChipLook Chip, LedgerCard? Ledger);

/// <summary>Everything a run's end is judged by, none of it by the word of the part it judges.</summary>
internal sealed record Evidence
{
    /// <summary>What the tills were told, and what in it contradicts the rules.</summary>
    public required TillBook Book { get; init; }

    /// <summary>What headquarters has posted in this run.</summary>
    public required IReadOnlyList<PostedTransaction> Posted { get; init; }

    public required IReadOnlyList<CardBooks> Cards { get; init; }

    public required Overview Overview { get; init; }

    public required SalesPath Path { get; init; }

    /// <summary>Baskets to sell.</summary>
    public required int Baskets { get; init; }

    /// <summary>Whether things were broken on purpose, so that there are doubts to tell of.</summary>
    public required bool IsChaos { get; init; }

    /// <summary>What went wrong outside of the books.</summary>
    public required IReadOnlyList<string> Problems { get; init; }
}

/// <summary>Compares what tills, chips and headquarters say.</summary>
internal sealed class Balance
{
    private readonly ILookup<string, PostedTransaction> _posted;
    private readonly ILookup<string, Told.Happened> _toldOf;
    private readonly HashSet<string> _told;
    private readonly ILookup<string, Told.GivenUp> _givenUpOf;

    public Balance(Evidence evidence)
    {
        _posted = evidence.Posted.Where(IsSale)
            .ToLookup(t => t.OperationId ?? "", StringComparer.OrdinalIgnoreCase);
        _toldOf = evidence.Book.Sales.ToLookup(t => t.Uid, StringComparer.OrdinalIgnoreCase);
        _told = evidence.Book.Sales.Select(t => t.OperationId).ToHashSet(StringComparer.OrdinalIgnoreCase);
        _givenUpOf = evidence.Book.All.OfType<Told.GivenUp>().Where(t => t.InDoubt)
            .ToLookup(t => t.Uid, StringComparer.OrdinalIgnoreCase);
        Lost = [.. evidence.Book.Sales.Where(t => !_posted.Contains(t.OperationId))];
        Duplicated = [.. _posted.Where(same => same.Count() > 1).Select(same => same.Key)];
        Unexplained = [.. evidence.Cards.Where(card => !IsExplained(card, evidence.Posted))];
        Matching = evidence.Cards.Count - Unexplained.Count;
    }

    /// <summary>Told to a till, unknown to headquarters.</summary>
    public IReadOnlyList<Told.Happened> Lost { get; }

    /// <summary>Operations posted more than once.</summary>
    public IReadOnlyList<string> Duplicated { get; }

    /// <summary>Cards on which chip, ledger and receipts do not agree.</summary>
    public IReadOnlyList<CardBooks> Unexplained { get; }

    public int Matching { get; }

    /// <summary>
    /// What the card should hold: what it held, what the receipts say, and what happened though a till gave
    /// up.
    /// </summary>
    public long Expected(CardBooks card, IEnumerable<PostedTransaction> posted) =>
        card.Opening
        + _toldOf[card.Customer.Uid].Sum(t => t.Earned - t.Redeemed + t.Adjusted)
        + BehindTheTillsBack(card.Customer.Uid, posted).Sum(t => t.Earned - t.Redeemed + t.Adjusted);

    // A birth has no operation.
    private static bool IsSale(PostedTransaction transaction) =>
        !string.IsNullOrEmpty(transaction.OperationId);

    private bool IsExplained(CardBooks card, IReadOnlyList<PostedTransaction> posted) =>
        card is { Chip: { Points: { } points, Counter: { } counter }, Ledger: { } ledger }
        && points == ledger.Balance && counter == ledger.Counter && points == Expected(card, posted)
        && BehindTheTillsBack(card.Customer.Uid, posted).Count() <= _givenUpOf[card.Customer.Uid].Count();

    private IEnumerable<PostedTransaction> BehindTheTillsBack(string uid,
        IEnumerable<PostedTransaction> posted) =>
        posted.Where(
            t => IsSale(t) && string.Equals(t.Uid, uid, StringComparison.OrdinalIgnoreCase)
                && !_told.Contains(t.OperationId ?? ""));
}
