using SmartCardCrm.Simulator.Chip.Memory;
using SmartCardCrm.Simulator.Chip.Messaging;
using SmartCardCrm.Simulator.Chip.Sdm;

namespace SmartCardCrm.Simulator.Chip.Iso;

/// <summary>
/// Reading and writing by ISO commands: always plain, so only with free rights, not in an EV2 session, and
/// never where the application proves its transactions. Source: NT4H2421Gx, chapters 10.9.2 and 10.9.3.
/// </summary>
internal static class IsoFiles
{
    private const FileRight Reading = FileRight.Read | FileRight.ReadWrite;
    private const FileRight Writing = FileRight.Write | FileRight.ReadWrite;
    private const byte HasShortId = 0x80;
    private const byte ShortIdBits = 0x1F;
    private const int OneRecord = 4;
    private const int RecordsToLast = 5;

    /// <summary>Le 00 reads to the end, at most 256 bytes; so does a larger one than is left.</summary>
    public static byte[] ReadBinary(ChipState card, IsoApdu apdu)
    {
        IsoRefusedException.When(!apdu.Data.IsEmpty || apdu.Expected is null, IsoStatus.WrongLength);
        var (file, offset) = Locate(card, apdu);
        RequireFree(card, file, Reading);
        IsoRefusedException.When(offset >= file.Content.Length, IsoStatus.WrongParameters);
        var length = Math.Min(apdu.Expected ?? 0, file.Content.Length - offset);
        return SdmTap.Content(card, file).AsSpan(offset, length).ToArray();
    }

    /// <summary>A standard file changes at once, a backup file with the next CommitTransaction.</summary>
    public static void UpdateBinary(ChipState card, IsoApdu apdu)
    {
        IsoRefusedException.When(apdu.Data.IsEmpty || apdu.Expected is not null, IsoStatus.WrongLength);
        var (file, offset) = Locate(card, apdu);
        RequireFree(card, file, Writing);
        IsoRefusedException.When(offset >= file.Content.Length, IsoStatus.WrongParameters);
        var fits = apdu.Data.Length <= file.Content.Length - offset;
        IsoRefusedException.When(!fits, IsoStatus.DataLengthInconsistent);
        var target = file is BackupFile backup ? card.Transaction.Of(backup).Content : file.Content;
        apdu.Data.Span.CopyTo(target.AsSpan(offset));
    }

    /// <summary>P1 is the first record; P2 says whether it alone or all up to the last are read.</summary>
    public static byte[] ReadRecord(ChipState card, IsoApdu apdu)
    {
        IsoRefusedException.When(!apdu.Data.IsEmpty || apdu.Expected is null, IsoStatus.WrongLength);
        var way = apdu.P2 & ~(ShortIdBits << 3);
        IsoRefusedException.When(way is not (OneRecord or RecordsToLast), IsoStatus.WrongParameters);
        var file = Choose<RecordFile>(card, apdu.P2 >> 3);
        RequireFree(card, file, Reading);
        var first = Math.Max((int)apdu.P1, 1);
        IsoRefusedException.When(first > file.Records.Count, IsoStatus.NotFound);
        var count = way == OneRecord ? 1 : file.Records.Count - first + 1;
        byte[] content =
            [.. Enumerable.Range(first, count).SelectMany(number => OpenPoints.IsoRecord(file, number))];
        return content[..Fitting(apdu, content.Length)];
    }

    /// <summary>Shorter than a record, the rest is zeros; it is there with the next
    /// CommitTransaction.</summary>
    public static void AppendRecord(ChipState card, IsoApdu apdu)
    {
        IsoRefusedException.When(apdu.Data.IsEmpty || apdu.Expected is not null, IsoStatus.WrongLength);
        var isKnown = apdu.P1 == 0 && (apdu.P2 & ~(ShortIdBits << 3)) == 0;
        IsoRefusedException.When(!isKnown, IsoStatus.WrongParameters);
        var file = Choose<RecordFile>(card, apdu.P2 >> 3);
        RequireFree(card, file, Writing);
        var fits = apdu.Data.Length <= file.RecordLength;
        IsoRefusedException.When(!fits, IsoStatus.DataLengthInconsistent);
        var pending = card.Transaction.Of(file);
        var isFull = !file.Cyclic && file.Records.Count >= file.Capacity;
        IsoRefusedException.When(pending.IsCleared || isFull, IsoStatus.ConditionsNotSatisfied);
        apdu.Data.Span.CopyTo(pending.Add());
    }

    /// <summary>P1 bit 7: short id in bits 4–0, offset in P2; else P1 and P2 are the offset.</summary>
    private static (ByteFile File, int Offset) Locate(ChipState card, IsoApdu apdu)
    {
        if ((apdu.P1 & HasShortId) == 0)
            return (Choose<ByteFile>(card, shortId: 0), (apdu.P1 << 8) | apdu.P2);

        var isKnown = (apdu.P1 & ~(HasShortId | ShortIdBits)) == 0;
        IsoRefusedException.When(!isKnown, IsoStatus.WrongParameters);
        return (Choose<ByteFile>(card, apdu.P1 & ShortIdBits), apdu.P2);
    }

    /// <summary>The selected file; a short id selects one first.</summary>
    private static T Choose<T>(ChipState card, int shortId)
        where T : CardFile
    {
        if (shortId != 0)
        {
            var named = card.Selected?.Files.Values
                .FirstOrDefault(file => OpenPoints.ShortId(file) == shortId);
            card.SelectedFile = named ?? throw new IsoRefusedException(IsoStatus.NotFound);
        }

        return card.SelectedFile as T ?? throw new IsoRefusedException(IsoStatus.ConditionsNotSatisfied);
    }

    private static void RequireFree(ChipState card, CardFile file, FileRight rights)
    {
        var isProven = card.Selected?.TransactionMac is not null;
        IsoRefusedException.When(isProven, IsoStatus.ConditionsNotSatisfied);
        IsoRefusedException.When(card.Session is Ev2Channel, IsoStatus.SecurityNotSatisfied);
        var isFree = Access.IsFree(file, rights) || Access.IsSignedRead(card, file, rights);
        IsoRefusedException.When(!isFree, IsoStatus.SecurityNotSatisfied);
    }

    private static int Fitting(IsoApdu apdu, int available)
    {
        if (apdu.Expected is not { } expected || expected == IsoApdu.ExpectedMost)
            return Math.Min(available, IsoApdu.ExpectedMost);

        return expected <= available
            ? expected
            : throw new IsoRefusedException(IsoStatus.WrongExpectedLength + (byte)available);
    }
}
