namespace SmartCardCrm.CardProtocol;

/// <summary>Native DESFire commands wrapped as ISO 7816-4 APDUs: <c>90 INS 00 00 [Lc body] 00</c>, answered
/// by
/// <c>body 91 ST</c>.</summary>
/// <remarks>One frame each way. We use only the opcodes that never chain with AF.</remarks>
internal static class Frame
{
    /// <summary>Most bytes after INS in one command.</summary>
    public const int BodyMost = 255;

    public const int CommandMost = 5 + BodyMost + 1;

    /// <summary>256 bytes of data and the two status bytes.</summary>
    public const int AnswerMost = 258;

    /// <returns>Length of the frame, 5 to 261.</returns>
    public static int Wrap(byte ins, ReadOnlySpan<byte> body, Span<byte> frame)
    {
        var to = new ByteWriter(frame);
        to.Bytes([0x90, ins, 0x00, 0x00]);
        if (!body.IsEmpty)
        {
            to.Byte((byte)body.Length);
            to.Bytes(body);
        }

        to.Byte(0x00);
        return to.Length;
    }

    /// <summary>The body of an answer whose status is as expected.</summary>
    /// <exception cref="CardRefusedException">Another status.</exception>
    /// <exception cref="CardForeignException">No DESFire answers like that.</exception>
    public static Span<byte> Unwrap(string command, Span<byte> answer, byte expected = CardStatus.Ok)
    {
        var status = StatusOf(command, answer);
        return status == expected ? answer[..^2] : throw new CardRefusedException(command, status);
    }

    /// <summary>The second status byte of an answer.</summary>
    /// <exception cref="CardForeignException">No DESFire answers like that.</exception>
    public static byte StatusOf(string command, ReadOnlySpan<byte> answer)
    {
        if (answer is [.., 0x91, var status])
            return status;

        var end = Convert.ToHexString(answer[^Math.Min(2, answer.Length)..]);
        throw new CardForeignException(
            CardForeignReason.NotDesfire, $"No DESFire answers {command} with {end} at the end.");
    }
}
