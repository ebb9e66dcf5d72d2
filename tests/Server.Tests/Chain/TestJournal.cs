using System.Buffers.Binary;
using System.Security.Cryptography;
using Google.Protobuf;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Server.Tests.Chain;

/// <summary>A terminal's journal: entries in order, each chained to the one before.</summary>
internal sealed class TestJournal
{
    private readonly List<JournalEntry> _entries = [];

    public IReadOnlyList<JournalEntry> Entries => _entries;

    public uint Next => (uint)_entries.Count + 1;

    public uint Add(EntryBody body)
    {
        body.ProtocolVersion = 1;
        return Add(body.ToByteString());
    }

    public uint Add(ByteString body)
    {
        var sequence = Next;
        _entries.Add(Chained(sequence, body));
        return sequence;
    }

    /// <summary>The last entry with its body changed, under the same sequence.</summary>
    public JournalEntry Rewritten(uint sequence, Action<EntryBody> change)
    {
        var body = EntryBody.Parser.ParseFrom(_entries[(int)sequence - 1].Body);
        change(body);
        return Chained(sequence, body.ToByteString());
    }

    /// <summary>Changes an entry before anybody has seen it.</summary>
    public void Rewrite(uint sequence, Action<EntryBody> change) =>
        _entries[(int)sequence - 1] = Rewritten(sequence, change);

    private JournalEntry Chained(uint sequence, ByteString body)
    {
        var before = sequence == 1 ? new byte[32] : _entries[(int)sequence - 2].ChainHash.ToByteArray();
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(number, sequence);
        byte[] chained = [.. before, .. number, .. body.Span];
        return new JournalEntry
        {
            Sequence = sequence,
            Body = body,
            ChainHash = ByteString.CopyFrom(SHA256.HashData(chained)),
        };
    }
}
