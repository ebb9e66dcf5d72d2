using System.Diagnostics;

namespace SmartCardCrm.World;

/// <summary>A process of this program that we started. It is ended, by its id, with this object.</summary>
internal sealed class WorldProcess : IAsyncDisposable
{
    private readonly Process _process;

    private WorldProcess(Process process) => _process = process;

    public StreamWriter Input => _process.StandardInput;

    public StreamReader Output => _process.StandardOutput;

    /// <param name="program">The file to start: this program, or a changed copy of it.</param>
    /// <param name="arguments">Its command line.</param>
    /// <param name="environment">Variables it has otherwise than we.</param>
    public static WorldProcess Start(
        string program, IEnumerable<string> arguments, params IEnumerable<EnvironmentVariable> environment)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        foreach (var variable in environment)
            start.Environment[variable.Name] = variable.Value;
        return new WorldProcess(
            Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start."));
    }

    /// <returns>Its exit code.</returns>
    public async Task<int> ExitedAsync(CancellationToken cancellation)
    {
        await _process.WaitForExitAsync(cancellation);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
    }
}

/// <summary>One variable of a process's environment.</summary>
internal readonly record struct EnvironmentVariable(string Name, string Value);
