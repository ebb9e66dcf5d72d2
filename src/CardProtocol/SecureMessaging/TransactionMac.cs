using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;

namespace SmartCardCrm.CardProtocol;

/// <summary>One command of a transaction with its plain data, as it enters the card's transaction MAC
/// input.</summary>
/// <param name="header">Opcode and header as sent; for CommitReaderID and value commands everything before
/// the 16 bytes of the id or the 4 bytes of the value. At least one byte. Not copied.</param>
/// <param name="data">What was written, then what was read, plain. For CommitReaderID the id and the
/// encrypted previous id. Not copied.</param>
public readonly struct TransactionStep(ReadOnlyMemory<byte> header, ReadOnlyMemory<byte> data)
{
    public ReadOnlyMemory<byte> Header { get; } = header;

    public ReadOnlyMemory<byte> Data { get; } = data;

    /// <summary>The step that a command is, once it has been answered.</summary>
    /// <param name="command">What was sent.</param>
    /// <param name="answer">The plain data of the answer. Copied.</param>
    internal static TransactionStep Of(ICommand command, ReadOnlySpan<byte> answer)
    {
        var written = new ByteWriter(stackalloc byte[1 + Frame.BodyMost + Frame.AnswerMost]);
        written.Byte(command.Ins);
        command.WriteHeader(ref written);
        var header = written.Length;
        command.WriteData(ref written);
        written.Bytes(answer);
        return new TransactionStep(written.Written[..header].ToArray(), written.Written[header..].ToArray());
    }
}

/// <summary>The card's MAC over one transaction: 8 bytes, DESFire's TMV. Compares in constant time.</summary>
/// <remarks>The default value is zero, which a card reports before its first commit.</remarks>
public readonly struct TransactionMacValue : IEquatable<TransactionMacValue>
{
    public const int Length = AesCmac.ShortLength;

    private readonly ulong _value;

    private TransactionMacValue(ulong value) => _value = value;

    /// <param name="bytes">8 bytes.</param>
    public static TransactionMacValue FromBytes(ReadOnlySpan<byte> bytes) =>
        new(BinaryPrimitives.ReadUInt64BigEndian(bytes));

    /// <summary>Writes 8 bytes.</summary>
    public void CopyTo(Span<byte> to) => BinaryPrimitives.WriteUInt64BigEndian(to, _value);

    public bool Equals(TransactionMacValue other)
    {
        Span<byte> mine = stackalloc byte[Length];
        Span<byte> theirs = stackalloc byte[Length];
        CopyTo(mine);
        other.CopyTo(theirs);
        return CryptographicOperations.FixedTimeEquals(mine, theirs);
    }

    public override bool Equals(object? obj) => obj is TransactionMacValue other && Equals(other);

    public override int GetHashCode() => _value.GetHashCode();

    public static bool operator ==(TransactionMacValue left, TransactionMacValue right) => left.Equals(right);

    public static bool operator !=(TransactionMacValue left, TransactionMacValue right) => !(left == right);

    /// <summary>16 hex digits.</summary>
    public override string ToString() => $"{_value:X16}";
}

/// <summary>What the card says of its last commit: the counter after it and the MAC over it.</summary>
/// <param name="Tmc">Transaction MAC counter; 0 before the first commit.</param>
/// <param name="Tmv">Transaction MAC value; zero before the first commit.</param>
public readonly record struct CommitProof(uint Tmc, TransactionMacValue Tmv)
{
    internal const int Length = 4 + TransactionMacValue.Length;

    internal static CommitProof Read(ReadOnlySpan<byte> data)
    {
        Answer.MustHave(data, Length);
        return new CommitProof(
            BinaryPrimitives.ReadUInt32LittleEndian(data), TransactionMacValue.FromBytes(data[4..]));
    }
}

/// <summary>The proof that a card gives of a transaction, for whoever holds its transaction MAC
/// key.</summary>
/// <remarks>Source: NXP MF2DL(H)x0 data sheet, section 10.3; AN12343 closes on real silicon.</remarks>
public static class TransactionMac
{
    internal static ReadOnlySpan<byte> MacLabel => [0x5A, 0x00, 0x01, 0x00, 0x80];

    internal static ReadOnlySpan<byte> EncryptionLabel => [0xA5, 0x00, 0x01, 0x00, 0x80];

