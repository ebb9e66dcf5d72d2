using SmartCardCrm.Loyalty.Offline;
using SmartCardCrm.Loyalty.Programme;

namespace SmartCardCrm.Terminal.Doctor;

/// <summary>What the terminal decides by when nobody can be asked.</summary>
internal static class RulesCheck
{
    private const string Fetch =
        "They come with the first connection to the server: start the terminal, see the lines server.";

    private const string AskAgain =
        "The terminal asks for them again at its next start: systemctl restart smartcardcrm-terminal";

    public static IEnumerable<Finding> Judge(ReplicaSight sight, DateTimeOffset now)
    {
        yield return Rules(sight.Rules);
        var limits = sight.Limits is { IsSigned: true, Bytes: var document } ? TryLimits(document) : null;
        yield return Limits(sight.Limits, limits);
        yield return Hotlist(sight.Hotlist);
        if (sight.AsOfUs > 0 && limits is not null)
            yield return Replica(AsOf(sight), limits, now);
    }

    private static Finding Rules(KeptDocument? kept)
    {
        if (kept is null)
            return Finding.Fail(DoctorCode.RulesAbsent, "No rule set yet: nothing is sold.", Fetch);
        return kept.IsSigned && TryRules(kept.Bytes) is { } rules
            ? Finding.Ok(Subject.Rules, FormattableString.Invariant($"rule set {rules.Version}, signed"))
            : Finding.Fail(
                DoctorCode.RulesUnsigned, "The newest rule set is not what headquarters signed.", AskAgain,
                "If it comes back, somebody changes this disk, or the server runs with another vault.");
    }

    private static Finding Limits(KeptDocument? kept, Limits? limits)
    {
        if (kept is null)
            return Finding.Warn(DoctorCode.LimitsAbsent, "No limits yet: nobody redeems points.", Fetch);
        return limits is not null
            ? Finding.Ok(Subject.Limits, FormattableString.Invariant(
                $"version {limits.Version}, signed: {limits.DayMost} points a day"))
            : Finding.Warn(
                DoctorCode.LimitsUnsigned, "The limits are not what headquarters signed: nobody redeems.",
                AskAgain);
    }

    private static Finding Hotlist(HotlistState state) => state switch
    {
        HotlistState.Whole => Finding.Ok(Subject.Hotlist, "whole"),
        HotlistState.Incomplete => Finding.Warn(
            DoctorCode.HotlistIncomplete, "The list of blocked cards is still coming: nobody redeems.",
            Fetch),
        _ => Finding.Warn(
            DoctorCode.HotlistDamaged, "The list of blocked cards is damaged: nobody redeems points.",
            "The terminal asks for it again by itself when it reaches the server: see the line server.",
            "If it comes back, the disk is failing: dmesg --level err"),
    };

    private static Finding Replica(DateTimeOffset asOf, Limits limits, DateTimeOffset now)
    {
        var seen = FormattableString.Invariant(
            $"all that headquarters says, as of {asOf:u}; {limits.ReplicaHoursMost} hours allowed");
        return !limits.IsTooOldToRedeem(now - asOf)
            ? Finding.Ok(Subject.Replica, seen)
            : Finding.Warn(
                DoctorCode.ReplicaOld, $"{seen}: nobody redeems points.",
                "Bring the network back: see the lines server. If the network is there, see clock.");
    }

    private static DateTimeOffset AsOf(ReplicaSight sight) =>
        DateTimeOffset.UnixEpoch.AddTicks(sight.AsOfUs * TimeSpan.TicksPerMicrosecond);

    private static RuleSet? TryRules(ReadOnlyMemory<byte> document)
    {
        try
        {
            return RuleSet.FromDocument(document.Span);
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private static Limits? TryLimits(ReadOnlyMemory<byte> document)
    {
        try
        {
            return Loyalty.Offline.Limits.FromDocument(document.Span);
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
