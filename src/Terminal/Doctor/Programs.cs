using System.ComponentModel;
using System.Diagnostics;

namespace SmartCardCrm.Terminal.Doctor;

/// <summary>Other programs of this machine, asked for what they know.</summary>
internal static class Programs
{
    private static readonly TimeSpan AnswerMost = TimeSpan.FromSeconds(5);

    /// <summary>What a program printed, without the line end; null where it is not there, fails, or takes too
    /// long.</summary>
    public static async Task<string?> Ask(
        string program, IReadOnlyList<string> arguments, CancellationToken cancellation)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        late.CancelAfter(AnswerMost);
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments)
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                UseShellExecute = false,
            });
            if (process is null)
                return null;
            var said = await process.StandardOutput.ReadToEndAsync(late.Token);
            await process.WaitForExitAsync(late.Token);
            return process.ExitCode == 0 ? said.Trim() : null;
        }
        catch (Exception failed) when (failed is Win32Exception or IOException)
        {
            return null;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return null;
        }
    }
}
