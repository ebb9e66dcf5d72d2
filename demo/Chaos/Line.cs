using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace SmartCardCrm.Demo.Chaos;

/// <summary>
/// The line between shops and headquarters: passes bytes on as they come, and can be cut. A cut ends all
/// connections, and new ones end at once until it is mended.
/// </summary>
internal sealed class Line : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly ConcurrentDictionary<TcpClient, bool> _open = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;
    private volatile bool _isCut;

    /// <summary>Listens at once.</summary>
    /// <param name="port">The shops' end, on loopback; 0 takes a free one.</param>
    public Line(int port)
    {
        _listener = new TcpListener(IPAddress.Loopback, port);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Headquarters' end, on loopback. Nothing is passed on before it is set.</summary>
    public int TargetPort { get; set; }

    public void Cut()
    {
        _isCut = true;
        foreach (var client in _open.Keys)
            client.Dispose();
    }

    public void Mend() => _isCut = false;

    public async ValueTask DisposeAsync()
    {
        Cut();
        await _stop.CancelAsync();
        await _accepting;
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                var shop = await _listener.AcceptTcpClientAsync(_stop.Token);
                _ = PassAsync(shop);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task PassAsync(TcpClient shop)
    {
        using var headquarters = new TcpClient();
        _open[shop] = true;
        try
        {
            if (_isCut)
                return;
            await headquarters.ConnectAsync(IPAddress.Loopback, TargetPort, _stop.Token);
            shop.NoDelay = headquarters.NoDelay = true;
            var (near, far) = (shop.GetStream(), headquarters.GetStream());
            await Task.WhenAny(near.CopyToAsync(far, _stop.Token), far.CopyToAsync(near, _stop.Token));
        }
        catch (Exception ended) when (ended is SocketException or IOException or OperationCanceledException
            or ObjectDisposedException or InvalidOperationException)
        {
            // One end is gone; the other learns of it below.
        }
        finally
        {
            _open.TryRemove(shop, out _);
            shop.Dispose();
        }
    }
}
