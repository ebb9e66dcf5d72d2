using Grpc.Core;

namespace SmartCardCrm.Server.Terminals;

/// <summary>Writing to terminals whose line may be cut meanwhile.</summary>
internal static class WholeWrites
{
    // Longer, and the terminal does not read: it need not hear why its line ends.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>Writes a message that is begun to its end.</summary>
    /// <remarks>To cancel a gRPC write is to abort its call, and then the terminal never hears why: whoever
    /// cuts the line waits for a moment.</remarks>
    public static async Task WriteWholeAsync<T>(
        this IServerStreamWriter<T> to, T message, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        using var patience = new CancellationTokenSource();
        await using var cut = cancellation.Register(() => patience.CancelAfter(Patience));
        await to.WriteAsync(message, patience.Token);
    }
}
