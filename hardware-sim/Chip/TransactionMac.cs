using System.Buffers.Binary;
using SmartCardCrm.Simulator.Chip.Memory;
using SmartCardCrm.Simulator.Chip.Messaging;

namespace SmartCardCrm.Simulator.Chip;

/// <summary>
/// The proof a card gives for a committed transaction. Sources: NXP MF2DL(H)x0, section 10.3; the byte order
/// was confirmed on the WriteRecord example of AN12343.
/// </summary>
internal static class TransactionMac
{
    public const int ContentLength = 12;

    /// <summary>TMC and TMV, 12 bytes: what reading the file gives.</summary>
    public static byte[] Content(TransactionMacFile file) => [.. Counter(file.Counter), .. file.LastValue];

    /// <summary>
    /// Appends a command to the open transaction, if the application proves its transactions.
    /// </summary>
    /// <param name="card">The chip.</param>
    /// <param name="file">What the command is about.</param>
    /// <param name="header">Opcode and header bytes, real lengths instead of zero.</param>
    /// <param name="data">Plain data written or read.</param>
    /// <exception cref="RefusedException">The card has used up its counter.</exception>
    public static void Take(
        ChipState card, CardFile file, ReadOnlySpan<byte> header, ReadOnlySpan<byte> data)
    {
        if (card.OwnerOf(file).TransactionMac is not { } proof)
            return;

        RequireBelowLimit(proof);
        var input = card.Transaction.MacInput;
        input.AddRange(header);
        Pad(input);
        input.AddRange(data);
        Pad(input);
    }

    /// <summary>Keeps the reader id for the commit and gives the one before, encrypted, 16 bytes.</summary>
    public static byte[] TakeReaderId(ChipState card, TransactionMacFile file, ReadOnlySpan<byte> readerId)
    {
        RequireBelowLimit(file);
        using var key = SessionKey(file, card.Memory.Uid, 0xA5);
        var encrypted = key.EncryptCbc(file.PreviousReaderId, new byte[AesCmac.BlockLength]);
        Take(card, file, [0xC8, .. readerId, .. encrypted], []);
        card.Transaction.ReaderId = readerId.ToArray();
        return encrypted;
    }

    /// <summary>Counts the transaction and signs it.</summary>
    public static void Close(ChipState card, TransactionMacFile file)
    {
        using var key = SessionKey(file, card.Memory.Uid, 0x5A);
        file.LastValue = key.ComputeShort([.. card.Transaction.MacInput]);
        file.Counter++;
        file.PreviousReaderId = card.Transaction.ReaderId ?? file.PreviousReaderId;
    }

    /// <param name="file">Holds key and the counter before the commit.</param>
    /// <param name="uid">7 bytes.</param>
    /// <param name="label">5A for SesTMMACKey, A5 for SesTMENCKey.</param>
    internal static AesCmac SessionKey(TransactionMacFile file, ReadOnlySpan<byte> uid, byte label)
    {
        using var key = new AesCmac(file.Key);
        byte[] vector = [label, 0x00, 0x01, 0x00, 0x80, .. Counter(file.Counter + 1), .. uid];
        return new AesCmac(key.Compute(vector));
    }

    private static void RequireBelowLimit(TransactionMacFile file) =>
        RefusedException.When(file.Counter >= OpenPoints.TransactionMacLimit, Status.PermissionDenied);

    private static void Pad(List<byte> input) =>
        input.AddRange(new byte[OpenPoints.TmiPaddingAfter(input.Count)]);

    private static byte[] Counter(uint value)
    {
        var bytes = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return bytes;
    }
}
