using System.Security.Cryptography;
using System.Text;
using SmartCardCrm.CardProtocol;

namespace SmartCardCrm.Server.Vault;

/// <summary>One share of a vault, as a person keeps it.</summary>
/// <param name="set">Which splitting it comes from: 8 bytes by chance, hexadecimal.</param>
/// <param name="number">1 to <paramref name="shares"/>.</param>
/// <param name="shares">So many there are.</param>
/// <param name="threshold">So many restore the vault, 2 or more.</param>
/// <param name="bytes">Belong to the share; zeroed when disposed of.</param>
internal sealed class VaultShare(string set, byte number, byte shares, byte threshold, byte[] bytes)
    : IDisposable
{
    private const int SetLength = 8;
    private const int SetAt = 8;
    private const int BytesAt = SetAt + SetLength + 3;
    private const int ChecksumLength = 8;
    private const int LineLength = 64;
    private const int TextMost = 1 << 16;

    public string Set => set;

    public byte Number => number;

    public byte Shares => shares;

    public byte Threshold => threshold;

    private static ReadOnlySpan<byte> Magic => "SCCRMS01"u8;

    /// <summary>Splits a vault. The caller disposes of the shares.</summary>
    /// <param name="content">Read, not kept.</param>
    /// <param name="shares">2 to 255.</param>
    /// <param name="threshold">2 to <paramref name="shares"/>.</param>
    /// <param name="random">Makes the shares.</param>
    public static IReadOnlyList<VaultShare> Split(
        VaultContent content, int shares, int threshold, FillRandom random)
    {
        var encoded = content.Encode();
        // Its hash goes with it, so that whoever puts shares together sees that it is the vault.
        byte[] secret = [.. SHA256.HashData(encoded), .. encoded];
        var set = new byte[SetLength];
        random(set);
        var split = SecretSharing.Split(secret, shares, threshold, random);
        CryptographicOperations.ZeroMemory(encoded);
        CryptographicOperations.ZeroMemory(secret);
        return [.. split.Select((bytes, i) => new VaultShare(
            Convert.ToHexString(set), (byte)(i + 1), (byte)shares, (byte)threshold, bytes))];
    }

    /// <summary>Puts a vault together. The caller disposes of it.</summary>
    /// <exception cref="VaultException">They are too few, of several sets, or one is not what was
    /// given out.</exception>
    public static VaultContent Combine(IReadOnlyList<VaultShare> given)
    {
        var threshold = given.Count == 0 ? 2 : given[0].Threshold;
        if (given.Select(share => share.Set).Distinct().Count() > 1)
            throw new VaultException("shares-mixed", $"They are of several sets: {Named(given)}.");
        var different = given.DistinctBy(share => share.Number).ToList();
        if (different.Count < threshold)
        {
            throw new VaultException(
                "shares-few", $"There are {different.Count} different shares, and it takes {threshold}.");
        }

        var enough = different.Take(threshold).ToList();
        DemandRight(enough.Select(share => share.Bytes.Length).Distinct().Count() == 1);
        var secret = SecretSharing.Combine([.. enough.Select(share => (share.Number, share.Bytes))]);
        try
        {
            var encoded = secret.AsSpan(SHA256.HashSizeInBytes);
            DemandRight(
                SHA256.HashData(encoded).AsSpan().SequenceEqual(secret.AsSpan(0, SHA256.HashSizeInBytes)));
            return VaultContent.Decode(encoded);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }

    private static void DemandRight(bool isRight)
    {
        if (!isRight)
            throw new VaultException("shares-wrong", "One is not what was given out; try others.");
    }

    /// <summary>As it is printed or saved: a line for people, and base64.</summary>
    /// <remarks><c>"SCCRMS01" ‖ set(8) ‖ number(1) ‖ shares(1) ‖ threshold(1) ‖ share ‖ the first 8 bytes of
    /// SHA-256 over all before</c>.</remarks>
    public string ToText()
    {
        byte[] covered =
            [.. Magic, .. Convert.FromHexString(set), number, shares, threshold, .. bytes];
        var checksum = SHA256.HashData(covered).AsSpan(0, ChecksumLength);
        var base64 = Convert.ToBase64String([.. covered, .. checksum]);
        CryptographicOperations.ZeroMemory(covered);
        var text = new StringBuilder(
            $"SmartCardCrm vault, set {set}: share {number} of {shares}. Any {threshold} restore it.\n");
        for (var at = 0; at < base64.Length; at += LineLength)
            text.Append(base64.AsSpan(at, Math.Min(LineLength, base64.Length - at))).Append('\n');
        return text.ToString();
    }

    /// <summary>The contrary of <see cref="ToText"/>. The caller disposes of it.</summary>
    /// <exception cref="VaultException">It was not copied right.</exception>
    public static VaultShare FromText(string text)
    {
        var lines = text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var buffer = new byte[Math.Min(text.Length, TextMost)];
        if (lines.Length < 2
            || !Convert.TryFromBase64String(string.Concat(lines.Skip(1)), buffer, out var length)
            || length < BytesAt + ChecksumLength || !buffer.AsSpan().StartsWith(Magic))
        {
            throw new VaultException("share-unreadable", "This is no share of a vault.");
        }

        var covered = buffer.AsSpan(0, length - ChecksumLength);
        if (!SHA256.HashData(covered).AsSpan(0, ChecksumLength).SequenceEqual(
            buffer.AsSpan(covered.Length, ChecksumLength)))
        {
            throw new VaultException("share-unreadable", "A letter of it is wrong: the checksum differs.");
        }

        var (number, shares, threshold) = (covered[BytesAt - 3], covered[BytesAt - 2], covered[BytesAt - 1]);
        if (number is 0 || number > shares || threshold < 2 || threshold > shares)
            throw new VaultException("share-unreadable", "This is no share of a vault.");
        var share = new VaultShare(
            Convert.ToHexString(covered.Slice(SetAt, SetLength)), number, shares, threshold,
            covered[BytesAt..].ToArray());
        CryptographicOperations.ZeroMemory(buffer);
        return share;
    }

    public void Dispose() => CryptographicOperations.ZeroMemory(bytes);

    private static string Named(IReadOnlyList<VaultShare> shares) =>
        string.Join(", ", shares.Select(share => share.Set).Distinct());

    private byte[] Bytes => bytes;
}
