using SmartCardCrm.CardProtocol;
using SmartCardCrm.Loyalty.Programme;
using SmartCardCrm.Server.Members;
using SmartCardCrm.Server.Storage;

namespace SmartCardCrm.Server.Ledger;

/// <summary>Something that a member did, or that was done for him.</summary>
internal record MemberOperation
{
    public long Member { get; init; }
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
/// <param name="rows">The member's, and perhaps others'.</param>
/// <param name="member">Who.</param>
/// <param name="today">No day is later: tills write what they like.</param>
internal sealed class MemberHistory(MemberRows rows, Member member, DateOnly today)
{
    // Beyond that a till's business date is a mistake, and the day of the record counts.
    private const int DaysApartMost = 31;

    public long Member => member.Id;

    public DateOnly Today => today;

    /// <summary>Sales and adjustments.</summary>
    public IEnumerable<MemberOperation> Operations() =>
        rows.WithCards[member.Id].Concat(rows.OnAccount[member.Id]);

    public IEnumerable<MemberReturn> Returns() => rows.Returns[member.Id];

    public RuleSet RulesOf(long version) => rows.RulesOf(member.Programme, version);

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
}
