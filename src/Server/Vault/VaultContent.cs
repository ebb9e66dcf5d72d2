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

/// <summary>The key of a terminal authority as the vault keeps it.</summary>
/// <param name="key">PKCS#8 of the ECDSA P-256 key. Belongs to the vault.</param>
/// <param name="certificate">DER. No secret, but it must not get lost: terminals pin it.</param>
internal sealed class VaultAuthority(byte[] key, byte[] certificate) : IDisposable
{
    public ReadOnlySpan<byte> Key => key;

    public ReadOnlyMemory<byte> Certificate => certificate;

    /// <summary>A new one.</summary>
    /// <param name="key">Read, not kept.</param>
    /// <param name="ordinal">1, 2, 3 …</param>
    /// <param name="now">From when its certificate holds.</param>
    public static VaultAuthority Of(ECDsa key, int ordinal, DateTimeOffset now) =>
        new(key.ExportPkcs8PrivateKey(), Certificates.SelfSigned(key, ordinal, now));

    public void Dispose() => CryptographicOperations.ZeroMemory(key);
}

/// <summary>What lies in the vault.</summary>
/// <remarks>
/// <c>layout(1) = 2 ‖ count(1) ‖ count × (key number(1) ‖ version(1) ‖ key(16)) ‖ reader-id master(16) ‖
/// count(1) ‖ count × (length u16 ‖ PKCS#8 of an authority's key ‖ length u16 ‖ DER of its certificate)</c>,
/// integers little-endian. Layout 1 has one authority and does not count it.
/// </remarks>
internal sealed class VaultContent : IDisposable
{
    private const int KeyLength = 16;
    private const int MasterLength = KeyLength + 2;
    private const byte Layout = 2;
    private const byte LayoutOfOneAuthority = 1;

    private readonly List<VaultMaster> _masters;
    private readonly List<VaultAuthority> _authorities;
    private readonly byte[] _readerIdMaster;

    private VaultContent(
        IEnumerable<VaultMaster> masters, byte[] readerIdMaster, IEnumerable<VaultAuthority> authorities)
    {
        _masters = [.. masters];
        _readerIdMaster = readerIdMaster;
        _authorities = [.. authorities];
    }

    public IReadOnlyList<VaultMaster> Masters => _masters;

    public ReadOnlySpan<byte> ReaderIdMaster => _readerIdMaster;

    /// <summary>The oldest first.</summary>
    public IReadOnlyList<VaultAuthority> Authorities => _authorities;

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
        Enum.GetValues<CardKeyNumber>().Select(n => new VaultMaster(n, 1, NewKey(random))),
        NewKey(random), [VaultAuthority.Of(authority, 1, now)]);

    /// <summary>Adds the next version of a master, for new cards.</summary>
    /// <returns>The version.</returns>
    /// <exception cref="OverflowException">There are 255 already.</exception>
    public byte AddMaster(CardKeyNumber number, FillRandom random)
    {
        var version = checked((byte)(_masters.Where(m => m.Number == number).Max(m => m.Version) + 1));
        _masters.Add(new VaultMaster(number, version, NewKey(random)));
        return version;
    }

    /// <summary>Adds an authority, for terminals to learn of.</summary>
    public void AddAuthority(DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        _authorities.Add(VaultAuthority.Of(key, _authorities.Count + 1, now));
    }

    /// <summary>The caller zeroes the answer.</summary>
    public byte[] Encode()
    {
        var encoded = new byte[
            3 + Masters.Count * MasterLength + KeyLength
            + Authorities.Sum(a => 4 + a.Key.Length + a.Certificate.Length)];
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
        rest[KeyLength] = checked((byte)Authorities.Count);
        rest = rest[(KeyLength + 1)..];
        foreach (var authority in Authorities)
            rest = WriteBlock(WriteBlock(rest, authority.Key), authority.Certificate.Span);
        return encoded;
    }

    /// <summary>The contrary of <see cref="Encode"/>; <paramref name="encoded"/> is not kept.</summary>
    /// <exception cref="VaultException">The layout is of a later release.</exception>
    public static VaultContent Decode(ReadOnlySpan<byte> encoded)
    {
        if (encoded[0] is not (Layout or LayoutOfOneAuthority))
            throw new VaultException("vault-locked", $"The vault has layout {encoded[0]}, not {Layout}.");

        var masters = new VaultMaster[encoded[1]];
        var rest = encoded[2..];
        for (var i = 0; i < masters.Length; i++)
        {
            masters[i] = new VaultMaster((CardKeyNumber)rest[0], rest[1], rest[2..MasterLength].ToArray());
            rest = rest[MasterLength..];
        }

        var readerIdMaster = rest[..KeyLength].ToArray();
        rest = rest[KeyLength..];
        var count = 1;
        if (encoded[0] == Layout)
        {
            count = rest[0];
            rest = rest[1..];
        }

        var authorities = new VaultAuthority[count];
        for (var i = 0; i < count; i++)
            authorities[i] = new VaultAuthority(ReadBlock(rest, out rest), ReadBlock(rest, out rest));
        return new VaultContent(masters, readerIdMaster, authorities);
    }

    public void Dispose()
    {
        foreach (var master in Masters)
            master.Dispose();
        foreach (var authority in Authorities)
            authority.Dispose();
        CryptographicOperations.ZeroMemory(_readerIdMaster);
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
