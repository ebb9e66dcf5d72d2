namespace SmartCardCrm.CardProtocol;

/// <summary>Commands outside a session: nothing is protected, and nothing in the answers is to be
/// believed.</summary>
internal sealed class PlainChannel(ICardChannel card)
{
    public TAnswer Execute<TAnswer>(ICommand<TAnswer> command)
    {
        var body = new ByteWriter(stackalloc byte[Frame.BodyMost]);
        command.WriteHeader(ref body);
        command.WriteData(ref body);

        Span<byte> frame = stackalloc byte[Frame.CommandMost];
        Span<byte> answer = stackalloc byte[Frame.AnswerMost];
        var length = card.Transmit(frame[..Frame.Wrap(command.Ins, body.Written, frame)], answer);
        return command.Read(Frame.Unwrap(command.GetType().Name, answer[..length]));
    }
}
