using System.Globalization;

namespace SmartCardCrm.CardProtocol.Tests;

/// <summary>How long a use of a card takes, reckoned from a golden transcript's bytes.</summary>
/// <remarks>
/// <para>On air each byte has 9 bits (a parity bit), and travels in blocks of at most 64 bytes, both ways:
/// PCB and CRC take 3 of them. A command or answer that needs several blocks gets an acknowledgement of 3
/// bytes for each but the last. Start and end bits, guard times and waiting-time extensions are in the time
/// that an exchange takes anyway.</para>
/// <para>An exchange costs reader and chip 10 ms beside the bytes: the lower end of what PC/SC readers were
/// seen to take, 10 to 20 ms. Activation costs 15 ms, once. Sources: ISO 14443-3 and -4 for bits and blocks;
/// the planning values are to be measured on each reader.</para>
/// </remarks>
/// <param name="Exchanges">APDUs over the air.</param>
/// <param name="ApduBytes">Commands and answers, status included.</param>
/// <param name="AirBytes">The same in blocks.</param>
internal sealed record AirTime(int Exchanges, int ApduBytes, int AirBytes)
{
    private const int BlockMost = 64;
    private const int BlockOverhead = 3;
    private const int AcknowledgementLength = 3;
    private const int BitsPerByte = 9;
    private const double ExchangeMs = 10;
    private const double ActivationMs = 15;

    /// <summary>The lines of a golden transcript.</summary>
    public static AirTime Of(IEnumerable<string> transcript)
    {
        var lengths = transcript.Where(line => line[0] is '>' or '<')
            .Select(line => line[1..].Length / 3).ToList();
        return new AirTime(lengths.Count / 2, lengths.Sum(), lengths.Sum(OnAir));
    }

    /// <summary>On the air alone.</summary>
    /// <param name="kbits">106, 212, 424 or 848 kbit/s.</param>
    public double AirMs(double kbits) => AirBytes * BitsPerByte / kbits;

    /// <summary>From the card's coming to the last answer.</summary>
    public double TapMs(double kbits) => ActivationMs + (Exchanges * ExchangeMs) + AirMs(kbits);

    public string Row(string use) => string.Create(
        CultureInfo.InvariantCulture,
        $"| {use} | {Exchanges} | {ApduBytes} | {AirBytes} | {AirMs(106):0.0} | {AirMs(212):0.0} "
        + $"| {AirMs(424):0.0} | {AirMs(848):0.0} | {TapMs(106):0} | {TapMs(424):0} |");

    private static int OnAir(int length)
    {
        var blocks = (length + BlockMost - BlockOverhead - 1) / (BlockMost - BlockOverhead);
        return length + (blocks * BlockOverhead) + ((blocks - 1) * AcknowledgementLength);
    }
}
