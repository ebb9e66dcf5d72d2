using System.Globalization;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.Loyalty.Programme;

namespace SmartCardCrm.World;

/// <summary>
/// The reference model: what every card must hold, reckoned from what really happened. It sees each commit at
/// the chip, before terminal or server know of it.
/// </summary>
internal sealed class Truth(ChainWorld world)
{
    private readonly Adjusting _adjusting = new(world);
    private readonly Allowing _allowing = new(world);
    private readonly Dictionary<int, RuleSet> _rules = [];
    private readonly Dictionary<(Uid Card, int Number), TrueAction> _actions = [];
    private readonly Dictionary<(Uid Card, uint Counter), HashSet<(DateOnly? Day, int Points)>> _told = [];
    private readonly Dictionary<uint, List<(uint Sequence, Purchase Purchase)>> _made = [];
    private readonly Dictionary<uint, List<Purchase>> _posted = [];

    /// <summary>Headquarters has published rules.</summary>
    public void Published(RuleSet rules) => _rules[rules.Version] = rules;

    /// <summary>Rules that were published.</summary>
    public RuleSet RulesOf(int version) => _rules[version];

    /// <summary>Headquarters has queued a card action.</summary>
    public void Queued(Uid card, int number, TrueAction action)
    {
        if (_actions.TryGetValue((card, number), out var before) && before != action && !world.WasRestored)
            Fail("I8", $"card {card}: action {number} was {before} and is {action}");
        _actions[(card, number)] = action;
    }

    /// <summary>Headquarters has told what expires next of a card that has done so much.</summary>
    public void ToldExpiry(Uid card, uint counter, DateOnly? day, int points)
    {
        if (!_told.TryGetValue((card, counter), out var told))
            _told[(card, counter)] = told = [];
        told.Add((day, points));
    }

    /// <summary>A till has posted a checkout.</summary>
    public void Posted(Purchase purchase)
    {
        if (!_posted.TryGetValue(purchase.Terminal, out var posted))
            _posted[purchase.Terminal] = posted = [];
        if (!posted.Contains(purchase))
            posted.Add(purchase);
    }

    /// <summary>What tills have posted to a terminal's incarnation.</summary>
    public IReadOnlyList<Purchase> PostedAt(uint terminal) => _posted.GetValueOrDefault(terminal) ?? [];

    /// <summary>The commits for purchases that a terminal's incarnation has made, oldest first.</summary>
    public IReadOnlyList<(uint Sequence, Purchase Purchase)> MadeBy(uint terminal) =>
        _made.GetValueOrDefault(terminal) ?? [];

    /// <summary>A chip has committed.</summary>
    /// <exception cref="ViolationException">It should not have, or not this.</exception>
    public void Committed(PhysicalCard card, TrueCommit commit, Presentation? presentation)
    {
        if (commit.Purchase is { } purchase)
            Attribute(purchase, commit, presentation);
        if (card.Newest is not { } before)
        {
            Demand(commit.Points == 0, "model", $"card {card.Uid} is born with {commit.Points} points");
            return;
        }

        Demand(
            commit.Record.Counter == before.Record.Counter + 1, "I12",
            $"card {card.Uid}: n {before.Record.Counter} is followed by {commit.Record.Counter}");
        if (card.Tampered)
            return;
        if (commit.Record.Kind == LogKind.CardAction && presentation is not null)
            ReckonMark(card, before, commit);
        else
            Reckon(card, before, commit, presentation);
    }

    // A card that headquarters has blocked is told so, and nothing else but what else it was to be told.
    private void ReckonMark(PhysicalCard card, TrueCommit before, TrueCommit commit)
    {
        var written = commit.Record;
        Demand(
            _rules.TryGetValue(written.RuleSetVersion, out var rules), "I10",
            $"card {card.Uid}: rule set {written.RuleSetVersion} was never published");
        var (balance, tier, blocked) = ApplyActions(card, before, commit, rules!.CardBalanceMost);
        Demand(
            (written.Tier, written.Blocked) == (tier, blocked) && blocked
                && (!before.Record.Blocked || commit.File != before.File),
            "I8",
            $"card {card.Uid} n {written.Counter}: marked with tier {written.Tier} as blocked "
                + $"{written.Blocked}, and {tier}, {blocked} by the actions applied");
        Demand(
            (written.Earned, written.Redeemed, written.Amount, written.BalanceAfter, commit.Points)
                == (0, 0, 0, balance, balance)
                && Expiries(card, before, commit).Contains((written.NextExpiry, written.NextExpiryPoints)),
            "model",
            $"card {card.Uid} n {written.Counter}: {commit.Points} points on the chip after it was marked, "
                + $"{balance} by the model");
    }

