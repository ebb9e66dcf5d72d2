using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.Http;

namespace SmartCardCrm.Demo.Playground;

/// <summary>The whole picture as server-sent events, whenever it has changed; lights in events of their own,
/// for they blink.</summary>
internal sealed class PictureStream(HttpResponse response, TimeProvider clock)
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(400);
    private static readonly byte[] Hello = Encoding.UTF8.GetBytes(": from now on\n\n");

    private readonly Channel<byte[]> _queue = Channel.CreateBounded<byte[]>(
        new BoundedChannelOptions(256) { FullMode = BoundedChannelFullMode.DropOldest });
    private readonly Channel<bool> _bell = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private string _last = "";

    /// <param name="field">The playfield, once there is one.</param>
    /// <param name="look">The picture as it is now.</param>
    /// <param name="cancellation">The page is gone, or the playground closes.</param>
    public async Task RunAsync(
        Func<Playfield?> field, Func<CancellationToken, Task<Picture>> look, CancellationToken cancellation)
    {
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-cache, no-store";
        await WriteAsync(Hello, cancellation);
        await Task.WhenAll(DrawAsync(field, look, cancellation), SendAsync(cancellation));
    }

    private async Task SendAsync(CancellationToken cancellation)
    {
        await foreach (var bytes in _queue.Reader.ReadAllAsync(cancellation))
            await WriteAsync(bytes, cancellation);
    }

    private async Task DrawAsync(
        Func<Playfield?> field, Func<CancellationToken, Task<Picture>> look, CancellationToken cancellation)
    {
        await using var beats = clock.CreateTimer(_ => Ring(), null, LookEvery, LookEvery);
        Playfield? followed = null;
        void LightsChanged() => Say("lights", JsonSerializer.Serialize(
            followed!.LookAtLights(), PlaygroundJson.Default.LitParts));
        try
        {
            while (true)
            {
                if (followed is null && field() is { } opened)
                {
                    followed = opened;
                    followed.Follow(LightsChanged, Ring);
                }

                var picture = JsonSerializer.Serialize(
                    await look(cancellation), PlaygroundJson.Default.Picture);
                if (picture != _last)
                    Say("picture", _last = picture);
                await _bell.Reader.ReadAsync(cancellation);
            }
        }
        finally
        {
            followed?.Unfollow(LightsChanged, Ring);
            _queue.Writer.TryComplete();
        }
    }

    // Called by whoever tells of a change, also when this has ended already.
    private void Ring() => _bell.Writer.TryWrite(true);

    private void Say(string name, string json) =>
        _queue.Writer.TryWrite(Encoding.UTF8.GetBytes($"event: {name}\ndata: {json}\n\n"));

    private async Task WriteAsync(byte[] bytes, CancellationToken cancellation)
    {
        await response.Body.WriteAsync(bytes, cancellation);
        await response.Body.FlushAsync(cancellation);
    }
}
