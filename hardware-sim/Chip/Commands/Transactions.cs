using SmartCardCrm.Simulator.Chip.Memory;

namespace SmartCardCrm.Simulator.Chip.Commands;

/// <summary>CommitTransaction, AbortTransaction and CommitReaderID.</summary>
internal static class Transactions
{
    private const byte ReturnProof = 1;

    public static IEnumerable<Command> Commands =>
    [
        new(0xC7, Protection.Mac, Commit) { LengthMost = 1 },
        new(0xA7, Protection.Mac, Abort),
        new(0xC8, Protection.Mac, CommitReaderId) { Length = 16 },
    ];

    private static Answer Commit(ChipState card, Call call)
    {
        var option = call.Bytes.IsEmpty ? 0 : call.Bytes[0];
        RefusedException.When(option > ReturnProof, Status.ParameterError);
        var mac = card.Application.TransactionMac;
        RefusedException.When(option == ReturnProof && mac is null, OpenPoints.TransactionMacNotAvailable);
        RefusedException.When(card.Transaction.IsEmpty, Status.NoChanges);
        if (mac is not null)
        {
            var isMissing = card.Transaction.ReaderId is null
                && mac.HoldersOf(FileRight.ReadWrite).Any(holder => holder != AccessRights.Never);
            RefusedException.When(isMissing, OpenPoints.ReaderIdMissing);
            TransactionMac.Close(card, mac);
        }

        card.Transaction.Apply();
        card.AbortTransaction();
        return option == ReturnProof ? Answer.Of(TransactionMac.Content(mac!)) : Answer.Empty;
    }

    private static Answer Abort(ChipState card, Call call)
    {
        RefusedException.When(card.Transaction.IsEmpty, Status.NoChanges);
        card.AbortTransaction();
        return Answer.Empty;
    }

    private static Answer CommitReaderId(ChipState card, Call call)
    {
        var file = card.Application.TransactionMac ?? throw new RefusedException(Status.PermissionDenied);
        RefusedException.When(card.Session is null, OpenPoints.ReaderIdWithoutSession);
        Access.Require(card, file, FileRight.ReadWrite);
        RefusedException.When(card.Transaction.ReaderId is not null, OpenPoints.ReaderIdTwice);
        return Answer.Of(TransactionMac.TakeReaderId(card, file, call.Bytes));
    }
}
