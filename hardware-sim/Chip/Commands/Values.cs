using System.Buffers.Binary;
using SmartCardCrm.Simulator.Chip.Memory;

namespace SmartCardCrm.Simulator.Chip.Commands;

/// <summary>GetValue, Credit, Debit, LimitedCredit and RestoreTransfer.</summary>
internal static class Values
{
    private const FileRight Any = FileRight.Read | FileRight.Write | FileRight.ReadWrite;
    private const int HeaderLength = 1;
    private const int ChangeLength = HeaderLength + sizeof(int);

    public static IEnumerable<Command> Commands =>
    [
        new(0x6C, Protection.File, Get)
        {
            Header = HeaderLength,
            Length = HeaderLength,
            Rights = Any | FileRight.FreeGetValue,
        },
        new(0x0C, Protection.File, Credit)
        {
            Header = HeaderLength,
            Length = ChangeLength,
            Rights = FileRight.ReadWrite,
        },
        new(0xDC, Protection.File, Debit) { Header = HeaderLength, Length = ChangeLength, Rights = Any },
        new(0x1C, Protection.File, LimitedCredit)
        {
            Header = HeaderLength,
            Length = ChangeLength,
            Rights = FileRight.Write | FileRight.ReadWrite,
        },
        new(0xB1, Protection.Mac, RestoreTransfer) { Length = 2, Rights = OpenPoints.MayRestore },
    ];

    /// <summary>The committed value, whatever the open transaction has done.</summary>
    private static Answer Get(ChipState card, Call call)
    {
        var value = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(value, call.FileAs<ValueFile>().Value);
        TransactionMac.Take(card, call.File!, [call.Ins, call.Bytes[0], .. value], []);
        return Answer.Of(value);
    }

    private static Answer Credit(ChipState card, Call call)
    {
        var (file, amount) = (call.FileAs<ValueFile>(), Amount(call));
        card.Transaction.Of(file).Add(amount);
        return Taken(card, call);
    }

    private static Answer Debit(ChipState card, Call call)
    {
        var (file, amount) = (call.FileAs<ValueFile>(), Amount(call));
        card.Transaction.Of(file).Add(-amount);
        return Taken(card, call);
    }

    private static Answer LimitedCredit(ChipState card, Call call)
    {
        var (file, amount) = (call.FileAs<ValueFile>(), Amount(call));
        RefusedException.When((file.Flags & 1) == 0, Status.PermissionDenied);
        card.Transaction.Of(file).AddLimited(amount);
        return Taken(card, call);
    }

    /// <summary>Target, source: the committed value of one becomes that of the other with the
    /// commit.</summary>
    private static Answer RestoreTransfer(ChipState card, Call call)
    {
        var target = call.FileAs<ValueFile>();
        if (card.File(call.Bytes[1]) is not ValueFile source || source == target)
            throw new RefusedException(Status.PermissionDenied);

        Access.Require(card, source, Any | FileRight.FreeGetValue);
        card.Transaction.Of(target).Restore(source.Value);
        return Taken(card, call);
    }

    private static int Amount(Call call)
    {
        var amount = BinaryPrimitives.ReadInt32LittleEndian(call.Bytes[HeaderLength..]);
        RefusedException.When(amount < 0, Status.ParameterError);
        return amount;
    }

    private static Answer Taken(ChipState card, Call call)
    {
        TransactionMac.Take(card, call.File!, [call.Ins, .. call.Bytes], []);
        return Answer.Empty;
    }
}
