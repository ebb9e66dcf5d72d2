using Google.Protobuf;
using Google.Protobuf.Collections;
using Grpc.Core;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.Server.Terminals;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Server.Sync;

/// <summary>One terminal's stream: entries come in and are acknowledged, the change feed goes out.</summary>
internal sealed class ExchangeStream(
    uint terminal, IServerStreamWriter<ServerMessage> to, Database database, IntakeQueue intake,
    FeedBell bell, TerminalWatch watch)
    : IDisposable
{
    private const int EntriesMost = 1024;
    private const int FeedItemsMost = 256;

    // A gRPC stream takes one write at a time.
    private readonly SemaphoreSlim _writing = new(1, 1);

    /// <summary>Compares the two ends of the journal and says where the server's is.</summary>
    /// <exception cref="RefusedException">The terminal's journal is another incarnation.</exception>
    public Task WelcomeAsync(Hello hello, long nowUs, CancellationToken cancellation)
    {
        watch.Seen(terminal);
        var head = database.Read(db => Journals.Head(db, terminal));
        if (hello.HeadSequence < head.Sequence)
            throw OtherIncarnation("journal-behind", "The server has more of this journal.");
        var same = hello.HeadSequence == head.Sequence;
        if (same && head.Sequence > 0 && !hello.HeadHash.Span.SequenceEqual(head.ChainHash))
            throw OtherIncarnation("journal-differs", "The server has another entry at the journal's end.");

        return WriteAsync(
            new ServerMessage
            {
                Welcome = new Welcome
                {
                    DurableThrough = (uint)head.Sequence,
                    DurableHash = ByteString.CopyFrom(head.ChainHash),
                    ServerTimeUs = nowUs,
                },
            },
            cancellation);
    }

    /// <summary>Takes what the terminal sends until it sends no more.</summary>
    public async Task ReceiveAsync(IAsyncStreamReader<TerminalMessage> from, CancellationToken cancellation)
    {
        while (await from.MoveNext(cancellation))
        {
            watch.Seen(terminal);
            switch (from.Current)
            {
                case { Batch: { } batch }:
                    await TakeAsync(batch.Entries, cancellation);
                    break;
                case { Heartbeat: { } heartbeat }:
                    watch.Heard(terminal, heartbeat);
                    break;
                default:
                    throw RefusedException.BadRequest(
                        "message-out-of-turn", "Batches and heartbeats follow a hello.");
            }
        }
    }

    /// <summary>Sends the change feed after a cursor, and on as it grows.</summary>
    public async Task FeedAsync(ulong cursor, CancellationToken cancellation)
    {
        while (true)
        {
            var rung = bell.Next;
            var items = database.Read(db => Feed.After(db, cursor, FeedItemsMost));
            if (items.Count == 0)
            {
                await rung.WaitAsync(cancellation);
                continue;
            }

            await WriteAsync(new ServerMessage { Feed = new FeedBatch { Items = { items } } }, cancellation);
            cursor = items[^1].Position;
        }
    }

    /// <summary>The last message before the stream ends.</summary>
    public Task RefuseAsync(string code, string text, CancellationToken cancellation) =>
        WriteAsync(new ServerMessage { Refusal = new Refusal { Code = code, Text = text } }, cancellation);

    public void Dispose() => _writing.Dispose();

    private async Task TakeAsync(RepeatedField<JournalEntry> entries, CancellationToken cancellation)
    {
        if (entries.Count is 0 or > EntriesMost || entries[0].Sequence == 0)
            throw RefusedException.BadRequest("batch-size", $"A batch has 1 to {EntriesMost} entries.");

        var before = HashBefore(entries[0].Sequence)
            ?? throw RefusedException.BadRequest("batch-out-of-order", "Entries before it are missing.");
        if (!JournalChain.Holds(before, entries))
        {
            throw new RefusedException(
                StatusCode.FailedPrecondition, "chain-broken", "The batch does not follow on.");
        }

        await intake.TakeAsync(terminal, entries, cancellation);
        await WriteAsync(
            new ServerMessage { Acknowledgement = new Acknowledgement { Through = entries[^1].Sequence } },
            cancellation);
    }

    private byte[]? HashBefore(uint sequence) =>
        sequence == 1
            ? JournalChain.Beginning
            : database.Read(db => Journals.HashAt(db, terminal, sequence - 1));

    private async Task WriteAsync(ServerMessage message, CancellationToken cancellation)
    {
        await _writing.WaitAsync(cancellation);
        try
        {
            await to.WriteAsync(message, cancellation);
        }
        finally
        {
            _writing.Release();
        }
    }

    private static RefusedException OtherIncarnation(string code, string text) =>
        new(StatusCode.FailedPrecondition, code, text);
}
