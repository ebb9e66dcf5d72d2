using SmartCardCrm.CardProtocol;

namespace SmartCardCrm.Load.Chain;

/// <summary>What a card has to say for itself after a commit: its counter and MAC, and what they
/// cover.</summary>
internal sealed record PaperCommit(LogRecord Written, CommitEvidence Evidence);

/// <summary>
/// A member card on paper: it keeps what a chip would and signs with the chip's key, without the chip's work.
/// So a load has as many as it likes.
/// </summary>
internal sealed class PaperCard(Uid uid, ulong number, CardKey tmKey)
{
    private LogRecord? _newest;
    private ReaderId _committedBy;

    public Uid Uid => uid;

    public ulong Number => number;

    /// <summary>Its newest record.</summary>
    public LogRecord Newest => _newest ?? throw new InvalidOperationException("The card is not born yet.");

    public int Points => Newest.BalanceAfter;

    /// <summary>The commit with which a card begins.</summary>
    public PaperCommit Bear(PersonalisationPlan plan) => Commit(plan.Birth, plan.ReaderId, []);

    /// <summary>A card that stands so already.</summary>
    public static PaperCard At(Uid uid, CardKey tmKey, LogRecord newest, ReaderId committedBy) =>
        new(uid, newest.CardNumber, tmKey) { _newest = newest, _committedBy = committedBy };

    /// <summary>A chip of the same keys, in the same state, as no real card allows.</summary>
    public PaperCard Copy() => new(uid, number, tmKey) { _newest = _newest, _committedBy = _committedBy };

    /// <summary>A sale that earns, redeems, or both.</summary>
    public PaperCommit Sell(LogRecord record, ReaderId by)
    {
        var read = new byte[LogRecord.Length];
        Newest.Encode(read);
        return Commit(record, by,
        [
            new TransactionStep(new byte[] { 0xAB, 4, 0, 0, 0, 1, 0, 0 }, read),
            new TransactionStep(new byte[] { 0x6C, 3 }, BitConverter.GetBytes(Points)),
            .. Change(0xDC, record.Redeemed),
            .. Change(0x0C, record.Earned),
        ]);
    }

    private static IEnumerable<TransactionStep> Change(byte command, int points) =>
        points == 0 ? [] : [new TransactionStep(new byte[] { command, 3 }, BitConverter.GetBytes(points))];

    private PaperCommit Commit(LogRecord record, ReaderId by, IReadOnlyList<TransactionStep> before)
    {
        var written = new byte[LogRecord.Length];
        record.Encode(written);
        var ids = new byte[ReaderId.Length + EncryptedReaderId.Length];
        by.CopyTo(ids);
        TransactionMac.EncryptPrevious(tmKey, uid, record.Counter, _committedBy)
            .CopyTo(ids.AsSpan(ReaderId.Length));
        List<TransactionStep> steps =
        [
            .. before,
            new TransactionStep(new byte[] { 0x8B, 4, 0, 0, 0, LogRecord.Length, 0, 0 }, written),
            new TransactionStep(new byte[] { 0xC8 }, ids),
        ];
        var mac = TransactionMac.Compute(tmKey, uid, record.Counter, steps);
        (_newest, _committedBy) = (record, by);
        return new PaperCommit(record, new CommitEvidence(new CommitProof(record.Counter, mac), steps));
    }
}
