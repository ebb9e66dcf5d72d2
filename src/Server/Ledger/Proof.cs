using SmartCardCrm.CardProtocol;
using SmartCardCrm.Server.Reconciliation;

namespace SmartCardCrm.Server.Ledger;

/// <summary>A commit as a terminal tells it.</summary>
/// <param name="Place">The terminal and its intent, which the card's record and reader id must name.</param>
/// <param name="Uid">The card.</param>
/// <param name="Evidence">The card's counter and MAC, and the commands they are said to cover.</param>
internal sealed record ReportedCommit(JournalPlace Place, Uid Uid, CommitEvidence Evidence);

/// <summary>A commit as the card signed it.</summary>
internal sealed record ProvenCommit
{
    public required JournalPlace Place { get; init; }

    /// <summary>The card's MAC; null where the commit is inferred from its neighbours.</summary>
    public TransactionMacValue? Tmv { get; init; }

    /// <summary>The newest record before; null at birth.</summary>
    public required LogRecord? Read { get; init; }
    public required LogRecord Written { get; init; }
    public required ReaderId ReaderId { get; init; }

    /// <summary>Who committed before; zero at birth.</summary>
    public required ReaderId Previous { get; init; }

    /// <summary>Whether the member file was written.</summary>
    public bool WritesProfile { get; init; }

    /// <summary>As it was written; null where it was not, or not so that it can be read.</summary>
    public MemberProfile? Profile { get; init; }

    /// <summary>Points on the chip before, as the chip itself said; 0 at birth.</summary>
    public required int BalanceBefore { get; init; }
    public uint Counter => Written.Counter;

    /// <summary>What card actions changed, signed: the rest once what the sale did is taken away.</summary>
    public long Adjusted => (long)Written.BalanceAfter - BalanceBefore - Written.Earned + Written.Redeemed;
}

/// <summary>Whether a reported commit is what a card signed.</summary>
internal abstract record ProofResult
{
    private ProofResult() { }

    /// <summary>It is.</summary>
    public sealed record Proven(ProvenCommit Commit) : ProofResult;

    /// <summary>It is not.</summary>
    /// <param name="Cause">Bad proof or bad reader id.</param>
    /// <param name="Detail">A stable code for the first check that failed.</param>
    public sealed record Refuted(string Cause, string Detail) : ProofResult;
}

/// <summary>Checks what a terminal reports against what the card signed. Pure: the same report, the same
/// answer.</summary>
internal static class Proof
{
    /// <summary>Whether the card's MAC covers the report, and the report says what a member card can
    /// do.</summary>
    /// <param name="reported">What the terminal says.</param>
    /// <param name="cardNumber">The number under which headquarters knows the card.</param>
    /// <param name="tmKey">The card's transaction MAC key. Not owned.</param>
    /// <param name="readerKey">The reporting terminal's reader-id key. Not owned.</param>
    public static ProofResult Check(
        ReportedCommit reported, long cardNumber, CardKey tmKey, ReaderIdKey readerKey)
    {
        var (proof, steps) = reported.Evidence;
        if (TransactionMac.Compute(tmKey, reported.Uid, proof.Tmc, steps) != proof.Tmv)
            return Bad("mac");
        var result = CheckContent(reported, cardNumber, tmKey, readerKey);
        return result is ProofResult.Proven(var commit)
            ? new ProofResult.Proven(commit with { Tmv = proof.Tmv })
            : result;
    }

    /// <summary>All of <see cref="Check"/> but the MAC, for a commit whose MAC is lost; the caller has other
    /// evidence.</summary>
    /// <inheritdoc cref="Check"/>
    public static ProofResult CheckContent(
        ReportedCommit reported, long cardNumber, CardKey tmKey, ReaderIdKey readerKey)
    {
        var (proof, steps) = reported.Evidence;
        if (TransactionContent.TryRead(steps) is not
            { RecordWritten: { } written, ReaderId: { } readerId, PreviousReaderId: { } encrypted } content)
        {
            return Bad("steps");
        }

        if (WrongReader(reported, readerId, readerKey) is { } reader)
            return new ProofResult.Refuted(Cause.BadReaderId, reader);
        if (WrongRecord(reported, content, written, cardNumber) is { } record)
            return Bad(record);

        return new ProofResult.Proven(new ProvenCommit
        {
            Place = reported.Place,
            Read = content.RecordRead,
            Written = written,
            ReaderId = readerId,
            Previous = TransactionMac.DecryptPrevious(tmKey, reported.Uid, proof.Tmc, encrypted),
            BalanceBefore = content.BalanceRead ?? 0,
            WritesProfile = content.WritesProfile,
            Profile = content.ProfileWritten,
        });
    }

    private static ProofResult.Refuted Bad(string detail) => new(Cause.BadProof, detail);

    private static string? WrongReader(ReportedCommit reported, ReaderId id, ReaderIdKey key) =>
        new JournalPlace(id.Terminal, id.Sequence) != reported.Place ? "reader-id-other"
        : !key.Verify(id, reported.Uid, reported.Evidence.Proof.Tmc) ? "reader-id-mac"
        : null;

    private static string? WrongRecord(
        ReportedCommit reported, TransactionContent content, LogRecord written, long cardNumber) =>
        written.Counter != reported.Evidence.Proof.Tmc ? "counter"
        : new JournalPlace(written.Terminal, written.Sequence) != reported.Place ? "record-terminal"
        : written.CardNumber != (ulong)cardNumber ? "card-number"
        : written.Kind == LogKind.Birth ? WrongBirth(content, written)
        : WrongSuccession(content, written);

    private static string? WrongBirth(TransactionContent content, LogRecord written) =>
        written.Counter != 1 || content.RecordRead is not null || content.ValueChanges.Count > 0
        || written is not { Earned: 0, Redeemed: 0, BalanceAfter: 0 }
            ? "birth"
            : null;

    private static string? WrongSuccession(TransactionContent content, LogRecord written) =>
        content is not { RecordRead: { } read, BalanceRead: { } balance } ? "reads"
        : written.Counter != (long)read.Counter + 1 ? "counter-read"
        : read.CardNumber != written.CardNumber ? "card-number"
        : read.BalanceAfter != balance ? "balance-read"
        : written.BalanceAfter != balance + content.ValueChanges.Sum(change => (long)change) ? "balance"
        : (long)written.BalanceAfter - written.Earned + written.Redeemed is < 0 or > int.MaxValue ? "points"
        : null;
}
