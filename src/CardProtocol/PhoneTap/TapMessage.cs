using System.Buffers;

namespace SmartCardCrm.CardProtocol;

/// <summary>Why a tap is not believed.</summary>
public enum TapRefusal
{
    /// <summary>The address has not the parameters that a card of ours writes.</summary>
    Malformed = 1,

    /// <summary>UID and counter do not decrypt to a card's.</summary>
    NotOurs = 2,

    /// <summary>The card's MAC is wrong: forged, altered, or a card with other keys.</summary>
    WrongMac = 3,

    /// <summary>The counter is not above the last one seen: an old address, opened again.</summary>
    Replayed = 4,
}

/// <summary>What a card wrote into the address that a phone opened, taken apart and not yet
/// believed.</summary>
public sealed class TapMessage
{
    /// <summary>Longest address that is looked at.</summary>
    public const int AddressMost = 1024;

    // What is 256 bytes on a card leaves less than this for encrypted data.
    private const int DataDigitsMost = 224;

    private readonly byte[] _picc;
    private readonly byte[] _data;
    private readonly byte[] _mac;

    private TapMessage(byte[] picc, Parameters parts)
    {
        _picc = picc;
        _data = Hex.Decode(parts.Data);
        _mac = Hex.Decode(parts.Mac);
        Covered = parts.Data.Length == 0 ? "" : $"{parts.Data}&c=";
    }

    /// <summary>Whether UID and counter are encrypted.</summary>
    public bool IsEncrypted => _picc.Length == AesBlocks.BlockLength;

    /// <summary>16 bytes encrypted, or UID(7) ‖ counter(3, least significant first) in clear.</summary>
    internal ReadOnlySpan<byte> Picc => _picc;

    /// <summary>Whole blocks of encrypted content; or none.</summary>
    internal ReadOnlySpan<byte> Data => _data;

    /// <summary>8 bytes.</summary>
    internal ReadOnlySpan<byte> Mac => _mac;

    /// <summary>The text under the MAC, as it stands in the address.</summary>
    internal string Covered { get; }

    /// <summary>Takes an address apart: <c>e</c>, perhaps <c>d</c>, <c>c</c>; or <c>u</c>, <c>n</c>,
    /// <c>c</c>. Other parameters are passed over.</summary>
    /// <param name="address">A whole address, or its query alone, as received: not unescaped.</param>
    /// <returns>Null when it is <see cref="TapRefusal.Malformed"/>: a part is missing, comes twice, has
    /// another length, or is not in upper-case hex as the chip writes it.</returns>
    public static TapMessage? TryParse(string? address)
    {
        if (address is null || address.Length > AddressMost || Parameters.TryRead(address) is not { } parts)
            return null;
        if (parts.Mac.Length != TapTemplate.MacDigits)
            return null;
        if (parts.Picc.Length == TapTemplate.PiccDigits)
            return Encrypted(parts);
        return InClear(parts);
    }

    private static TapMessage? Encrypted(Parameters parts) =>
        parts.Uid.Length == 0 && parts.Counter.Length == 0
        && parts.Data.Length % TapTemplate.PiccDigits == 0 && parts.Data.Length <= DataDigitsMost
            ? new TapMessage(Hex.Decode(parts.Picc), parts)
            : null;

    private static TapMessage? InClear(Parameters parts)
    {
        if (parts.Picc.Length != 0 || parts.Data.Length != 0
            || parts.Uid.Length != TapTemplate.UidDigits || parts.Counter.Length != TapTemplate.CounterDigits)
        {
            return null;
        }

        var counter = Hex.Decode(parts.Counter);
        Array.Reverse(counter); // most significant first in the address, least in every MAC
        return new TapMessage([.. Hex.Decode(parts.Uid), .. counter], parts);
    }

    /// <summary>The parameters of ours in a query; empty where absent, all of them hex.</summary>
    private readonly record struct Parameters(
        string Picc, string Data, string Uid, string Counter, string Mac)
    {
        private const string Names = "edunc";

        public static Parameters? TryRead(string address)
        {
            var query = address[(address.IndexOf('?', StringComparison.Ordinal) + 1)..].Split('#')[0];
            var found = new string?[Names.Length];
            foreach (var pair in query.Split('&'))
            {
                var which = pair is [_, '=', ..] ? Names.IndexOf(pair[0], StringComparison.Ordinal) : -1;
                if (which < 0)
                    continue;
                if (found[which] is not null || !Hex.IsUpperCase(pair.AsSpan(2)))
                    return null;
                found[which] = pair[2..];
            }

            return new Parameters(
                found[0] ?? "", found[1] ?? "", found[2] ?? "", found[3] ?? "", found[4] ?? "");
        }
    }

    private static class Hex
    {
        private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789ABCDEF");

        public static bool IsUpperCase(ReadOnlySpan<char> digits) =>
            digits.Length % 2 == 0 && !digits.ContainsAnyExcept(Digits);

        public static byte[] Decode(string digits) => Convert.FromHexString(digits);
    }
}
