using System.Globalization;
using SmartCardCrm.Demo.Business;
using SmartCardCrm.Demo.Purchases;
using SmartCardCrm.Demo.Rack;

namespace SmartCardCrm.Demo.Playground;

/// <summary>A card of the visitor's.</summary>
/// <param name="Name">What the rack calls it.</param>
/// <param name="Owner">0, 1, 2 …: whose it is, for the page to name and to colour.</param>
/// <param name="Copy">0 for the card itself, 1 for its first copy …</param>
/// <param name="Uid">14 hex digits; a copy's are its card's.</param>
internal sealed record VisitorCard(string Name, int Owner, int Copy, string Uid);

/// <summary>Cards for whoever plays, of members of their own: the shoppers never use them.</summary>
internal sealed class VisitorWallet
{
    private const int FirstHousehold = 90_001;
    private const int CopiesMost = 4;
    private const char CopyMark = 'C';

    // The page has the given names in both languages.
    private static readonly MemberName[] Owners =
    [
        new("Alice Reed", "en"), new("Борис Ткач", "ru"), new("Clara Walsh", "en"),
        new("Дарья Мельник", "ru"),
    ];

    private readonly CardRack _rack;
    private readonly Lock _lock = new();
    private readonly List<VisitorCard> _cards;

    private VisitorWallet(CardRack rack, List<VisitorCard> cards) => (_rack, _cards) = (rack, cards);

    /// <summary>How many cards it has, copies apart.</summary>
    public static int Size => Owners.Length;

    /// <summary>In the order of their owners, copies behind their card.</summary>
    public IReadOnlyList<VisitorCard> Cards
    {
        get
        {
            lock (_lock)
                return [.. _cards.OrderBy(card => card.Owner).ThenBy(card => card.Copy)];
        }
    }

    /// <summary>Issues the cards at the first time; later finds them again, and the copies made
    /// since.</summary>
    /// <param name="chain">Running.</param>
    /// <param name="issue">At whose readers.</param>
    /// <param name="progress">Told how many cards there are, after each.</param>
    public static async Task<VisitorWallet> FillAsync(
        ChainInABox chain, CardIssue issue, Action<int> progress, CancellationToken cancellation)
    {
        var known = chain.State.Visitors;
        if (known is null)
        {
            var visitors = await issue.IssueAsync(
                Enumerable.Range(FirstHousehold, Owners.Length),
                household => Owners[household - FirstHousehold], progress, cancellation);
            known = [.. visitors.OrderBy(visitor => visitor.Household)];
            chain.Remember(chain.State with { Visitors = known });
        }

        var names = await chain.Readers.Rack.CardsAsync(cancellation);
        var originals = known.Select((visitor, owner) =>
            new VisitorCard(visitor.Uid, owner, 0, visitor.Uid)).ToList();
        var copies =
            from original in originals
            from copy in Enumerable.Range(1, CopiesMost)
            let name = NameOfCopy(original, copy)
            where names.Contains(name, StringComparer.OrdinalIgnoreCase)
            select original with { Name = name, Copy = copy };
        return new VisitorWallet(chain.Readers.Rack, [.. originals, .. copies]);
    }

    public VisitorCard? Find(string name) => Cards.FirstOrDefault(card => card.Name == name);

    /// <summary>A copy of a card as it is now.</summary>
    /// <returns>Null where it has copies enough.</returns>
    public async Task<VisitorCard?> CopyAsync(VisitorCard card, CancellationToken cancellation)
    {
        var last = Cards.Where(other => other.Owner == card.Owner).Max(other => other.Copy);
        if (last == CopiesMost)
            return null;
        var copy = card with { Name = NameOfCopy(card, last + 1), Copy = last + 1 };
        await _rack.CloneAsync(card.Name, copy.Name, cancellation);
        lock (_lock)
            _cards.Add(copy);
        return copy;
    }

    private static string NameOfCopy(VisitorCard card, int copy) =>
        string.Create(CultureInfo.InvariantCulture, $"{card.Uid}{CopyMark}{copy}");
}
