using SmartCardCrm.Simulator.Chip.Commands;
using SmartCardCrm.Simulator.Chip.Memory;
using SmartCardCrm.Simulator.Chip.Messaging;

namespace SmartCardCrm.Simulator.Chip;

/// <summary>
/// Wrapped native commands (CLA 90) and their AF frames in both directions. Sources: NT4H2421Gx, chapter 8.4;
/// AN12343. Native frames without the wrapping: manual of the ACS ACR1281U reader.
/// </summary>
internal sealed class NativeFraming(ChipState card)
{
    public const int SingleAnswerMost = 256;

    private const int UnwrappedMost = 1 + byte.MaxValue;

    private const byte AdditionalFrame = 0xAF;

    private readonly Queue<byte[]> _outgoing = [];
    private readonly List<byte> _incoming = [];
    private Command? _incomingCommand;
    private int _incomingLength;

    public int AnswerFrameLength { get; set; } = 59;

    /// <summary>Whether what came is a native frame as it is: an opcode that some DESFire knows, and its
    /// parameters. NTAG takes wrapped commands only.</summary>
    public static bool IsUnwrapped(ChipMemory memory, ReadOnlySpan<byte> frame) =>
        !memory.Product.IsFixed
        && frame.Length is > 0 and <= UnwrappedMost
        && (frame[0] == AdditionalFrame || CommandTable.Knows(frame[0]));

    /// <param name="frame">For which <see cref="IsUnwrapped"/> is true.</param>
    public static byte[] Wrap(ReadOnlySpan<byte> frame) => frame.Length == 1
        ? [0x90, frame[0], 0, 0, 0]
        : [0x90, frame[0], 0, 0, (byte)(frame.Length - 1), .. frame[1..], 0];

    /// <param name="answer">To a wrapped command.</param>
    public static byte[] Unwrap(ReadOnlySpan<byte> answer) => [answer[^1], .. answer[..^2]];

    /// <summary>Drops every chain.</summary>
    public void Forget()
    {
        _outgoing.Clear();
        _incoming.Clear();
        _incomingCommand = null;
    }

    /// <exception cref="RefusedException">The chip says no; the caller ends session and
    /// transaction.</exception>
    public byte[] Answer(ReadOnlySpan<byte> apdu)
    {
        RefusedException.When(apdu[2] != 0 || apdu[3] != 0, Status.ParameterError);
        var payload = Payload(apdu);
        return apdu[1] == AdditionalFrame ? Continue(payload) : Begin(apdu[1], payload);
    }

    private byte[] Begin(byte ins, ReadOnlySpan<byte> payload)
    {
        var interrupted = _outgoing.Count > 0 || _incomingCommand is not null;
        RefusedException.When(interrupted, Status.CommandAborted);
        if (card.Handshake is not null)
        {
            card.EndSession();
            card.AbortTransaction();
        }

        var command = CommandTable.Find(card.Memory, ins);
        var announced = CommandRunner.AnnouncedLength(card, command, payload);
        if (announced is not { } length || payload.Length >= length)
            return Run(command, payload);

        var isTurnedOff = card.Session is Ev2Channel && card.Memory.Configuration.HasNoChainedWrites;
        RefusedException.When(isTurnedOff, OpenPoints.MessagingDisabled);
        _incomingCommand = command;
        _incomingLength = length;
        _incoming.AddRange(payload);
        return [0x91, AdditionalFrame];
    }

    private byte[] Continue(ReadOnlySpan<byte> payload)
    {
        if (card.Handshake is { } handshake)
            return Whole(Authentication.Finish(card, handshake, payload));

        if (_incomingCommand is { } command)
            return Collect(command, payload);

        RefusedException.When(_outgoing.Count == 0, Status.IllegalCommand);
        RefusedException.When(!payload.IsEmpty, Status.LengthError);
        return NextFrame();
    }

    private byte[] Collect(Command command, ReadOnlySpan<byte> payload)
    {
        RefusedException.When(payload.IsEmpty, Status.LengthError);
        _incoming.AddRange(payload);
        if (_incoming.Count < _incomingLength)
            return [0x91, AdditionalFrame];

        var whole = _incoming.ToArray();
        Forget();
        return Run(command, whole);
    }

    private byte[] Run(Command command, ReadOnlySpan<byte> payload)
    {
        var answer = CommandRunner.Run(card, command, payload);
        RefusedException.When(
            command.OneFrame && answer.Content.Length > SingleAnswerMost,
            OpenPoints.AnswerTooLong);
        if (command.OneFrame || answer.Status == Status.AdditionalFrame)
            return Whole(answer);

        Split(answer);
        return NextFrame();
    }

    private void Split(Answer answer)
    {
        var rest = answer.Content;
        foreach (var length in answer.Frames)
        {
            _outgoing.Enqueue(rest[..length].ToArray());
            rest = rest[length..];
        }

        for (; rest.Length > AnswerFrameLength; rest = rest[AnswerFrameLength..])
            _outgoing.Enqueue(rest[..AnswerFrameLength].ToArray());

        _outgoing.Enqueue(rest.ToArray());
    }

    private byte[] NextFrame()
    {
        var frame = _outgoing.Dequeue();
        return [.. frame, 0x91, (byte)(_outgoing.Count > 0 ? Status.AdditionalFrame : Status.Ok)];
    }

    private static byte[] Whole(Answer answer) => [.. answer.Content.Span, 0x91, (byte)answer.Status];

    /// <summary>The data of <c>CLA INS P1 P2 [Lc data] [Le]</c>.</summary>
    private static ReadOnlySpan<byte> Payload(ReadOnlySpan<byte> apdu)
    {
        if (apdu.Length <= 5)
            return [];

        var length = apdu[4];
        RefusedException.When(apdu.Length - 5 - length is not (0 or 1), Status.LengthError);
        return apdu.Slice(5, length);
    }
}
