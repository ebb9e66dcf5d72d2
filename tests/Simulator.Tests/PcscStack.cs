using System.Diagnostics;

namespace SmartCardCrm.Simulator.Tests;

/// <summary>
/// The simulator behind a real pcscd of its own. A machine without pcscd, vpcd or namespaces fails the test:
/// it is not what the simulator is for.
/// </summary>
internal sealed class PcscStack : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("virtual-readers");
    private readonly Process _process;

    /// <param name="slots">Slots of the virtual readers.</param>
    /// <param name="arguments">The simulator's command line.</param>
    public PcscStack(int slots, params string[] arguments)
    {
        var start = new ProcessStartInfo("bash")
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        string[] command =
        [
            Path.Combine(AppContext.BaseDirectory, "virtual-readers.sh"), "--dir", _directory.FullName,
            "--slots", $"{slots}", "--",
            "dotnet", SimulatorPath, .. arguments,
        ];
        foreach (var word in command)
            start.ArgumentList.Add(word);

        _process = Process.Start(start)!;
    }

    public static string SimulatorPath { get; } =
        Path.Combine(AppContext.BaseDirectory, "SmartCardCrm.Simulator.dll");

    public string SocketPath => Path.Combine(_directory.FullName, "pcscd", "pcscd.comm");

    /// <summary>Where pcscd writes its process number.</summary>
    public string PidPath => Path.Combine(_directory.FullName, "pcscd", "pcscd.pid");

    /// <summary>The simulator's next line.</summary>
    public string ReadLine() =>
        _process.StandardOutput.ReadLine()
            ?? throw new InvalidOperationException(_process.StandardError.ReadToEnd());

    /// <summary>One command of the rack.</summary>
    /// <returns>Its answer.</returns>
    public string Command(string line)
    {
        _process.StandardInput.WriteLine(line);
        _process.StandardInput.Flush();
        return ReadLine();
    }

    /// <summary>Runs a Python client of this folder against this stack.</summary>
    /// <returns>What it printed; all of it when it failed.</returns>
    public string RunClient(string script = "pyscard_client.py") =>
        RunProgram("/usr/bin/python3", Path.Combine(AppContext.BaseDirectory, script));

    /// <summary>Runs any PC/SC program against this stack.</summary>
    /// <inheritdoc cref="RunClient"/>
    public string RunProgram(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["PCSCLITE_CSOCK_NAME"] = SocketPath;
        using var client = Process.Start(start)!;
        var errors = client.StandardError.ReadToEndAsync();
        var output = client.StandardOutput.ReadToEnd();
        client.WaitForExit();
        return client.ExitCode == 0 ? output.Trim() : output + errors.Result;
    }

    /// <summary>Sends SIGTERM, as Ctrl-C would SIGINT, and waits for everything to end.</summary>
    public void Terminate()
    {
        using var kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]);
        kill.WaitForExit();
        _process.WaitForExit();
    }

    /// <summary>Closes the rack's standard input and waits for the end.</summary>
    /// <returns>The exit code.</returns>
    public int Close()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            Terminate();

        _process.Dispose();
        _directory.Delete(recursive: true);
    }
}
