using System.Buffers;
using System.Text.Json;
using System.Threading.Channels;

namespace SmartCardCrm.Terminal.TillApi;

/// <summary>Server-sent events: every checkout as it changes, one JSON object an event.</summary>
/// <remarks>
/// Written by hand, because the headers must reach the till before the first event does, and because a
/// comment now and then is how a till that went away is noticed.
/// </remarks>
internal sealed class EventStream(HttpResponse response, TimeProvider clock)
{
    private static readonly TimeSpan SilenceMost = TimeSpan.FromSeconds(15);

    /// <param name="first">Sent at once where it is not null.</param>
    /// <param name="changes">Sent as they come, until it ends.</param>
    public async Task Run(
        CheckoutAnswer? first, IAsyncEnumerable<CheckoutAnswer> changes, CancellationToken cancellation)
    {
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-cache, no-store";
        await Write(": checkouts\n\n"u8.ToArray(), cancellation);
        if (first is not null)
            await Write(Event(first), cancellation);

        var queue = Channel.CreateUnbounded<byte[]>();
        await using var beats = clock.CreateTimer(
            _ => queue.Writer.TryWrite(": still here\n\n"u8.ToArray()), null, SilenceMost, SilenceMost);
        var filling = Fill(queue.Writer, changes);
        await foreach (var bytes in queue.Reader.ReadAllAsync(cancellation))
            await Write(bytes, cancellation);
        await filling;
    }

    private static async Task Fill(ChannelWriter<byte[]> queue, IAsyncEnumerable<CheckoutAnswer> changes)
    {
        try
        {
            await foreach (var change in changes)
                queue.TryWrite(Event(change));
        }
        finally
        {
            queue.TryComplete();
        }
    }

    private async Task Write(byte[] bytes, CancellationToken cancellation)
    {
        await response.Body.WriteAsync(bytes, cancellation);
        await response.Body.FlushAsync(cancellation);
    }

    private static byte[] Event(CheckoutAnswer answer)
    {
        var buffer = new ArrayBufferWriter<byte>();
        buffer.Write("event: checkout\ndata: "u8);
        buffer.Write(JsonSerializer.SerializeToUtf8Bytes(answer, TillJson.Default.CheckoutAnswer));
        buffer.Write("\n\n"u8);
        return buffer.WrittenSpan.ToArray();
    }
}