    private void Attribute(Purchase purchase, TrueCommit commit, Presentation? presentation)
    {
        purchase.Commits.Add(commit);
        if (!_made.TryGetValue(commit.Record.Terminal, out var made))
            _made[commit.Record.Terminal] = made = [];
        made.Add((commit.Record.Sequence, purchase));
        // A disk that lied lost the intent: its terminal does not know that it has sold this.
        if (!purchase.Card.Tampered && !world.WasBetrayed(purchase.Terminal))
        {
            Demand(
                purchase.Commits.Count == 1, "I6",
                $"{purchase} was committed {purchase.Commits.Count} times by card {purchase.Card.Uid}");
        }

        Demand(
            presentation is { Commits: 1 } || purchase.Card.Tampered, "I6",
            $"{purchase}: the card committed {presentation?.Commits} times in one presentation");
        // Of an unblocked card headquarters knows first.
        Demand(
            commit.Record.Circumstances.HasFlag(Circumstances.Centralised)
                || presentation is not { WasListed: true }
                || !world.IsListed(purchase.Terminal, purchase.Card.Uid),
            "hotlist",
            $"{purchase}: terminal {purchase.Terminal} served card {purchase.Card.Uid}, which it had been "
                + "told not to");
        Demand(
            commit.Record.Terminal == purchase.Terminal, "I9",
            $"{purchase} at terminal {purchase.Terminal} is signed as {commit.Record.Terminal}");
        _adjusting.Committed(purchase, commit);
    }

    private void Reckon(PhysicalCard card, TrueCommit before, TrueCommit commit, Presentation? presentation)
    {
        var written = commit.Record;
        var purchase = commit.Purchase;
        Demand(purchase is not null, "I9", $"card {card.Uid} committed n {written.Counter} for nobody");
        Demand(
            _rules.TryGetValue(written.RuleSetVersion, out var rules), "I10",
            $"card {card.Uid}: rule set {written.RuleSetVersion} was never published");

        DemandVersion(purchase!, written, presentation);
        var (balance, tier, blocked) = ApplyActions(card, before, commit, rules!.CardBalanceMost);
        DemandState(purchase!, written, tier, blocked);
        var isCentral = written.Circumstances.HasFlag(Circumstances.Centralised);
        var isStranger = !isCentral && world.IsStranger(purchase.Terminal, card.Uid);
        if (!isCentral)
            _allowing.Committed(card, commit, isStranger);
        var (next, today) = (
            (written.NextExpiry, written.NextExpiryPoints),
            DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(written.Time, ChainWorld.StoreZone).DateTime));
        var expiries = Expiries(card, before, commit);
        Demand(
            Sellable(purchase).Any(IsSaleOf), "I10",
            $"{purchase} of {purchase.Amount} with {balance} points, {purchase.Asked} asked by "
                + $"{(isStranger ? "a stranger" : "a member")}: earned {written.Earned} "
                + $"redeemed {written.Redeemed} of {written.Amount}, by the rules {ByTheRules(purchase, 0)}, "
                + $"and says {next} of {string.Join(", ", expiries)} on {today}");
        var after = balance - written.Redeemed + written.Earned;
        Demand(
            commit.Points == after && written.BalanceAfter == after, "model",
            $"card {card.Uid} n {written.Counter}: {commit.Points} points on the chip, "
                + $"{written.BalanceAfter} in the record, {after} by the model");

        // Less may be redeemed than was asked for: Spending sees that it is not more than the limits say, or
        // than the book had.
        // The card may have become known between the decision and the commit.
        bool IsLimited() => isCentral || isStranger || presentation!.WasStranger
            || world.Office.LimitsOf(purchase.Terminal) is { OperationMost: < int.MaxValue }
                or { CardOperationsMost: < byte.MaxValue } or { ReplicaHoursMost: < 24 * 366 }
            || world.Plan.Faults.HasFlag(Fault.Clock);

        (int Earned, int Redeemed) ByTheRules(Purchase sold, int expired) =>
            sold.Undoes is { Commits: [var undone, ..] }
            ? PlainRules.Undo(undone.Record, balance, rules!.CardBalanceMost)
            : sold.Adjusts != 0 ? PlainRules.Adjustment(sold.Adjusts, balance, rules!.CardBalanceMost)
            : PlainRules.Sale(
                rules!, balance, sold.Amount,
                IsLimited() ? Math.Min(sold.Asked, written.Redeemed) : sold.Asked, tier, expired);

        bool IsSaleOf(Purchase sold) =>
            written.Amount == sold.Amount && written.Kind == sold.Kind
            && expiries.Any(expiry => IsSaleWith(sold, expiry));

