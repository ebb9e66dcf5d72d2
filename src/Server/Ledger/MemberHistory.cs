using SmartCardCrm.CardProtocol;
using SmartCardCrm.Loyalty.Programme;
using SmartCardCrm.Server.Members;
using SmartCardCrm.Server.Programmes;
using SmartCardCrm.Server.Storage;

namespace SmartCardCrm.Server.Ledger;

/// <summary>Something that a member did, or that was done for him.</summary>
internal record MemberOperation
{
    public long Terminal { get; init; }
    public long Sequence { get; init; }
    public long RuleSet { get; init; }
    public string BusinessDate { get; init; } = "";
    public long RecordedUs { get; init; }

    /// <summary>Points that it gave at once.</summary>
    public long Given { get; init; }

    /// <summary>Points that it took off.</summary>
    public long Spent { get; init; }

    /// <summary>What a sale came to; below zero what came back.</summary>
    public long AmountMinor { get; init; }

    /// <summary>A <see cref="LogKind"/>.</summary>
    public long Kind { get; init; }

    public bool IsSale => Kind == (long)LogKind.Sale;

    public JournalPlace Place => new(Terminal, Sequence);
}

/// <summary>Goods that a member brought back, as far as that is settled. The rule set is the
/// sale's.</summary>
internal sealed record MemberReturn : MemberOperation
{
    public long SaleTerminal { get; init; }
    public long SaleSequence { get; init; }
    public long GivenBack { get; init; }
    public long TakenBack { get; init; }

    /// <summary>Those of them that are not owed.</summary>
    public long Waived { get; init; }

    public JournalPlace Sale => new(SaleTerminal, SaleSequence);
}

/// <summary>What a member has done, with all his cards and without one, as far as it has arrived.</summary>
/// <param name="db">The open book.</param>
/// <param name="member">Who.</param>
/// <param name="today">No day is later: tills write what they like.</param>
internal sealed class MemberHistory(DbSession db, Member member, DateOnly today)
{
    // Beyond that a till's business date is a mistake, and the day of the record counts.
    private const int DaysApartMost = 31;

    private readonly Dictionary<long, RuleSet> _rules = [];

    public long Member => member.Id;

    public DateOnly Today => today;

    /// <summary>Sales and adjustments. What the till went on without is made good, and counts as never
    /// done.</summary>
    public IEnumerable<MemberOperation> Operations() => OfCards().Concat(OnAccount());

    /// <summary>One without a card has no time of its own; it comes after its sale.</summary>
    public IReadOnlyList<MemberReturn> Returns() => db.List<MemberReturn>(
        """
        SELECT r.terminal, r.sequence, r.sale_terminal, r.sale_sequence, r.given_back, r.taken_back,
            r.waived, r.business_date,
            COALESCE(t.recorded_us, sold.recorded_us, account.posted_us) AS recorded_us,
            COALESCE(sold.rule_set, account.rule_set) AS rule_set, t.amount_minor
        FROM sale_return r
        LEFT JOIN card_transaction t ON t.terminal = r.terminal AND t.sequence = r.sequence
        LEFT JOIN card_transaction sold
            ON sold.terminal = r.sale_terminal AND sold.sequence = r.sale_sequence
        LEFT JOIN account_sale account
            ON account.terminal = r.sale_terminal AND account.sequence = r.sale_sequence
        WHERE r.member = @Id ORDER BY r.terminal, r.sequence
        """,
        new { member.Id });

    /// <summary>The rules of a version; those that say nothing where the book has none.</summary>
    public RuleSet RulesOf(long version)
    {
        if (!_rules.TryGetValue(version, out var rules))
        {
            rules = ProgrammeBook.Find(db, member.Programme, version) ?? ProgrammeBook.FirstRules;
            _rules.Add(version, rules);
        }

        return rules;
    }

    public DateOnly DayOf(MemberOperation operation)
    {
        var recorded = DateOnly.FromDateTime(
            UnixTime.FromMicroseconds(operation.RecordedUs).UtcDateTime);
        var day = BusinessDay.TryParse(operation.BusinessDate) is { } told
            && Math.Abs(told.DayNumber - recorded.DayNumber) <= DaysApartMost
                ? told
                : recorded;
        return day < today ? day : today;
    }

    private IReadOnlyList<MemberOperation> OfCards() => db.List<MemberOperation>(
        """
        SELECT t.terminal, t.sequence, t.earned AS given, t.redeemed AS spent, t.amount_minor, t.kind,
            t.rule_set, t.business_date, t.recorded_us
        FROM card c JOIN card_transaction t ON t.uid = c.uid AND t.generation = c.generation
        LEFT JOIN intent i ON i.terminal = t.terminal AND i.sequence = t.sequence
        WHERE c.member = @Id AND t.kind IN (@Sale, @Adjustment) AND COALESCE(i.abandoned, 0) = 0
        ORDER BY t.counter
        """,
        new { member.Id, Sale = (long)LogKind.Sale, Adjustment = (long)LogKind.Adjustment });

    private IReadOnlyList<MemberOperation> OnAccount() => db.List<MemberOperation>(
        """
        SELECT terminal, sequence, earned AS given, 0 AS spent, amount_minor, @kind AS kind, rule_set,
            business_date, posted_us AS recorded_us
        FROM account_sale WHERE member = @Id ORDER BY posted_us, terminal, sequence
        """,
        new { member.Id, kind = (long)LogKind.Sale });
}
