namespace SmartCardCrm.CardProtocol;

/// <summary>A command is data; executing it is the channel's business.</summary>
internal interface ICommand
{
    byte Ins { get; }

    /// <summary>How the command travels inside a session.</summary>
    CommMode Mode { get; }

    /// <summary>Whether success ends the session and is answered without a MAC.</summary>
    bool EndsSession => false;

    /// <summary>The part that full mode leaves readable.</summary>
    void WriteHeader(ref ByteWriter to)
    {
    }

    /// <summary>The part that full mode encrypts.</summary>
    void WriteData(ref ByteWriter to)
    {
    }
}

/// <summary>A command and what comes of it.</summary>
/// <typeparam name="TAnswer">What the card's answer means.</typeparam>
internal interface ICommand<out TAnswer> : ICommand
{
    /// <summary>Whether a status says that the command was done.</summary>
    bool IsDone(byte status) => status == CardStatus.Ok;

    /// <param name="data">The answer's plain data, without status and MAC. Read, not kept.</param>
    /// <exception cref="CardNotTrustedException">The data has a length that the command's answer cannot
    /// have.</exception>
    TAnswer Read(ReadOnlySpan<byte> data);
}

/// <summary>Communication modes, by the value that FileOption has for them.</summary>
internal enum CommMode : byte
{
    Plain = 0x00,
    Mac = 0x01,
    Full = 0x03,
}

/// <summary>A file of the selected application and the mode that was fixed at its creation.</summary>
internal readonly record struct FileRef(byte Number, CommMode Mode);

/// <summary>The answer without data. There is one value.</summary>
internal readonly record struct Nothing
{
    public static Nothing Read(ReadOnlySpan<byte> data)
    {
        Answer.MustHave(data, 0);
        return default;
    }
}

internal static class Answer
{
    public static void MustHave(ReadOnlySpan<byte> data, int length)
    {
        if (data.Length != length)
            throw new CardNotTrustedException($"The answer has {data.Length} bytes, not {length}.");
    }
}
