using System.Net;
using System.Net.Sockets;

namespace SmartCardCrm.Demo.Processes;

/// <summary>Ports of this machine alone.</summary>
internal static class Loopback
{
    /// <summary>Ports that nobody listens on now, all different.</summary>
    public static IReadOnlyList<int> FreePorts(int count)
    {
        var listeners = Enumerable.Range(0, count)
            .Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        listeners.ForEach(listener => listener.Start());
        var ports = listeners.ConvertAll(listener => ((IPEndPoint)listener.LocalEndpoint).Port);
        listeners.ForEach(listener => listener.Dispose());
        return ports;
    }

    /// <summary>The first of so many ports in a row that nobody listens on.</summary>
    public static int FreeRange(int count)
    {
        while (true)
        {
            var first = FreePorts(1)[0];
            if (first + count <= IPEndPoint.MaxPort && Enumerable.Range(first, count).All(IsFree))
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
