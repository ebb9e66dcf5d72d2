using System.Buffers.Binary;
using System.Security.Cryptography;
using SmartCardCrm.CardProtocol;

namespace SmartCardCrm.Terminal;

/// <summary>What a sealed value is, so that none passes for another.</summary>
internal enum SealedPlace : byte
{
    Entry = 1,
    Checkout = 2,
    Card = 3,
    CardAction = 4,
}

/// <summary>
/// The journal key at work: AES-256-GCM over what the database says of customers, and keyed hashes where it
/// is looked up by. A sealed value is nonce(12) ‖ tag(16) ‖ ciphertext, bound to its place and row. For one
/// thread at a time, as its connections are.
/// </summary>
internal sealed class JournalSeal : IDisposable
{
    public const int KeyLength = 32;
    public const int HashLength = 16;

    private const int NonceLength = 12;
    private const int TagLength = 16;

    private readonly AesGcm _cipher;
    private readonly byte[] _lookUpKey;
    private readonly FillRandom _random;
    private byte[] _sealed = new byte[2048];
    private byte[] _plain = new byte[2048];

    /// <param name="key">32 bytes. Read, not kept.</param>
    /// <param name="random">For nonces.</param>
    public JournalSeal(ReadOnlySpan<byte> key, FillRandom random)
    {
        if (key.Length != KeyLength)
            throw new ArgumentException("A journal key has 32 bytes.", nameof(key));
        _random = random;
        Span<byte> derived = stackalloc byte[KeyLength];
        Derive(key, "SmartCardCrm journal", derived);
        _cipher = new AesGcm(derived, TagLength);
        CryptographicOperations.ZeroMemory(derived);
        _lookUpKey = new byte[KeyLength];
        Derive(key, "SmartCardCrm journal look-ups", _lookUpKey);
        Span<byte> check = stackalloc byte[HashLength];
        Derive(key, "SmartCardCrm journal check", check);
        Check = check.ToArray();
    }

    /// <summary>Tells this key from others, and nothing else of it; 16 bytes. Not to be changed.</summary>
    public byte[] Check { get; }

    /// <returns>Valid until the next call.</returns>
    public ReadOnlyMemory<byte> Seal(SealedPlace place, RowName row, ReadOnlySpan<byte> plain)
    {
        var length = NonceLength + TagLength + plain.Length;
        Grow(ref _sealed, length);
        var nonce = _sealed.AsSpan(0, NonceLength);
        _random(nonce);
        Span<byte> named = stackalloc byte[RowName.Length + 1];
        row.Write(place, named);
        _cipher.Encrypt(
            nonce, plain, _sealed.AsSpan(NonceLength + TagLength, plain.Length),
            _sealed.AsSpan(NonceLength, TagLength), named);
        return _sealed.AsMemory(0, length);
    }

    /// <returns>Valid until the next call.</returns>
    /// <exception cref="CryptographicException">It was not sealed under this key for this place and
    /// row.</exception>
    public ReadOnlySpan<byte> Open(SealedPlace place, RowName row, ReadOnlySpan<byte> sealing)
    {
        var length = sealing.Length - NonceLength - TagLength;
        if (length < 0)
            throw new CryptographicException("What is sealed is longer.");
        Grow(ref _plain, length);
        Span<byte> named = stackalloc byte[RowName.Length + 1];
        row.Write(place, named);
        _cipher.Decrypt(
            sealing[..NonceLength], sealing[(NonceLength + TagLength)..],
            sealing.Slice(NonceLength, TagLength), _plain.AsSpan(0, length), named);
        return _plain.AsSpan(0, length);
    }

    /// <summary>What is looked up instead of a value that says something of a customer; 16 bytes.</summary>
    public byte[] LookUp(SealedPlace place, ReadOnlySpan<byte> value)
    {
        Span<byte> covered = stackalloc byte[1 + value.Length];
        covered[0] = (byte)place;
        value.CopyTo(covered[1..]);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        HMACSHA256.HashData(_lookUpKey, covered, hash);
        return hash[..HashLength].ToArray();
    }

    public void Dispose()
    {
        _cipher.Dispose();
        CryptographicOperations.ZeroMemory(_lookUpKey);
        CryptographicOperations.ZeroMemory(_plain);
    }

    private static void Derive(ReadOnlySpan<byte> key, string purpose, Span<byte> derived) =>
        HKDF.DeriveKey(
            HashAlgorithmName.SHA256, key, derived, salt: [],
            info: System.Text.Encoding.ASCII.GetBytes(purpose));

    private static void Grow(ref byte[] buffer, int length)
    {
        if (buffer.Length < length)
            buffer = new byte[length * 2];
    }
}

/// <summary>Names a row of the database: an entry by its sequence, all else by 16 bytes.</summary>
internal readonly ref struct RowName
{
    public const int Length = 16;

    private readonly ReadOnlySpan<byte> _name;
    private readonly uint _sequence;

    public RowName(uint sequence) => _sequence = sequence;

    /// <param name="name">16 bytes.</param>
    public RowName(ReadOnlySpan<byte> name) => _name = name;

    /// <param name="named">Receives 17 bytes.</param>
    public void Write(SealedPlace place, Span<byte> named)
    {
        named.Clear();
        named[0] = (byte)place;
        if (_name.IsEmpty)
            BinaryPrimitives.WriteUInt32LittleEndian(named[1..], _sequence);
        else
            _name.CopyTo(named[1..]);
    }
}
