using System.Text;

namespace SmartCardCrm.CardProtocol;

/// <summary>The address that a phone opens, as a file in which the chip fills in who, how often and
/// proof.</summary>
/// <remarks>
/// <para>One NDEF message of one URI record: <c>NLEN(2) ‖ D1 01 length 55 04 ‖ address after "https://"</c>,
/// NLEN most significant byte first. Parameters: <c>e</c> UID and counter encrypted, 32 hex digits; or
/// <c>u</c> UID, 14, and <c>n</c> counter, 6, in clear; <c>d</c> encrypted data; <c>c</c> MAC, 16.</para>
/// <para>Source: NFC Forum, URI record type; NXP AN12196, section 4.</para>
/// </remarks>
public sealed class TapTemplate
{
    internal const int PiccDigits = 32;
    internal const int UidDigits = 2 * Uid.Length;
    internal const int CounterDigits = 6;
    internal const int MacDigits = 2 * AesCmac.ShortLength;

    private const string Scheme = "https://";
    private const byte SchemeCode = 0x04;
    private const int RecordHeadLength = 5;
    private const int LengthLength = 2;

    private readonly byte[] _file;

    private TapTemplate(byte[] file, SdmSettings sdm)
    {
        _file = file;
        Sdm = sdm;
    }

    /// <summary>The file from its first byte; what follows it on the card means nothing.</summary>
    public ReadOnlySpan<byte> File => _file;

    internal SdmSettings Sdm { get; }

    /// <summary>UID and counter encrypted: who sees the address does not learn whose card it was.</summary>
    /// <param name="address">Where to, <c>https://…</c> without query or fragment.</param>
    /// <param name="content">ASCII that the chip sends encrypted too, a multiple of 16 characters, from the
    /// card's own key; or empty.</param>
    /// <exception cref="ArgumentException">Not such an address or content, or together they are too
    /// long.</exception>
    public static TapTemplate Encrypted(string address, string content = "")
    {
        if (content.Length % AesBlocks.BlockLength != 0 || !Ascii.IsValid(content))
            throw new ArgumentException("The content is not whole blocks of ASCII.", nameof(content));

        var text = new Drawing(address);
        var picc = text.Place("?e=", PiccDigits);
        // The first half of the place holds the plain text; the chip overwrites the whole with hex digits.
        EncryptedPart? part = content.Length == 0
            ? null
            : new EncryptedPart(text.Place("&d=", 2 * content.Length, content), 2 * content.Length);
        var mac = text.Place("&c=", MacDigits);
        return text.With(new SdmSettings
        {
            CounterRight = (byte)TapKeyNumber.FileRead,
            MetaReadRight = (byte)TapKeyNumber.MetaRead,
            FileReadRight = (byte)TapKeyNumber.FileRead,
            PiccAt = picc,
            Encrypted = part,
            MacInputAt = part?.At ?? mac,
            MacAt = mac,
        });
    }

    /// <summary>UID and counter in clear, for who has no use for secrecy.</summary>
    /// <param name="address">Where to, <c>https://…</c> without query or fragment.</param>
    /// <exception cref="ArgumentException">Not such an address, or too long.</exception>
    public static TapTemplate InClear(string address)
    {
        var text = new Drawing(address);
        var uid = text.Place("?u=", UidDigits);
        var counter = text.Place("&n=", CounterDigits);
        var mac = text.Place("&c=", MacDigits);
        return text.With(new SdmSettings
        {
            CounterRight = (byte)TapKeyNumber.FileRead,
            MetaReadRight = AccessRights.Everybody,
            FileReadRight = (byte)TapKeyNumber.FileRead,
            UidAt = uid,
            CounterAt = counter,
            MacInputAt = mac,
            MacAt = mac,
        });
    }

    /// <summary>The address as it grows, and where in the file its parts come to lie.</summary>
    private sealed class Drawing
    {
        private readonly StringBuilder _text = new();

        public Drawing(string address)
        {
            if (!address.StartsWith(Scheme, StringComparison.Ordinal) || address.Length == Scheme.Length
                || address.AsSpan().ContainsAny("?# ") || !Ascii.IsValid(address))
            {
                throw new ArgumentException("The address is not https:// without a query.", nameof(address));
            }

            _text.Append(address, Scheme.Length, address.Length - Scheme.Length);
        }

        public int Place(string name, int digits, string content = "")
        {
            _text.Append(name);
            var at = LengthLength + RecordHeadLength + _text.Length;
            _text.Append(content).Append('0', digits - content.Length);
            return at;
        }

        /// <param name="sdm">What the chip is to fill in; an address that leaves no room ends here.</param>
        public TapTemplate With(SdmSettings sdm)
        {
            var payload = 1 + _text.Length;
            var file = new byte[LengthLength + RecordHeadLength + _text.Length];
            if (file.Length > TapLayout.AddressSize)
                throw new ArgumentException($"{file.Length} bytes of address do not fit.", nameof(sdm));

            byte[] head =
            [
                0, (byte)(file.Length - LengthLength), 0xD1, 0x01, (byte)payload, (byte)'U', SchemeCode,
            ];
            head.CopyTo(file, 0);
            Encoding.ASCII.GetBytes(_text.ToString(), file.AsSpan(head.Length));
            return new TapTemplate(file, sdm);
        }
    }
}
