using System.Buffers.Binary;
using SmartCardCrm.Simulator.Chip.Memory;

namespace SmartCardCrm.Simulator.Chip.Commands;

/// <summary>
/// The five commands that create files. Sources: AN12343; libnxpsc hardware notes for ISO ids.
/// </summary>
internal static class FileCreation
{
    private const byte FileNumberMost = 0x1F;
    private const byte OptionBits = 0x03 | Files.FurtherRightsOption;

    public static IEnumerable<Command> Commands =>
    [
        new(0xCD, Protection.Mac, (card, call) => CreateBytes(card, call, isBackup: false))
        {
            LengthLeast = 7,
            LengthMost = 9,
        },
        new(0xCB, Protection.Mac, (card, call) => CreateBytes(card, call, isBackup: true))
        {
            LengthLeast = 7,
            LengthMost = 9,
        },
        new(0xC1, Protection.Mac, (card, call) => CreateRecords(card, call, isCyclic: false))
        {
            LengthLeast = 10,
            LengthMost = 12,
        },
        new(0xC0, Protection.Mac, (card, call) => CreateRecords(card, call, isCyclic: true))
        {
            LengthLeast = 10,
            LengthMost = 12,
        },
        new(0xCC, Protection.Mac, CreateValue) { Length = 17 },
        new(0xCE, Protection.Full, CreateTransactionMac) { Header = 5, Length = 22 },
    ];

    /// <summary>File number, [ISO id], option, rights, size.</summary>
    private static Answer CreateBytes(ChipState card, Call call, bool isBackup)
    {
        var (isoId, rest) = TakeIsoId(card.Application, call.Bytes, tailLength: 6);
        var length = ReadUInt24(rest.AsSpan(3));
        var asksForSdm = !isBackup && (rest[0] & Files.SdmOption) != 0;
        RefusedException.When(asksForSdm && !card.Memory.Product.HasSdm, Status.ParameterError);
        RefusedException.When(length == 0, Status.ParameterError);
        return Add(card, length, isBackup ? 2 : 1, isBackup
            ? new BackupFile
            {
                Number = call.Bytes[0],
                IsoId = isoId,
                Option = rest[0],
                Rights = ReadRights(rest.AsSpan(1)),
                Content = new byte[Fitting(card, length)],
            }
            : new StandardFile
            {
                Number = call.Bytes[0],
                IsoId = isoId,
                Option = (byte)(rest[0] & ~Files.SdmOption),
                AllowsSdm = asksForSdm,
                Rights = ReadRights(rest.AsSpan(1)),
                Content = new byte[Fitting(card, length)],
            });
    }

    /// <summary>File number, [ISO id], option, rights, record size, number of records.</summary>
    private static Answer CreateRecords(ChipState card, Call call, bool isCyclic)
    {
        var (isoId, rest) = TakeIsoId(card.Application, call.Bytes, tailLength: 9);
        var (length, most) = (ReadUInt24(rest.AsSpan(3)), ReadUInt24(rest.AsSpan(6)));
        RefusedException.When(length == 0 || most < (isCyclic ? 2 : 1), Status.ParameterError);
        var total = Fitting(card, (long)length * most);
        return Add(card, total, 1, new RecordFile
        {
            Number = call.Bytes[0],
            IsoId = isoId,
            Option = rest[0],
            Rights = ReadRights(rest.AsSpan(1)),
            Cyclic = isCyclic,
            RecordLength = length,
            RecordsMost = most,
        });
    }

    /// <summary>File number, option, rights, lower limit, upper limit, value, flags.</summary>
    private static Answer CreateValue(ChipState card, Call call)
    {
        var file = new ValueFile
        {
            Number = call.Bytes[0],
            Option = call.Bytes[1],
            Rights = ReadRights(call.Bytes[2..]),
            Lower = BinaryPrimitives.ReadInt32LittleEndian(call.Bytes[4..]),
            Upper = BinaryPrimitives.ReadInt32LittleEndian(call.Bytes[8..]),
            Value = BinaryPrimitives.ReadInt32LittleEndian(call.Bytes[12..]),
            Flags = call.Bytes[16],
        };
        var isSound = file.Lower <= file.Value && file.Value <= file.Upper && file.Flags <= 3;
        RefusedException.When(!isSound, Status.ParameterError);
        return Add(card, sizeof(int), 2, file);
    }

    /// <summary>File number, option, rights, key option; TM key and its version.</summary>
    private static Answer CreateTransactionMac(ChipState card, Call call)
    {
        var file = new TransactionMacFile
        {
            Number = call.Bytes[0],
            Option = call.Bytes[1],
            Rights = ReadRights(call.Bytes[2..]),
            Key = call.Bytes[5..21].ToArray(),
            KeyVersion = call.Bytes[21],
        };
        var isSound = call.Bytes[4] == TransactionMacFile.AesKeyOption
            && file.Rights.HolderOf(FileRight.Write) == AccessRights.Never;
        RefusedException.When(!isSound, Status.ParameterError);
        RefusedException.When(card.Application.TransactionMac is not null, Status.DuplicateError);
        return Add(card, 32, 1, file);
    }

    private static Answer Add(ChipState card, int contentLength, int copies, CardFile file)
    {
        Access.RequireCreation(card);
        var isSound = file.Number <= FileNumberMost
            && (file.Option & ~OptionBits) == 0
            && (card.Memory.Product.HasEv2Extras || (file.Option & Files.FurtherRightsOption) == 0)
            && file.Rights.FitKeys(card.Application.Keys.Count);
        RefusedException.When(!isSound, Status.ParameterError);
        var files = card.Application.Files;
        var taken = files.ContainsKey(file.Number)
            || (file.IsoId is { } id && files.Values.Any(other => other.IsoId == id));
        RefusedException.When(taken, Status.DuplicateError);
        card.Memory.Take(OpenPoints.MemoryTaken(contentLength, copies));
        file.Option &= 0xFF & ~Files.FurtherRightsOption;
        files.Add(file.Number, file);
        return Answer.Empty;
    }

    /// <summary>In an application with ISO ids every file must have one; in others none may.</summary>
    private static (ushort? IsoId, byte[] Tail) TakeIsoId(
        Application application, ReadOnlySpan<byte> body, int tailLength)
    {
        var expected = 1 + tailLength + (application.UsesIsoIds ? sizeof(ushort) : 0);
        RefusedException.When(body.Length != expected, Status.LengthError);
        return application.UsesIsoIds
            ? (BinaryPrimitives.ReadUInt16LittleEndian(body[1..]), body[3..].ToArray())
            : (null, body[1..].ToArray());
    }

    /// <summary>The length, if the card has that much memory: checked before anything is allocated.</summary>
    private static int Fitting(ChipState card, long length)
    {
        RefusedException.When(length > card.Memory.FreeBytes, Status.OutOfMemory);
        return (int)length;
    }

    private static AccessRights ReadRights(ReadOnlySpan<byte> bytes) => new(bytes[0], bytes[1]);

    private static int ReadUInt24(ReadOnlySpan<byte> bytes) => bytes[0] | (bytes[1] << 8) | (bytes[2] << 16);
}
