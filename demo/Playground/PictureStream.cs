using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.Http;

namespace SmartCardCrm.Demo.Playground;

/// <summary>The whole picture as server-sent events, whenever it has changed; lights in events of their own,
/// for they blink.</summary>
internal sealed class PictureStream(HttpResponse response) : IDisposable
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(400);
    private static readonly byte[] Hello = Encoding.UTF8.GetBytes(": from now on\n\n");

    private readonly Channel<byte[]> _queue = Channel.CreateBounded<byte[]>(
        new BoundedChannelOptions(256) { FullMode = BoundedChannelFullMode.DropOldest });
    private readonly SemaphoreSlim _bell = new(0, 1);
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
        var drawing = DrawAsync(field, look, cancellation);
        await foreach (var bytes in _queue.Reader.ReadAllAsync(cancellation))
            await WriteAsync(bytes, cancellation);
        await drawing;
    }

    public void Dispose() => _bell.Dispose();

    private async Task DrawAsync(
        Func<Playfield?> field, Func<CancellationToken, Task<Picture>> look, CancellationToken cancellation)
    {
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
                await _bell.WaitAsync(LookEvery, cancellation);
            }
        }
        finally
        {
            followed?.Unfollow(LightsChanged, Ring);
            _queue.Writer.TryComplete();
        }
    }

    private void Ring()
    {
        lock (_bell)
        {
            if (_bell.CurrentCount == 0)
                _bell.Release();
        }
    }

    private void Say(string name, string json) =>
        _queue.Writer.TryWrite(Encoding.UTF8.GetBytes($"event: {name}\ndata: {json}\n\n"));

    private async Task WriteAsync(byte[] bytes, CancellationToken cancellation)
    {
        await response.Body.WriteAsync(bytes, cancellation);
        await response.Body.FlushAsync(cancellation);
    }
}
