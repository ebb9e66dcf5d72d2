using Google.Protobuf;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Terminal.Sync;

/// <summary>The terminal's journal is its outbox.</summary>
internal sealed class JournalOutbox(Journal journal) : IOutbox
{
    public uint Head => journal.Head.Sequence;

    public ByteString HashOf(uint sequence) => ByteString.CopyFrom(
        journal.HashOf(sequence)
            ?? throw new ArgumentOutOfRangeException(nameof(sequence), "There is no such entry."));

    public IReadOnlyList<JournalEntry> Entries(uint after, int most, int bytesMost) =>
        journal.Unsent(after, most, bytesMost);
}
