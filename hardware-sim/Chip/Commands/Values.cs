using System.Buffers.Binary;
using SmartCardCrm.Simulator.Chip.Memory;

namespace SmartCardCrm.Simulator.Chip.Commands;

/// <summary>GetValue, Credit, Debit and LimitedCredit.</summary>
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
    ];

    /// <summary>The committed value, whatever the open transaction has done.</summary>
    private static Answer Get(ChipState card, Call call)
    {
        var value = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(value, call.FileAs<ValueFile>().Value);
        TransactionMac.Take(card, [call.Ins, call.Bytes[0], .. value], []);
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

    private static int Amount(Call call)
    {
        var amount = BinaryPrimitives.ReadInt32LittleEndian(call.Bytes[HeaderLength..]);
        RefusedException.When(amount < 0, Status.ParameterError);
        return amount;
    }

    private static Answer Taken(ChipState card, Call call)
    {
        TransactionMac.Take(card, [call.Ins, .. call.Bytes], []);
        return Answer.Empty;
    }
}
