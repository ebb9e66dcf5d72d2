using System.Buffers.Binary;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.Terminal.Pcsc;

namespace SmartCardCrm.Benchmarks.Sale;

/// <summary>Lengths of one command and its answer, status included.</summary>
internal readonly record struct ExchangeLength(int Command, int Answer);

/// <summary>A card over PC/SC that notes how long each exchange is.</summary>
internal sealed class TimedChannel(PcscCard card) : ICardChannel
{
    public List<ExchangeLength> Lengths { get; } = [];

    public int Transmit(ReadOnlySpan<byte> command, Span<byte> answer)
    {
        var length = card.Transmit(command, answer);
        Lengths.Add(new ExchangeLength(command.Length, length));
        return length;
    }
}

/// <summary>
/// The same exchanges without any work in them: made beforehand, sent to a card that echoes.
/// </summary>
internal sealed class BareExchanges(PcscCard echo, IReadOnlyList<ExchangeLength> lengths)
{
    private readonly byte[] _answer = new byte[300];
    private readonly byte[][] _commands = [.. lengths.Select(Command)];

    public void Run()
    {
        for (var i = 0; i < _commands.Length; i++)
        {
            var length = echo.Transmit(_commands[i], _answer);
            if (length != lengths[i].Answer)
                throw new InvalidDataException($"An echo of {length} bytes, not {lengths[i].Answer}.");
        }
    }

    // The echo card answers P1‖P2 bytes and a status.
    private static byte[] Command(ExchangeLength length)
    {
        var command = new byte[length.Command];
        command[0] = 0x80;
        BinaryPrimitives.WriteUInt16BigEndian(command.AsSpan(2), (ushort)(length.Answer - 2));
        if (command.Length > 5)
            command[4] = (byte)(command.Length - 6);
        return command;
    }
}
