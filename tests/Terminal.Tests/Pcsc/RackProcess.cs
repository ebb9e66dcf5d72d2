using System.Diagnostics;

namespace SmartCardCrm.Terminal.Tests.Pcsc;

/// <summary>The simulator's rack in a process of its own: a person who puts cards on readers and takes them
/// away.</summary>
internal sealed class RackProcess : IDisposable
{
    private readonly Process _process;

    private RackProcess(Process process) => _process = process;

    /// <summary>A rack whose slots connect to these ports and up.</summary>
    public static RackProcess On(int portBase, int slots) =>
        Start("dotnet", [Simulator, "rack", "--port-base", $"{portBase}", "--slots", $"{slots}"]);

    /// <summary>A private pcscd with virtual readers, and a rack for twice its slots: others may be plugged
    /// in.</summary>
    /// <param name="folder">Where the daemon's socket and pid will be, in <c>pcscd/</c>.</param>
    public static RackProcess BehindPcscd(string folder, int slots) => Start(
        "bash",
        [
            Path.Combine(Root, "hardware-sim", "virtual-readers.sh"), "--dir", folder, "--slots", $"{slots}",
            "--",
            "dotnet", Simulator, "rack", "--slots", $"{2 * slots}",
        ]);

    /// <summary>One command, one answer; whatever happened by itself in between is passed over.</summary>
    public string Do(string command)
    {
        _process.StandardInput.WriteLine(command);
        _process.StandardInput.Flush();
        while (_process.StandardOutput.ReadLine() is { } line)
        {
            if (line.StartsWith("ok", StringComparison.Ordinal))
                return line;
            Assert.StartsWith("event", line, StringComparison.Ordinal);
        }

        throw new InvalidOperationException($"The rack ended at '{command}'.");
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }

    private static string Simulator => Path.Combine(AppContext.BaseDirectory, "SmartCardCrm.Simulator.dll");

    private static string Root
    {
        get
        {
            var folder = new DirectoryInfo(AppContext.BaseDirectory);
            while (!File.Exists(Path.Combine(folder.FullName, "SmartCardCrm.sln")))
                folder = folder.Parent ?? throw new DirectoryNotFoundException("This is no checkout.");
            return folder.FullName;
        }
    }

    private static RackProcess Start(string program, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        return new RackProcess(
            Process.Start(start) ?? throw new InvalidOperationException($"{program} does not start."));
    }
}
