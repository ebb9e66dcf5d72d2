using Google.Protobuf;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.SyncContract;
using SmartCardCrm.Taps;

namespace SmartCardCrm.Server.Taps;

/// <summary>A card on a terminal's reader.</summary>
internal sealed class DrivenCard(ITapLink link, Uid uid) : ICardConnection, IDistantCard
{
    private const int AnswerLeast = 2;
    private const int AnswerMost = 258;

    // Sent and not asked for yet.
    private readonly Queue<(ReadOnlyMemory<byte> Command, ReadOnlyMemory<byte>? Answer)> _ahead = [];

    public Uid Uid => uid;

    /// <inheritdoc/>
    /// <exception cref="TapLostException">The terminal is gone, and knows how it left the card.</exception>
    public void SendAhead(IReadOnlyList<ReadOnlyMemory<byte>> commands)
    {
        _ahead.Clear();
        var apdus = new RelayApdus { Apdus = { commands.Select(c => ByteString.CopyFrom(c.Span)) } };
        var answers = link.Ask(new TapCommand { Apdus = apdus }).Answers?.Answers ?? [];
        foreach (var (command, answer) in commands.Zip(answers))
        {
            ReadOnlyMemory<byte>? whole = answer.Length is >= AnswerLeast and <= AnswerMost
                ? answer.Memory
                : default(ReadOnlyMemory<byte>?);
            _ahead.Enqueue((command, whole));
        }

        if (answers.Count < commands.Count)
            _ahead.Enqueue((commands[answers.Count], null));
    }

    /// <inheritdoc/>
    /// <exception cref="TapLostException">The terminal is gone, and knows how it left the card.</exception>
    public int Transmit(ReadOnlySpan<byte> command, Span<byte> answer)
    {
        if (!_ahead.TryPeek(out var next) || !next.Command.Span.SequenceEqual(command))
            SendAhead([command.ToArray()]);
        if (_ahead.Dequeue().Answer is not { } bytes)
            throw new CardLostException("The terminal lost the card.");
        bytes.Span.CopyTo(answer);
        return bytes.Length;
    }

    public void Dispose()
    {
        // The reader is the terminal's.
    }
}
