using System.Net;
using System.Net.Sockets;

namespace SmartCardCrm.Demo.Processes;

/// <summary>
/// Ports of this machine alone, handed out one after another, so that a program that is started again finds
/// its port free.
/// </summary>
internal static class Loopback
{
    private const int First = 10_000;

    // Linux gives those from here on to whoever connects or listens on port 0.
    private const int After = 32_768;

    // Programs side by side begin elsewhere.
    private static int _handedOut = Environment.ProcessId * 61;

    /// <summary>Ports that nobody listens on now, all different.</summary>
    public static IReadOnlyList<int> FreePorts(int count) =>
        [.. Enumerable.Range(0, count).Select(_ => FreeRange(1))];

    /// <summary>The first of so many ports in a row that nobody listens on.</summary>
    public static int FreeRange(int count)
    {
        while (true)
        {
            // However many are asked for, none is handed out twice before all were.
            var first = First + ((Interlocked.Add(ref _handedOut, count) - count) % (After - First));
            if (first + count <= After && Enumerable.Range(first, count).All(IsFree))
                return first;
        }
    }

    public static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
