using Google.Protobuf;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Terminal.Sync;

/// <summary>The terminal's journal is its outbox.</summary>
internal sealed class JournalOutbox(Journal journal) : IOutbox
{
    public uint Head => journal.Head.Sequence;

    public ByteString? HashOf(uint sequence) =>
        journal.HashOf(sequence) is { } hash ? ByteString.CopyFrom(hash) : null;

    public IReadOnlyList<JournalEntry> Entries(uint after, int most, int bytesMost) =>
        journal.Unsent(after, most, bytesMost);
}
