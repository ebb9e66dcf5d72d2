using System.Text.Json;

namespace SmartCardCrm.World;

/// <summary>Runs one seed at a time.</summary>
internal interface ISeedRunner : IAsyncDisposable
{
    Task<SeedReport> RunAsync(ulong seed, CancellationToken cancellation);
}

/// <summary>Runs seeds in a child. A child that dies or does not come to an end is a finding of its seed; the
/// next seed gets a new child.</summary>
/// <param name="start">Starts a child that works as <see cref="Worker"/> does.</param>
/// <param name="runTimeMost">How long a seed may take.</param>
internal sealed class ChildSeedRunner(Func<WorldProcess> start, TimeSpan runTimeMost, TimeProvider clock)
    : ISeedRunner
{
    private WorldProcess? _child;

    public async Task<SeedReport> RunAsync(ulong seed, CancellationToken cancellation)
    {
        using var patience = new CancellationTokenSource(runTimeMost, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, patience.Token);
        try
        {
            return await AskAsync(seed, either.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            await DisposeAsync();
            return SeedReport.Of(
                seed, new Violation("hang", $"The run did not come to its end within {runTimeMost:c}."));
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_child is { } child)
            await child.DisposeAsync();
        _child = null;
    }

    private async Task<SeedReport> AskAsync(ulong seed, CancellationToken cancellation)
    {
        _child ??= start();
        try
        {
            await _child.Input.WriteLineAsync($"{seed}".AsMemory(), cancellation);
            await _child.Input.FlushAsync(cancellation);
            if (await _child.Output.ReadLineAsync(cancellation) is { } line)
                return SeedReport.Parse(line);
        }
        catch (Exception broken) when (broken is IOException or JsonException)
        {
            return await BuryAsync(seed, broken.Message, cancellation);
        }

        return await BuryAsync(seed, "It said nothing more.", cancellation);
    }

    private async Task<SeedReport> BuryAsync(ulong seed, string why, CancellationToken cancellation)
    {
        // Its input at an end, a child that is still alive ends by itself.
        _child!.Input.Close();
        var code = await _child.ExitedAsync(cancellation);
        await DisposeAsync();
        return SeedReport.Of(
            seed, new Violation("crash", $"The process ended with {code}. {why}"));
    }
}
