using System.Security.Cryptography;

namespace SmartCardCrm.CardProtocol;

/// <summary>The keys of the application, by the number that diversification and, for 0 to 5, the card
/// use.</summary>
public enum CardKeyNumber : byte
{
    /// <summary>Personalises and changes keys. Held by the server only.</summary>
    Issuer = 0,

    /// <summary>Reads every file, commits nothing.</summary>
    Enquiry = 1,

    /// <summary>Credits, debits, writes records, commits.</summary>
    Sale = 2,

    Partner = 3,
    Spare4 = 4,
    Spare5 = 5,

    /// <summary>The key of the card's transaction MAC; not a key of the application. Held by the server
    /// only.</summary>
    TransactionMac = 0x80,
}

/// <summary>A chain's key for one purpose, from which each card's own key is derived.</summary>
public sealed class MasterKey : IDisposable
{
    // One of the two.
    private readonly byte[] _key;
    private readonly EncryptBlocks? _elsewhere;

    /// <param name="number">What the keys derived from it are for.</param>
    /// <param name="version">1 to 255; 0 is the factory's.</param>
    /// <param name="key">AES-128, 16 bytes. Copied; the copy is zeroed when disposed of.</param>
    public MasterKey(CardKeyNumber number, byte version, ReadOnlySpan<byte> key)
    {
        ArgumentOutOfRangeException.ThrowIfZero(version);
        Number = number;
        Version = version;
        _key = CardKey.Copy(key);
    }

    /// <param name="number">What the keys derived from it are for.</param>
    /// <param name="version">1 to 255; 0 is the factory's.</param>
    /// <param name="elsewhere">The key, where it is not here: for many threads, if this is.</param>
    public MasterKey(CardKeyNumber number, byte version, EncryptBlocks elsewhere)
    {
        ArgumentOutOfRangeException.ThrowIfZero(version);
        Number = number;
        Version = version;
        _key = [];
        _elsewhere = elsewhere;
    }

    public CardKeyNumber Number { get; }

    public byte Version { get; }

    /// <summary>The key of one card. The caller disposes of it.</summary>
    /// <remarks>AN10922 over <c>UID(7) ‖ AID(3) ‖ key number(1) ‖ "SCCRM"</c>.</remarks>
    public CardKey DeriveFor(Uid uid) => _elsewhere is null
        ? KeyDiversification.DeriveCardKey(_key, Version, uid, CardLayout.Application, (byte)Number)
        : KeyDiversification.DeriveCardKey(_elsewhere, Version, uid, CardLayout.Application, (byte)Number);

    /// <summary>The key check value, by which people compare keys that they must not see: the first three
    /// bytes of a block of zeros encrypted, as 6 hexadecimal digits.</summary>
    public string CheckValue()
    {
        Span<byte> block = stackalloc byte[CardKey.Length];
        block.Clear();
        if (_elsewhere is null)
        {
            using var aes = new AesBlocks(_key);
            aes.Encrypt(block);
        }
        else
        {
            _elsewhere(stackalloc byte[CardKey.Length], block);
        }

        return Convert.ToHexString(block[..3]);
    }

    public void Dispose() => CryptographicOperations.ZeroMemory(_key);
}

/// <summary>A chain's key from which a card gets whole sets of keys: those of the tap application, or of the
/// bench.</summary>
public sealed class RootKey : IDisposable
{
    private readonly byte[] _key;

    /// <param name="version">1 to 255; 0 is the factory's.</param>
    /// <param name="key">AES-128, 16 bytes. Copied; the copy is zeroed when disposed of.</param>
    public RootKey(byte version, ReadOnlySpan<byte> key)
    {
        ArgumentOutOfRangeException.ThrowIfZero(version);
        Version = version;
        _key = CardKey.Copy(key);
    }

    public byte Version { get; }

    public void Dispose() => CryptographicOperations.ZeroMemory(_key);

    /// <summary>One key. The caller disposes of it.</summary>
    internal CardKey Derive(Uid uid, Aid aid, byte number, byte? version = null) =>
        KeyDiversification.DeriveCardKey(_key, version ?? Version, uid, aid, number);
}

/// <summary>One key of one card: AES-128 and its version.</summary>
public sealed class CardKey : IDisposable
{
    internal const int Length = 16;

    /// <summary>The version of every key of a new application; ours count from 1.</summary>
    internal const byte FirstVersion = 0;

    private readonly byte[] _key;

    /// <param name="version">0 for the factory's key, otherwise the master's.</param>
    /// <param name="key">16 bytes. Copied; the copy is zeroed when disposed of.</param>
    internal CardKey(byte version, ReadOnlySpan<byte> key)
    {
        Version = version;
        _key = Copy(key);
    }

    public byte Version { get; }

    internal ReadOnlySpan<byte> Bytes => _key;

    public void Dispose() => CryptographicOperations.ZeroMemory(_key);

    /// <summary>What every key of a new application is on a card from the factory: zero, version 0.</summary>
    internal static CardKey Factory() => new(FirstVersion, stackalloc byte[Length]);

    internal static byte[] Copy(ReadOnlySpan<byte> key) =>
        key.Length == Length
            ? key.ToArray()
            : throw new ArgumentException($"A key has {Length} bytes, not {key.Length}.", nameof(key));
}
