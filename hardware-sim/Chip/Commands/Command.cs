using SmartCardCrm.Simulator.Chip.Memory;

namespace SmartCardCrm.Simulator.Chip.Commands;

/// <summary>How a command and its answer are protected while a session is active.</summary>
internal enum Protection
{
    /// <summary>Outside the session: neither counted nor MACed (selecting, authenticating).</summary>
    None,
    Mac,
    Full,

    /// <summary>The command MACed, the answer encrypted.</summary>
    FullAnswer,

    /// <summary>The mode of the file, or plain where only free access allows the command.</summary>
    File,

    /// <summary>Full, or plain where only free access allows the command.</summary>
    FileSettings,
}

/// <param name="card">What the command works on.</param>
/// <param name="call">The command, checked and decrypted.</param>
/// <exception cref="RefusedException">The chip says no; nothing was changed.</exception>
internal delegate Answer Handler(ChipState card, Call call);

/// <summary>One opcode: how its parameters are read and protected, and what runs it.</summary>
internal sealed record Command(byte Ins, Protection Protection, Handler Run)
{
    /// <summary>Leading bytes that are never encrypted; by default all of them.</summary>
    public int Header { get; init; } = int.MaxValue;

    /// <summary>Fewest bytes of parameters, plain, without MAC and padding.</summary>
    public int LengthLeast { get; init; }

    public int LengthMost { get; init; }

    /// <summary>Sets both lengths.</summary>
    public int Length
    {
        init
        {
            LengthLeast = value;
            LengthMost = value;
        }
    }

    /// <summary>The last three bytes of the header say how many bytes of data follow.</summary>
    public bool AnnouncesLength { get; init; }

    /// <summary>Of the second opcode set: command and answer are one APDU each, never AF frames.</summary>
    public bool OneFrame { get; init; }

    /// <summary>Rights of which one is enough; the first parameter is then a file number.</summary>
    public FileRight Rights { get; init; }
}

/// <summary>A command as its handler sees it.</summary>
/// <param name="Ins">The opcode sent: the two sets give different transaction MACs.</param>
/// <param name="Body">Header and plain data.</param>
/// <param name="File">The file, where the command names one by <see cref="Command.Rights"/>.</param>
internal readonly record struct Call(byte Ins, ReadOnlyMemory<byte> Body, CardFile? File)
{
    public ReadOnlySpan<byte> Bytes => Body.Span;

    /// <summary>The file, which must be of this type.</summary>
    /// <exception cref="RefusedException">It is of another type.</exception>
    public T FileAs<T>()
        where T : CardFile =>
        File as T ?? throw new RefusedException(Status.PermissionDenied);
}

/// <summary>What a handler answers when the command succeeded.</summary>
internal sealed class Answer
{
    public static Answer Empty { get; } = new();

    /// <summary>Success without MAC, and the session is over.</summary>
    public static Answer Farewell { get; } = new() { EndsSession = true };

    /// <summary>Plain.</summary>
    public ReadOnlyMemory<byte> Content { get; private init; }

    public Status Status { get; private init; } = Status.Ok;

    public bool EndsSession { get; private init; }

    /// <summary>Lengths of the first AF frames, where the command fixes them.</summary>
    public IReadOnlyList<int> Frames { get; private init; } = [];

    public static Answer Of(params byte[] content) => new() { Content = content };

    public static Answer InFrames(byte[] content, params int[] frames) =>
        new() { Content = content, Frames = frames };

    /// <summary>A signature of the factory's, with the status of its own.</summary>
    public static Answer Signed(byte[] signature) =>
        new() { Content = signature, Status = Status.SignatureOk };

    /// <summary>The same answer with its content as it goes over the wire.</summary>
    public Answer Sealed(byte[] content) => new() { Content = content, Status = Status, Frames = Frames };

    /// <summary>A step of an authentication: the reader continues with AF.</summary>
    public static Answer Continue(byte[] content) =>
        new() { Content = content, Status = Status.AdditionalFrame };
}