    /// <summary>The bytes that the card's MAC covers: every step, padded with zeros to whole
    /// blocks.</summary>
    /// <remarks>A header is padded before its data, except where the two make one short field: values and
    /// reader ids.</remarks>
    public static byte[] Tmi(IEnumerable<TransactionStep> steps)
    {
        var tmi = new ArrayBufferWriter<byte>(256);
        foreach (var step in steps)
        {
            tmi.Write(step.Header.Span);
            if (step.Header.Span is not [0x6C or 0x0C or 0xDC or 0x1C or 0xC8, ..])
                Pad(tmi);
            tmi.Write(step.Data.Span);
            Pad(tmi);
        }

        return tmi.WrittenSpan.ToArray();
    }

    /// <summary>Whether the card with this key made this MAC over these steps. Takes the same time either
    /// way.</summary>
    /// <param name="key">The card's transaction MAC key.</param>
    /// <param name="uid">The card.</param>
    /// <param name="tmc">The counter that the commit reported.</param>
    /// <param name="steps">Every step of the transaction, reads included, in order.</param>
    /// <param name="tmv">The value that the commit reported.</param>
    public static bool Verify(
        CardKey key, Uid uid, uint tmc, IReadOnlyList<TransactionStep> steps, TransactionMacValue tmv) =>
        Compute(key, uid, tmc, steps) == tmv;

    /// <summary>The MAC that the card with this key makes over these steps.</summary>
    public static TransactionMacValue Compute(
        CardKey key, Uid uid, uint tmc, IReadOnlyList<TransactionStep> steps)
    {
        Span<byte> sessionKey = stackalloc byte[CardKey.Length];
        DeriveSessionKey(key, MacLabel, uid, tmc, sessionKey);
        using var cmac = new AesCmac(sessionKey);
        CryptographicOperations.ZeroMemory(sessionKey);

        Span<byte> mac = stackalloc byte[AesCmac.ShortLength];
        cmac.ComputeShort(Tmi(steps), mac);
        return TransactionMacValue.FromBytes(mac);
    }

    /// <summary>Who made the commit before the one with this counter.</summary>
    public static ReaderId DecryptPrevious(CardKey key, Uid uid, uint tmc, EncryptedReaderId encrypted)
    {
        Span<byte> block = stackalloc byte[ReaderId.Length];
        encrypted.CopyTo(block);
        using var aes = EncryptionFor(key, uid, tmc);
        aes.DecryptCbc(stackalloc byte[AesBlocks.BlockLength], block);
        return ReaderId.FromBytes(block);
    }

    /// <summary>What the card answers to CommitReaderID when the commit before was made by
    /// <paramref name="previous"/>.</summary>
    public static EncryptedReaderId EncryptPrevious(CardKey key, Uid uid, uint tmc, ReaderId previous)
    {
        Span<byte> block = stackalloc byte[ReaderId.Length];
        previous.CopyTo(block);
        using var aes = EncryptionFor(key, uid, tmc);
        aes.EncryptCbc(stackalloc byte[AesBlocks.BlockLength], block);
        return EncryptedReaderId.FromBytes(block);
    }

    private static AesBlocks EncryptionFor(CardKey key, Uid uid, uint tmc)
    {
        Span<byte> sessionKey = stackalloc byte[CardKey.Length];
        DeriveSessionKey(key, EncryptionLabel, uid, tmc, sessionKey);
        var aes = new AesBlocks(sessionKey);
        CryptographicOperations.ZeroMemory(sessionKey);
        return aes;
    }

    internal static void DeriveSessionKey(
        CardKey key, ReadOnlySpan<byte> label, Uid uid, uint tmc, Span<byte> derived)
    {
        var input = new ByteWriter(stackalloc byte[16]);
        input.Bytes(label);
        input.UInt32(tmc);
        uid.CopyTo(input.Next(Uid.Length));
        using var cmac = new AesCmac(key.Bytes);
        cmac.Compute(input.Written, derived);
    }

    private static void Pad(ArrayBufferWriter<byte> tmi)
    {
        var missing = -tmi.WrittenCount & (AesBlocks.BlockLength - 1);
        tmi.GetSpan(AesBlocks.BlockLength)[..missing].Clear();
        tmi.Advance(missing);
    }
}
