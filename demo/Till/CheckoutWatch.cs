using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Threading.Channels;

namespace SmartCardCrm.Demo.Till;

/// <summary>
/// Knows of one terminal's checkouts what its event stream says, and asks where the stream is silent: it ends
/// whenever the terminal does.
/// </summary>
internal sealed class CheckoutWatch(TillClient till, TimeProvider clock) : IAsyncDisposable
{
    private static readonly TimeSpan ReconnectAfter = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan ReaderLookEvery = TimeSpan.FromMilliseconds(100);

    private readonly ConcurrentDictionary<string, Channel<Checkout>> _watched = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stop = new();
    private Task _listening = Task.CompletedTask;

    public void Start() => _listening = ListenAsync(_stop.Token);

    /// <summary>From here on nothing that is said of this checkout is missed.</summary>
    public void Watch(string id) => _watched.TryAdd(id, Channel.CreateUnbounded<Checkout>());

    public void Forget(string id) => _watched.TryRemove(id, out _);

    /// <summary>
    /// Waits until something is heard of a watched checkout; after <paramref name="most"/> it asks.
    /// </summary>
    /// <returns>null when the terminal does not answer.</returns>
    public async Task<Checkout?> NextAsync(string id, TimeSpan most, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(most);
        try
        {
            return await _watched[id].Reader.ReadAsync(patience.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return await AskAsync(id, cancellation);
        }
    }

    /// <summary>Waits until the terminal sees no card on this reader.</summary>
    public async Task EmptyAsync(string reader, CancellationToken cancellation)
    {
        while (!await IsEmptyAsync(reader, cancellation))
            await Task.Delay(ReaderLookEvery, clock, cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _listening;
        _stop.Dispose();
    }

    /// <summary>Whether this says that nobody answered, rather than that the answer was no.</summary>
    internal static bool IsAway(Exception exception, CancellationToken cancellation) =>
        exception is HttpRequestException { StatusCode: null or HttpStatusCode.ServiceUnavailable }
            or IOException or SocketException
        || (exception is OperationCanceledException && !cancellation.IsCancellationRequested);

    private async Task<bool> IsEmptyAsync(string reader, CancellationToken cancellation)
    {
        try
        {
            var readers = await till.ReadersAsync(cancellation);
            return readers.Any(r => r.Name == reader && r is { Available: true, CardPresent: false });
        }
        catch (Exception away) when (IsAway(away, cancellation))
        {
            return false;
        }
    }

    private async Task<Checkout?> AskAsync(string id, CancellationToken cancellation)
    {
        try
        {
            return await till.GetAsync(id, cancellation);
        }
        catch (Exception away) when (IsAway(away, cancellation))
        {
            return null;
        }
    }

    private async Task ListenAsync(CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                await foreach (var json in till.EventsAsync(cancellation))
                    Heard(json);
                await Task.Delay(ReconnectAfter, clock, cancellation);
            }
            catch (Exception away) when (IsAway(away, cancellation))
            {
                await Task.Delay(ReconnectAfter, clock, CancellationToken.None);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private void Heard(string json)
    {
        var checkout = JsonSerializer.Deserialize(json, TillJson.Default.Checkout);
        if (checkout is not null && _watched.TryGetValue(checkout.Id, out var watched))
            watched.Writer.TryWrite(checkout);
    }
}
