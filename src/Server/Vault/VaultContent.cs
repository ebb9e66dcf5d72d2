using System.Buffers.Binary;
using System.Security.Cryptography;
using SmartCardCrm.CardProtocol;

namespace SmartCardCrm.Server.Vault;

/// <summary>One master key as the vault keeps it: 16 bytes that belong to the vault.</summary>
internal sealed class VaultMaster(CardKeyNumber number, byte version, byte[] key) : IDisposable
{
    public CardKeyNumber Number => number;

    public byte Version => version;

    public ReadOnlySpan<byte> Key => key;

    public void Dispose() => CryptographicOperations.ZeroMemory(key);
}

/// <summary>What lies in the vault.</summary>
/// <remarks>
/// <c>layout(1) = 1 ‖ count(1) ‖ count × (key number(1) ‖ version(1) ‖ key(16)) ‖ reader-id master(16) ‖
/// length u16 ‖ PKCS#8 of the authority's key ‖ length u16 ‖ DER of its certificate</c>, integers
/// little-endian.
/// </remarks>
internal sealed class VaultContent : IDisposable
{
    private const int KeyLength = 16;
    private const int MasterLength = KeyLength + 2;
    private const byte Layout = 1;

    private readonly byte[] _readerIdMaster;
    private readonly byte[] _authorityKey;

    private VaultContent(
        IReadOnlyList<VaultMaster> masters, byte[] readerIdMaster, byte[] authorityKey,
        byte[] authorityCertificate)
    {
        Masters = masters;
        _readerIdMaster = readerIdMaster;
        _authorityKey = authorityKey;
        AuthorityCertificate = authorityCertificate;
    }

    public IReadOnlyList<VaultMaster> Masters { get; }

    public ReadOnlySpan<byte> ReaderIdMaster => _readerIdMaster;

    public ReadOnlySpan<byte> AuthorityKey => _authorityKey;

    /// <summary>DER. No secret, but it must not get lost: terminals pin it.</summary>
    public ReadOnlyMemory<byte> AuthorityCertificate { get; }

    /// <summary>New keys, version 1 of each.</summary>
    /// <param name="random">Makes the card keys; the authority's key is the platform's own.</param>
    /// <param name="now">From when the authority's certificate holds.</param>
    public static VaultContent Create(FillRandom random, DateTimeOffset now)
    {
        using var authority = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return Create(random, authority, now);
    }

    /// <summary>New card keys beside an authority's key that is there.</summary>
    /// <inheritdoc cref="Create(FillRandom, DateTimeOffset)"/>
    public static VaultContent Create(FillRandom random, ECDsa authority, DateTimeOffset now) => new(
        [.. Enum.GetValues<CardKeyNumber>().Select(n => new VaultMaster(n, 1, NewKey(random)))],
        NewKey(random), authority.ExportPkcs8PrivateKey(), Certificates.SelfSigned(authority, now));

    /// <summary>The caller zeroes the answer.</summary>
    public byte[] Encode()
    {
        var certificate = AuthorityCertificate.Span;
        var encoded = new byte[
            2 + Masters.Count * MasterLength + KeyLength + 2 + _authorityKey.Length + 2 + certificate.Length];
        encoded[0] = Layout;
        encoded[1] = checked((byte)Masters.Count);
        var rest = encoded.AsSpan(2);
        foreach (var master in Masters)
        {
            rest[0] = (byte)master.Number;
            rest[1] = master.Version;
            master.Key.CopyTo(rest[2..]);
            rest = rest[MasterLength..];
        }

        _readerIdMaster.CopyTo(rest);
        rest = WriteBlock(rest[KeyLength..], _authorityKey);
        WriteBlock(rest, certificate);
        return encoded;
    }

    /// <summary>The contrary of <see cref="Encode"/>; <paramref name="encoded"/> is not kept.</summary>
    /// <exception cref="VaultLockedException">The layout is of a later release.</exception>
    public static VaultContent Decode(ReadOnlySpan<byte> encoded)
    {
        if (encoded[0] != Layout)
            throw new VaultLockedException($"The vault has layout {encoded[0]}, not {Layout}.");

        var masters = new VaultMaster[encoded[1]];
        var rest = encoded[2..];
        for (var i = 0; i < masters.Length; i++)
        {
            masters[i] = new VaultMaster((CardKeyNumber)rest[0], rest[1], rest[2..MasterLength].ToArray());
            rest = rest[MasterLength..];
        }

        var readerIdMaster = rest[..KeyLength].ToArray();
        var authorityKey = ReadBlock(rest[KeyLength..], out rest);
        return new VaultContent(masters, readerIdMaster, authorityKey, ReadBlock(rest, out _));
    }

    public void Dispose()
    {
        foreach (var master in Masters)
            master.Dispose();
        CryptographicOperations.ZeroMemory(_readerIdMaster);
        CryptographicOperations.ZeroMemory(_authorityKey);
    }

    private static Span<byte> WriteBlock(Span<byte> to, ReadOnlySpan<byte> block)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(to, checked((ushort)block.Length));
        block.CopyTo(to[2..]);
        return to[(2 + block.Length)..];
    }

    private static byte[] ReadBlock(ReadOnlySpan<byte> from, out ReadOnlySpan<byte> rest)
    {
        var length = BinaryPrimitives.ReadUInt16LittleEndian(from);
        rest = from[(2 + length)..];
        return from.Slice(2, length).ToArray();
    }

    private static byte[] NewKey(FillRandom random)
    {
        var key = new byte[KeyLength];
        random(key);
        return key;
    }
}