        bool IsSaleWith(Purchase sold, (DateOnly? Day, int Points) expiry)
        {
            var isOver = expiry.Day <= today;
            var spent = isOver || sold.Undoes is not null ? 0 : written.Redeemed;
            return PlainRules.Less(expiry, spent) == next
                && (written.Earned, written.Redeemed) == ByTheRules(sold, isOver ? expiry.Points : 0);
        }
    }

    private static void DemandState(Purchase purchase, LogRecord written, byte tier, bool blocked)
    {
        Demand(
            written.Tier == tier, "I8",
            $"{purchase}, n {written.Counter}: tier {written.Tier}, and {tier} by the actions applied");
        Demand(
            !blocked && !written.Blocked, "hotlist",
            $"{purchase}, n {written.Counter}: the card says blocked {written.Blocked}, and is blocked "
                + $"{blocked} by the actions applied");
    }

    // The newest rules that the terminal had been told; of a return those of the sale.
    private void DemandVersion(Purchase purchase, LogRecord written, Presentation? presentation)
    {
        var known = world.RulesKnownBy(purchase.Terminal);
        var pinned = purchase.Undoes is { Commits: [var sale, ..] } ? sale.Record.RuleSetVersion : (int?)null;
        Demand(
            pinned is { } version
                ? written.RuleSetVersion == version
                : written.RuleSetVersion >= presentation!.RulesKnown && written.RuleSetVersion <= known,
            "I10",
            $"{purchase}: terminal {purchase.Terminal} was told rule set {presentation!.RulesKnown}, then "
                + $"{known}, the sale was of {pinned}, and it took {written.RuleSetVersion}");
    }

    // What the card said, less what actions took off it; and whatever it was ever told at that point.
    private List<(DateOnly? Day, int Points)> Expiries(
        PhysicalCard card, TrueCommit before, TrueCommit commit)
    {
        var own = (before.Record.NextExpiry, before.Record.NextExpiryPoints);
        return
        [
            PlainRules.Less(own, commit.ActionsTook),
            .. _told.GetValueOrDefault((card.Uid, before.Record.Counter)) ?? [],
        ];
    }

    // What the card holds after the actions that it says were applied.
    private (int Balance, byte Tier, bool Blocked) ApplyActions(
        PhysicalCard card, TrueCommit before, TrueCommit commit, int balanceMost)
    {
        var (balance, tier, blocked) = (before.Points, before.Record.Tier, before.Record.Blocked);
        var file = before.File;
        var (from, through) = (before.Record.LastCardAction, commit.Record.LastCardAction);
        Demand(through >= from, "I8", $"card {card.Uid}: actions {through} after {from}");
        for (var number = from + 1; number <= through; number++)
        {
            Demand(
                _actions.TryGetValue((card.Uid, number), out var action), "I8",
                $"card {card.Uid}: action {number} was never queued");
            var change = PlainRules.Action(action.Points, balance, balanceMost);
            balance += change;
            commit.ActionsTook += Math.Max(-change, 0);
            if (action.IsDelivery)
                commit.Delivered += change;
            tier = action.Tier ?? tier;
            blocked = action.Blocks ?? blocked;
            file = action.File ?? file;
        }

        Demand(
            commit.File == file, "I8",
            $"card {card.Uid} n {commit.Record.Counter}: its member file is {commit.File}, and {file} by the "
                + "actions applied");
        return (balance, tier, blocked);
    }

    // A terminal whose disk lied may have forgotten that an older checkout is over, and sell that one.
    private IEnumerable<Purchase> Sellable(Purchase purchase) =>
        world.WasBetrayed(purchase.Terminal)
            ? [purchase, .. _posted.GetValueOrDefault(purchase.Terminal) ?? []]
            : [purchase];

    /// <summary>What must be so.</summary>
    /// <exception cref="ViolationException">It is not.</exception>
    public static void Demand(
        [System.Diagnostics.CodeAnalysis.DoesNotReturnIf(false)] bool holds, string invariant,
        string otherwise)
    {
        if (!holds)
            Fail(invariant, otherwise);
    }

    [System.Diagnostics.CodeAnalysis.DoesNotReturn]
    public static void Fail(string invariant, string what) =>
        throw new ViolationException(new Violation(invariant, what));
}

/// <summary>A card action that headquarters has queued.</summary>
/// <param name="Points">What it asks for, signed.</param>
/// <param name="IsDelivery">Whether the points come from the member's account, or go there.</param>
/// <param name="Tier">The tier that the card is to have; null where it stays.</param>
/// <param name="Blocks">Whether the card is to be blocked; null where it stays.</param>
/// <param name="File">The member file to be, in hex; null where it stays.</param>
internal sealed record TrueAction(
    int Points, bool IsDelivery, byte? Tier, bool? Blocks = null, string? File = null)
{
    // Alike in every culture.
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Points} points{(Tier is { } tier ? $", tier {tier}" : "")}"
            + $"{(Blocks is { } blocks ? $", blocked {blocks}" : "")}{(File is null ? "" : ", a file")}");
}
