using System.Security.Cryptography;
using System.Text;

namespace SmartCardCrm.CardProtocol;

/// <summary>Whether to believe a tap.</summary>
public abstract record TapVerdict
{
    private TapVerdict()
    {
    }

    /// <summary>A card of ours wrote the address, and never before with this counter.</summary>
    /// <param name="Uid">The card.</param>
    /// <param name="Counter">How many times it has been read by phones, 1 to 16,777,215.</param>
    /// <param name="Content">What the chip sent encrypted; empty for none.</param>
    public sealed record Genuine(Uid Uid, uint Counter, string Content) : TapVerdict;

    public sealed record Refused(TapRefusal Reason) : TapVerdict;
}

/// <summary>Verifies what cards write into the addresses that phones open (SDM, "SUN message").</summary>
/// <remarks>
/// Safe for several threads. After the reading root has been changed, cards of both roots are about: ask a
/// verifier of each. Source: NXP AN12196, sections 3.3 and 3.4, and NT4H2421Gx, section 9.3.
/// </remarks>
public sealed class TapVerifier : IDisposable
{
    private const int CounterLength = 3;
    private const int IdentityLength = Uid.Length + CounterLength;

    /// <summary>UID and counter are both there, and the UID has 7 bytes.</summary>
    private const byte UidAndCounter = 0xC7;

    private readonly RootKey _reading;
    private readonly CardKey _metaRead;

    /// <param name="reading">Root of the keys FileRead and MetaRead. Not owned.</param>
    public TapVerifier(RootKey reading)
    {
        _reading = reading;
        _metaRead = TapKeys.MetaReadKey(reading);
    }

    private static ReadOnlySpan<byte> EncryptionLabel => [0xC3, 0x3C, 0x00, 0x01, 0x00, 0x80];

    private static ReadOnlySpan<byte> MacLabel => [0x3C, 0xC3, 0x00, 0x01, 0x00, 0x80];

    /// <summary>Verifies the address that a phone opened, as received: not unescaped.</summary>
    /// <param name="address">Whole, or its query alone; from outside, so anything at all.</param>
    /// <param name="lastSeen">As for a message.</param>
    public TapVerdict Verify(string? address, Func<Uid, uint> lastSeen) =>
        TapMessage.TryParse(address) is { } message
            ? Verify(message, lastSeen)
            : new TapVerdict.Refused(TapRefusal.Malformed);

    /// <summary>Verifies a tap; the MAC first, in constant time, then that it is new.</summary>
    /// <param name="message">What <see cref="TapMessage.TryParse"/> made of the address.</param>
    /// <param name="lastSeen">The highest counter seen of a card, 0 for none. The caller stores the one in
    /// the verdict, and only if it is still above: two may come at once.</param>
    public TapVerdict Verify(TapMessage message, Func<Uid, uint> lastSeen)
    {
        Span<byte> identity = stackalloc byte[IdentityLength];
        if (!TryIdentify(message, identity))
            return new TapVerdict.Refused(TapRefusal.NotOurs);

        var uid = Uid.FromBytes(identity[..Uid.Length]);
        using var key = TapKeys.FileReadKey(uid, _reading);
        if (!IsMacRight(key, identity, message))
            return new TapVerdict.Refused(TapRefusal.WrongMac);

        var counter = (uint)new ByteReader(identity[Uid.Length..]).UInt24();
        return counter > lastSeen(uid)
            ? new TapVerdict.Genuine(uid, counter, DecryptContent(key, identity, message.Data))
            : new TapVerdict.Refused(TapRefusal.Replayed);
    }

    public void Dispose() => _metaRead.Dispose();

    /// <summary>The session keys of one tap: for the encryption of content, and for the MAC.</summary>
    /// <param name="key">FileRead key of the card.</param>
    /// <param name="identity">UID(7) ‖ counter(3), both of which the card shows.</param>
    /// <param name="encryption">Receives 16 bytes. The caller zeroes them.</param>
    /// <param name="mac">Receives 16 bytes. The caller zeroes them.</param>
    internal static void DeriveSessionKeys(
        CardKey key, ReadOnlySpan<byte> identity, Span<byte> encryption, Span<byte> mac)
    {
        Span<byte> input = stackalloc byte[AesCmac.Length];
        identity.CopyTo(input[EncryptionLabel.Length..]);
        using var cmac = new AesCmac(key.Bytes);
        EncryptionLabel.CopyTo(input);
        cmac.Compute(input, encryption);
        MacLabel.CopyTo(input);
        cmac.Compute(input, mac);
    }

    /// <summary>The UID(7) and counter(3) of a message, decrypted where they were not in clear.</summary>
    internal static bool TryDecryptPicc(AesBlocks metaRead, ReadOnlySpan<byte> picc, Span<byte> identity)
    {
        Span<byte> plain = stackalloc byte[AesBlocks.BlockLength];
        picc.CopyTo(plain);
        metaRead.DecryptCbc(stackalloc byte[AesBlocks.BlockLength], plain);
        plain.Slice(1, IdentityLength).CopyTo(identity);
        return plain[0] == UidAndCounter;
    }

    /// <summary>Whether the card with this key signed the message.</summary>
    /// <param name="key">FileRead key of the card.</param>
    /// <param name="identity">UID(7) ‖ counter(3).</param>
    /// <param name="message">Whose MAC is checked, in constant time.</param>
    internal static bool IsMacRight(CardKey key, ReadOnlySpan<byte> identity, TapMessage message)
    {
        Span<byte> keys = stackalloc byte[2 * CardKey.Length];
        DeriveSessionKeys(key, identity, keys[..CardKey.Length], keys[CardKey.Length..]);
        using var cmac = new AesCmac(keys[CardKey.Length..]);
        CryptographicOperations.ZeroMemory(keys);

        Span<byte> expected = stackalloc byte[AesCmac.ShortLength];
        cmac.ComputeShort(Encoding.ASCII.GetBytes(message.Covered), expected);
        return CryptographicOperations.FixedTimeEquals(expected, message.Mac);
    }

    /// <summary>The content of a message whose MAC is right.</summary>
    internal static string DecryptContent(
        CardKey key, ReadOnlySpan<byte> identity, ReadOnlySpan<byte> encrypted)
    {
        if (encrypted.IsEmpty)
            return "";

        Span<byte> keys = stackalloc byte[2 * CardKey.Length];
        DeriveSessionKeys(key, identity, keys[..CardKey.Length], keys[CardKey.Length..]);
        using var aes = new AesBlocks(keys[..CardKey.Length]);
        CryptographicOperations.ZeroMemory(keys);

        Span<byte> iv = stackalloc byte[AesBlocks.BlockLength];
        iv.Clear();
        identity[Uid.Length..].CopyTo(iv);
        aes.Encrypt(iv);
        var content = encrypted.ToArray();
        aes.DecryptCbc(iv, content);
        return Encoding.ASCII.GetString(content);
    }

    private bool TryIdentify(TapMessage message, Span<byte> identity)
    {
        if (message.IsEncrypted)
        {
            using var metaRead = new AesBlocks(_metaRead.Bytes);
            return TryDecryptPicc(metaRead, message.Picc, identity);
        }

        message.Picc.CopyTo(identity);
        return true;
    }
}
