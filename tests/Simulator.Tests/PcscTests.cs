using System.Diagnostics;
using System.Globalization;

namespace SmartCardCrm.Simulator.Tests;

/// <summary>Through the real pcscd and vpcd.</summary>
public sealed class PcscTests
{
    private const string Uid = "04112233445566";

    [Fact]
    public void A_client_of_another_make_transacts_with_the_card_and_agrees_on_every_mac()
    {
        using var stack = new PcscStack(1, "serve", "--profile", "ev3-4k", "--uid", Uid, "--port", "35963");
        Assert.Equal("ready", stack.ReadLine());

        var outcome = stack.RunClient();

        Assert.Equal($"done uid={Uid} tmc=3 balance=410", outcome);
    }

    [Fact]
    public void A_client_of_another_make_speaks_every_session_before_ev2()
    {
        using var stack = new PcscStack(1, "serve", "--uid", Uid, "--port", "35963");
        Assert.Equal("ready", stack.ReadLine());

        var outcome = stack.RunClient("older_channels_client.py");

        Assert.Equal("done: D40, DES, 2TDEA, 3TDEA and AES sessions", outcome);
    }

    [Fact]
    public void Ready_made_tools_see_the_card_and_talk_to_it()
    {
        using var stack = new PcscStack(1, "serve", "--uid", Uid, "--port", "35963");
        Assert.Equal("ready", stack.ReadLine());
        Assert.StartsWith("done", stack.RunClient(), StringComparison.Ordinal);      // the card has come

        var atr = stack.RunProgram("opensc-tool", "--atr");
        var version = stack.RunProgram(
            "opensc-tool", "-c", "default", "-s", "90:60:00:00:00", "-s", "90:AF:00:00:00");
        var scan = stack.RunProgram("pcsc_scan", "-t", "2");

        Assert.Contains("3b:81:80:01:80:80", atr, StringComparison.Ordinal);
        Assert.Contains("04 01 01 33 00 18 05", version, StringComparison.Ordinal);
        Assert.Contains("04 01 01 03 00 18 05", version, StringComparison.Ordinal);
        Assert.Contains("3B 81 80 01 80 80", scan, StringComparison.Ordinal);
        Assert.Contains("DESFire", scan, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Where_no_reader_is_the_user_is_told()
    {
        const int Nobody = 1;
        var start = new ProcessStartInfo("dotnet")
        {
            UseShellExecute = false,
            ArgumentList = { PcscStack.SimulatorPath, "serve", "--port", $"{Nobody}" },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var simulator = Process.Start(start)!;

        using var patience =
            CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(30));
        try
        {
            var warning = await simulator.StandardError.ReadLineAsync(patience.Token);

            Assert.StartsWith($"No virtual reader at port {Nobody}:", warning, StringComparison.Ordinal);
        }
        finally
        {
            simulator.Kill();
        }
    }

    [Fact]
    public void A_card_of_the_third_reader_survives_a_killed_daemon()
    {
        using var stack = new PcscStack(6, "rack", "--slots", "6");
        Assert.Equal("ok", stack.Command($"card {Uid}"));
        Assert.Equal("ok", stack.Command($"insert 5 {Uid}"));
        var daemon = WaitForDaemon(stack, other: 0);

        using (var process = Process.GetProcessById(daemon))
            process.Kill();

        WaitForDaemon(stack, other: daemon);
        Assert.Equal($"done uid={Uid} tmc=3 balance=410", stack.RunClient());
        Assert.StartsWith($"ok uid={Uid}", stack.Command($"look {Uid}"), StringComparison.Ordinal);
        Assert.Equal(0, stack.Close());
    }

    [Fact]
    public void A_card_torn_in_the_rack_is_gone_and_the_rack_says_so_and_what_was_said_before()
    {
        using var stack = new PcscStack(2, "rack", "--slots", "2");
        Assert.Equal("ok", stack.Command($"card {Uid}"));
        Assert.Equal("ok", stack.Command("listen 1"));
        Assert.Equal("ok", stack.Command($"insert 1 {Uid} tear-after@5"));

        var outcome = stack.RunClient();

        Assert.Contains("Traceback", outcome, StringComparison.Ordinal);
        var heard = Enumerable.Range(0, 5).Select(_ => stack.ReadLine().Split(' ')).ToList();
        Assert.All(heard, line => Assert.Equal(["event", "apdu", "1"], line[..3]));
        Assert.Equal(["60", "AF04010133001805"], heard[3][3..]);
        Assert.Equal(["AF", "-"], heard[4][3..]);
        Assert.Equal($"event torn 1 {Uid} 5 after", stack.ReadLine());
        Assert.Equal("error empty no card lies in that slot", stack.Command("remove 1"));
        Assert.Contains(" history=5", stack.Command($"look {Uid}"), StringComparison.Ordinal);
    }

    /// <summary>The daemon's process number, once it is there and another one than before.</summary>
    private static int WaitForDaemon(PcscStack stack, int other)
    {
        var found = 0;
        var there = SpinWait.SpinUntil(
            () => TryReadPid(stack.PidPath, out found) && found != other && File.Exists(stack.SocketPath),
            TimeSpan.FromSeconds(20));
        Assert.True(there, "pcscd did not come up");
        return found;
    }

    /// <summary>pcscd ends the file with a line feed and a zero byte.</summary>
    private static bool TryReadPid(string path, out int pid)
    {
        pid = 0;
        try
        {
            var text = File.ReadAllText(path).Trim('\n', '\0');
            return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out pid);
        }
        catch (IOException)
        {
            return false;
        }
    }
}
