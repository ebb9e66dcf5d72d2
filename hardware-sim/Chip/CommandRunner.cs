using System.Buffers.Binary;
using SmartCardCrm.Simulator.Chip.Commands;
using SmartCardCrm.Simulator.Chip.Memory;

namespace SmartCardCrm.Simulator.Chip;

/// <summary>
/// Takes a whole logical command through the chip's steps, in the chip's order: MAC, decryption, padding,
/// length, rights, execution, protection of the answer.
/// </summary>
internal static class CommandRunner
{
    /// <summary>
    /// Bytes of parameters on the wire, as far as the first frame tells; nothing when it is all there is.
    /// </summary>
    /// <exception cref="RefusedException">The header is not whole, or announces more than a card can
    /// hold.</exception>
    public static int? AnnouncedLength(ChipState card, Command command, ReadOnlySpan<byte> firstFrame)
    {
        if (!command.AnnouncesLength || command.OneFrame)
            return null;

        RefusedException.When(firstFrame.Length < command.Header, Status.LengthError);
        var dataLength = ReadLength(firstFrame[..command.Header]);
        RefusedException.When(dataLength > card.Memory.MemoryTaken, Status.BoundaryError);
        var mode = CommandMode(card, command, NamedFile(card, command, firstFrame));
        return command.Header + (card.Session?.WireLength(mode, dataLength) ?? dataLength);
    }

    /// <returns>The answer with its data as it goes over the wire.</returns>
    public static Answer Run(ChipState card, Command command, ReadOnlySpan<byte> payload)
    {
        if (command.Protection == Protection.None)
        {
            CheckLength(command, payload);
            return command.Run(card, new Call(command.Ins, payload.ToArray(), null));
        }

        var file = NamedFile(card, command, payload);
        var mode = CommandMode(card, command, file);
        var body = card.Session?.Open(command.Ins, payload, command.Header, mode) ?? payload.ToArray();
        CheckLength(command, body);
        if (file is not null)
            Access.Require(card, file, command.Rights);

        var answer = command.Run(card, new Call(command.Ins, body, file));
        return Protect(card, command, mode, answer);
    }

    private static Answer Protect(ChipState card, Command command, CommMode mode, Answer answer)
    {
        if (answer.EndsSession)
            card.EndSession();

        if (card.Session is null)
            return answer;

        var answerMode = command.Protection == Protection.FullAnswer ? CommMode.Full : mode;
        return answer.Sealed(card.Session.Seal(answer.Content.Span, answerMode, answer.Status));
    }

    private static CommMode CommandMode(ChipState card, Command command, CardFile? file)
    {
        var mode = command.Protection switch
        {
            Protection.Full or Protection.FileSettings => CommMode.Full,
            Protection.File => file!.Mode,
            _ => CommMode.Mac,
        };
        if (file is null || Access.IsGrantedByKey(card, file, command.Rights))
            return mode;

        return Access.IsFree(file, command.Rights) ? CommMode.Plain : mode;
    }

    private static CardFile? NamedFile(ChipState card, Command command, ReadOnlySpan<byte> payload)
    {
        if (command.Rights == FileRight.None)
            return null;

        RefusedException.When(payload.IsEmpty, Status.LengthError);
        return card.File(payload[0]);
    }

    private static void CheckLength(Command command, ReadOnlySpan<byte> body)
    {
        var fits = command.AnnouncesLength
            ? body.Length >= command.Header
                && body.Length - command.Header == ReadLength(body[..command.Header])
            : body.Length >= command.LengthLeast && body.Length <= command.LengthMost;
        RefusedException.When(!fits, Status.LengthError);
    }

    private static int ReadLength(ReadOnlySpan<byte> header) =>
        BinaryPrimitives.ReadUInt16LittleEndian(header[^3..]) | (header[^1] << 16);
}
