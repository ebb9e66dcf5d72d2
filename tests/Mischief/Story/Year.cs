using SmartCardCrm.CardProtocol;
using SmartCardCrm.Demo;
using SmartCardCrm.Load.Chain;
using SmartCardCrm.Mischief.Chain;
using SmartCardCrm.World.Tests;

namespace SmartCardCrm.Mischief.Story;

/// <summary>Households shop as they really did, and mischief befalls some of it.</summary>
internal sealed class Year
{
    // What was bought is moved to where a card's log can hold its time.
    private const int YearsOn = 5;
    private const double ShareOfUnknown = 0.04;
    private const double ShareOfCopied = 0.06;
    private const double ShareThatRedeems = 0.2;
    private const double ShareThatMoves = 0.3;

    // Of a thousand sales so many each.
    private static readonly (Fate Fate, int Permille)[] Fates =
    [
        (Fate.Delayed, 4), (Fate.Duplicated, 30), (Fate.ConflictingDuplicate, 15), (Fate.Late, 20),
        (Fate.HalfLate, 15), (Fate.Lost, 20), (Fate.AnswerLost, 30), (Fate.CommitLost, 30),
        (Fate.AnswerFound, 15), (Fate.CommitMissed, 15), (Fate.BadMac, 15), (Fate.BadSteps, 15),
        (Fate.Forged, 15), (Fate.ForeignName, 15), (Fate.OverLimit, 30), (Fate.AgainstRules, 15),
        (Fate.UnknownRules, 15), (Fate.ClockAhead, 15), (Fate.ClockBehind, 15), (Fate.UnreadableIntent, 15),
        (Fate.UnreadableOutcome, 15),
    ];

    private readonly Office _office;
    private readonly Office _twin;
    private readonly Dice _dice;
    private readonly Dictionary<uint, ShopTerminal> _shops = [];
    private readonly Dictionary<long, Household> _households = [];

    /// <param name="office">Whose book is to have it all.</param>
    /// <param name="twin">Another book, which issues the same cards.</param>
    /// <param name="seed">The same one, the same year.</param>
    public Year(Office office, Office twin, uint seed) =>
        (_office, _twin, _dice) = (office, twin, Dice.For(seed, "mischief"));

    public List<ShopTerminal> Terminals { get; } = [];

    /// <summary>Cards that the office is to be told of later, in this order.</summary>
    public List<Uid> Unknown { get; } = [];

    public IEnumerable<Deed> Deeds => Terminals.SelectMany(terminal => terminal.Deeds);

    /// <summary>All of it happens; nothing is reported.</summary>
    public void Happen(IReadOnlyList<RealPurchase> purchases)
    {
        Issue([.. purchases.Select(purchase => purchase.Household).Distinct()]);
        foreach (var purchase in purchases)
        {
            _office.Clock.Now = new DateTimeOffset(purchase.LocalTime.AddYears(YearsOn), TimeSpan.Zero);
            Sell(_households[purchase.Household], purchase);
        }
    }

    // The unknown come last: the office then gives them the numbers that its twin gave them.
    private void Issue(IReadOnlyList<long> households)
    {
        var unknown = households.Where(_ => _dice.Chance(ShareOfUnknown)).ToHashSet();
        foreach (var (index, one) in households.OrderBy(unknown.Contains).Index())
        {
            var uid = Uid.FromBytes([0x04, 0x4D, 0x49, 0x53, 0x43, (byte)(index >> 8), (byte)(index & 0xFF)]);
            var card = _twin.Issue(uid);
            if (unknown.Contains(one))
                Unknown.Add(uid);
            else
                _office.Issue(uid);
            _households[one] = new Household(card)
            {
                IsUnknown = unknown.Contains(one),
                CopiedAfter = _dice.Chance(ShareOfCopied) ? 2 + _dice.Below(6) : int.MaxValue,
            };
        }
    }

    private void Sell(Household of, RealPurchase purchase)
    {
        if (of.Sales++ == of.CopiedAfter && !of.IsUnknown)
            of.Copy = of.Card.Copy();
        var shop = ShopOf(purchase.Store);
        // A thief with a copy, or the customer with the card as it was before.
        var branch = of.Copy is not null && _dice.Chance(0.5) ? 1 : 0;
        var clerk = new Clerk(_office, shop, branch == 1 ? of.Copy! : of.Card, purchase);
        var fate = FateOf(of, shop, clerk);
        var asked = _dice.Chance(ShareThatRedeems) ? 1 + _dice.Below(Office.OperationMost) : 0;
        of.Last = clerk.Sell(fate, asked, branch);
        Befall(shop, of.Last);
    }

    private Fate FateOf(Household of, ShopTerminal shop, Clerk clerk)
    {
        if (of.IsUnknown)
            return Fate.UnknownCard;
        if (of.CopiedAfter < int.MaxValue)
            return of.Copy is null ? Fate.Ordinary : Fate.Copied;
        // An unreadable entry does not say whose it is: its neighbours tell what became of it.
        if (of.Last?.Fate == Fate.UnreadableOutcome)
            return Fate.Ordinary;
        var thrown = _dice.Below(1000);
        foreach (var (fate, permille) in Fates)
        {
            thrown -= permille;
            if (thrown < 0)
                return Can(fate, of, shop, clerk) ? fate : Fate.Ordinary;
        }

        return Fate.Ordinary;
    }

    private static bool Can(Fate fate, Household of, ShopTerminal shop, Clerk clerk) => fate switch
    {
        Fate.UnreadableOutcome => of.Last?.Fate is null or Fate.Ordinary,
        Fate.Delayed => shop.CutFrom == uint.MaxValue,
        _ => clerk.Can(fate),
    };

    private void Befall(ShopTerminal shop, Deed deed)
    {
        if (deed.Fate == Fate.Delayed)
            shop.CutFrom = deed.Intent;
        if (!deed.IsWithheld)
            return;
        shop.WithheldFrom = deed.Fate == Fate.HalfLate ? deed.Intent + 1 : deed.Intent;
        if (deed.Fate == Fate.Lost)
            _office.Revoke(shop);
        _shops.Remove(shop.Store);
    }

    private ShopTerminal ShopOf(uint store)
    {
        // Some till of the chain.
        if (_dice.Chance(ShareThatMoves) && _shops.Count > 0)
            store = _dice.Pick([.. _shops.Keys.Order()]);
        if (!_shops.TryGetValue(store, out var shop))
        {
            shop = _office.Enrol((uint)Terminals.Count + 1, store);
            _shops[store] = shop;
            Terminals.Add(shop);
        }

        return shop;
    }

    private sealed class Household(PaperCard card)
    {
        public PaperCard Card => card;

        public PaperCard? Copy { get; set; }

        public bool IsUnknown { get; init; }

        /// <summary>After so many sales there are two of them.</summary>
        public int CopiedAfter { get; init; }

        public int Sales { get; set; }

        public Deed? Last { get; set; }
    }
}
