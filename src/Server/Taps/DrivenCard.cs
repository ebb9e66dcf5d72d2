using Google.Protobuf;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.SyncContract;
using SmartCardCrm.Taps;

namespace SmartCardCrm.Server.Taps;

/// <summary>A card on a terminal's reader.</summary>
internal sealed class DrivenCard(ITapLink link, Uid uid) : ICardConnection
{
    public Uid Uid => uid;

    /// <inheritdoc/>
    /// <exception cref="TapLostException">The terminal is gone, and knows how it left the card.</exception>
    public int Transmit(ReadOnlySpan<byte> command, Span<byte> answer)
    {
        var report = link.Ask(new TapCommand
        {
            Apdus = new RelayApdus { Apdus = { ByteString.CopyFrom(command) } },
        });
        if (report is not { Answers.Answers: [{ Length: >= 2 } bytes] } || bytes.Length > answer.Length)
            throw new CardLostException($"The terminal lost the card: {report.Failed?.Code ?? "no answer"}.");
        bytes.Span.CopyTo(answer);
        return bytes.Length;
    }

    public void Dispose()
    {
        // The reader is the terminal's.
    }
}
