using System.Text.Json;

namespace SmartCardCrm.Demo.Processes;

/// <summary>
/// Starts a program that says <c>ready</c> and writes its addresses down when it can be used.
/// </summary>
internal static class ReadyProcess
{
    private const string EndpointsFile = "endpoints.json";
    private static readonly TimeSpan ReadyWithin = TimeSpan.FromSeconds(60);

    /// <summary>Starts it and waits until it is ready.</summary>
    /// <param name="command">What to start.</param>
    /// <param name="onLine">Called for each line it prints.</param>
    /// <param name="cancellation">Ends the wait, and the program.</param>
    /// <exception cref="InvalidOperationException">It ended, or took more than a minute; the message names
    /// its log.</exception>
    public static async Task<ChildProcess> StartAsync(
        ChildCommand command, Action<string> onLine, CancellationToken cancellation)
    {
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var process = ChildProcess.Start(command, line =>
        {
            onLine(line);
            if (line.StartsWith("ready", StringComparison.Ordinal))
                ready.TrySetResult();
        });
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(ReadyWithin);
        try
        {
            var first = Task.WhenAny(ready.Task, process.ExitedAsync(patience.Token));
            if (await first.WaitAsync(patience.Token) == ready.Task)
                return process;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // Too slow: told below.
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }

        await process.DisposeAsync();
        throw new InvalidOperationException($"{command.Name} did not become ready; see {command.LogFile}");
    }

    /// <summary>An address the program wrote down before it said ready.</summary>
    /// <param name="folder">Its data folder.</param>
    /// <param name="name">Which address.</param>
    public static Uri Endpoint(string folder, string name)
    {
        using var endpoints = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, EndpointsFile)));
        return new Uri(endpoints.RootElement.GetProperty(name).GetString() ?? "");
    }
}
