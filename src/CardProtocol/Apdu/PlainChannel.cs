namespace SmartCardCrm.CardProtocol;

/// <summary>Commands outside a session: nothing is protected, and nothing in the answers is to be
/// believed.</summary>
internal sealed class PlainChannel(ICardChannel card)
{
    public TAnswer Execute<TAnswer>(ICommand<TAnswer> command)
    {
        Span<byte> answer = stackalloc byte[Frame.AnswerMost];
        var length = Transmit(command, answer);
        return command.Read(Frame.Unwrap(command.GetType().Name, answer[..length]));
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
        var body = new ByteWriter(stackalloc byte[Frame.BodyMost]);
        command.WriteHeader(ref body);
        command.WriteData(ref body);

        Span<byte> frame = stackalloc byte[Frame.CommandMost];
        return card.Transmit(frame[..Frame.Wrap(command.Ins, body.Written, frame)], answer);
    }
}
