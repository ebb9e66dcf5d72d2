namespace SmartCardCrm.CardProtocol;

/// <summary>Commands outside a session: nothing is protected, and nothing in the answers is to be
/// believed.</summary>
internal sealed class PlainChannel(ICardChannel card)
{
    // GetVersion has three; nothing else that we read without a session is chained.
    private const int FramesMost = 3;

    /// <summary>A command as it is sent outside a session.</summary>
    public static byte[] FrameOf(ICommand command)
    {
        Span<byte> frame = stackalloc byte[Frame.CommandMost];
        return frame[..Wrap(command, frame)].ToArray();
    }

    public TAnswer Execute<TAnswer>(ICommand<TAnswer> command)
    {
        Span<byte> answer = stackalloc byte[Frame.AnswerMost];
        var name = command.GetType().Name;
        var length = Transmit(command, answer);
        var status = Frame.StatusOf(name, answer[..length]);
        return command.IsDone(status)
            ? command.Read(answer[..(length - 2)])
            : throw new CardRefusedException(name, status);
    }

    /// <summary>As <see cref="Execute"/>, for an answer that comes in several frames.</summary>
    public TAnswer ExecuteChained<TAnswer>(ICommand<TAnswer> command)
    {
        var name = command.GetType().Name;
        var whole = new ByteWriter(stackalloc byte[FramesMost * Frame.AnswerMost]);
        Span<byte> answer = stackalloc byte[Frame.AnswerMost];
        Span<byte> more = stackalloc byte[Frame.CommandMost];
        more = more[..Frame.Wrap(CardStatus.AdditionalFrame, [], more)];

        var length = Transmit(command, answer);
        for (var frame = 1; Frame.StatusOf(name, answer[..length]) == CardStatus.AdditionalFrame; frame++)
        {
            if (frame == FramesMost)
                throw new CardForeignException(
                    CardForeignReason.NotDesfire, $"The answer to {name} does not end.");
            whole.Bytes(answer[..(length - 2)]);
            length = card.Transmit(more, answer);
        }

        whole.Bytes(Frame.Unwrap(name, answer[..length]));
        return command.Read(whole.Written);
    }

    /// <summary>Selects an application by its ISO 7816 name; false when the card has none.</summary>
    /// <param name="name">DF name, 1 to 16 bytes.</param>
    /// <exception cref="CardForeignException">The card knows no such command.</exception>
    public bool TrySelect(IsoName name)
    {
        Span<byte> frame = stackalloc byte[Frame.CommandMost];
        Span<byte> answer = stackalloc byte[Frame.AnswerMost];
        var select = new ByteWriter(frame);
        select.Bytes([0x00, 0xA4, 0x04, 0x0C, (byte)name.Bytes.Length]);
        select.Bytes(name.Bytes.Span);
        var length = card.Transmit(select.Written, answer);
        return answer[..length] switch
        {
            [.., 0x90, 0x00] => true,
            [.., 0x6A, 0x82] => false,
            _ => throw new CardForeignException(
                CardForeignReason.NotDesfire, "The card does not select by name."),
        };
    }

    /// <summary>Selects an application; false when the card has none of that name.</summary>
    public bool TrySelect(Aid aid)
    {
        var select = new SelectApplication(aid);
        Span<byte> answer = stackalloc byte[Frame.AnswerMost];
        var length = Transmit(select, answer);
        if (Frame.StatusOf(nameof(SelectApplication), answer[..length]) == CardStatus.ApplicationNotFound)
            return false;

        select.Read(Frame.Unwrap(nameof(SelectApplication), answer[..length]));
        return true;
    }

    private int Transmit<TAnswer>(ICommand<TAnswer> command, Span<byte> answer)
    {
        Span<byte> frame = stackalloc byte[Frame.CommandMost];
        return card.Transmit(frame[..Wrap(command, frame)], answer);
    }

    private static int Wrap(ICommand command, Span<byte> frame)
    {
        var body = new ByteWriter(stackalloc byte[Frame.BodyMost]);
        command.WriteHeader(ref body);
        command.WriteData(ref body);
        return Frame.Wrap(command.Ins, body.Written, frame);
    }
}
