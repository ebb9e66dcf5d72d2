using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Threading.Channels;

namespace SmartCardCrm.Terminal.TillApi;

/// <summary>Server-sent events, one JSON object an event.</summary>
/// <remarks>
/// Written by hand, because the headers must reach the till before the first event does, and because a
/// comment now and then is how a till that went away is noticed.
/// </remarks>
/// <param name="response">Not begun.</param>
/// <param name="name">What each event is called.</param>
/// <param name="shape">How one is written.</param>
/// <param name="clock">Counts the silence.</param>
internal sealed class EventStream<T>(
    HttpResponse response, string name, JsonTypeInfo<T> shape, TimeProvider clock)
    where T : class
{
    private static readonly TimeSpan SilenceMost = TimeSpan.FromSeconds(15);

    /// <param name="first">Sent at once where it is not null.</param>
    /// <param name="changes">Sent as they come, until it ends.</param>
    public async Task Run(
        T? first, IAsyncEnumerable<T> changes, CancellationToken cancellation)
    {
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-cache, no-store";
        await Write(": from now on\n\n"u8.ToArray(), cancellation);
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

    private async Task Fill(ChannelWriter<byte[]> queue, IAsyncEnumerable<T> changes)
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

    private byte[] Event(T told) => Encoding.UTF8.GetBytes(
        $"event: {name}\ndata: {JsonSerializer.Serialize(told, shape)}\n\n");
}
