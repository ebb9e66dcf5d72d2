using System.Diagnostics;
using System.Text.Json;
using SmartCardCrm.Terminal.Doctor;

namespace SmartCardCrm.Terminal.Tests.Doctor;

/// <summary>The command as people and machines start it: a process of its own, without PC/SC.</summary>
public sealed class DoctorCommandTests : IDisposable
{
    private readonly EnrolledFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_fails_is_told_with_its_remedy_and_ends_with_1()
    {
        var (code, said) = await Doctor("--data", _folder.Path);

        Assert.Equal(1, code);
        Assert.Contains("\nok    enrolment ", said, StringComparison.Ordinal);
        Assert.Contains("\nfail  server-away ", said, StringComparison.Ordinal);
        Assert.Contains("\n      sudo apt-get install pcscd", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Machines_get_the_same_as_JSON()
    {
        var (code, said) = await Doctor("--json", "--data", _folder.Path);

        using var json = JsonDocument.Parse(said);
        Assert.Equal((1, "fail"), (code, json.RootElement.GetProperty("worst").GetString()));
        var away = json.RootElement.GetProperty("findings").EnumerateArray()
            .Single(f => f.GetProperty("code").GetString() == "server-away");
        Assert.Equal("fail", away.GetProperty("verdict").GetString());
        Assert.NotEqual(0, away.GetProperty("advice").GetArrayLength());
    }

    [Fact]
    public async Task A_folder_that_is_not_there_is_not_made()
    {
        var (code, said) = await Doctor("--data", _folder.Path + "-none");

        Assert.Equal(1, code);
        Assert.StartsWith("fail  data-absent ", said, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder.Path + "-none"));
    }

    [Fact]
    public async Task Looking_leaves_nothing_behind()
    {
        var before = Directory.GetFileSystemEntries(_folder.Path).Order(StringComparer.Ordinal).ToList();

        await Doctor("--data", _folder.Path);

        Assert.Equal(before, Directory.GetFileSystemEntries(_folder.Path).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Warnings_alone_are_no_failure()
    {
        var report = Report.Of([Finding.Ok("disk", "room"), Finding.Warn("rtc-absent", "none", "Fit one.")]);

        Assert.Equal(Verdict.Warn, report.Worst);
        Assert.Equal(
            [
                "ok    disk        room", "warn  rtc-absent  none", "      Fit one.",
                "1 ok, 1 to look at, 0 failed",
            ],
            report.Lines());
    }

    private static async Task<(int Code, string Said)> Doctor(params IEnumerable<string> arguments)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "SmartCardCrm.Terminal.dll");
        var start = new ProcessStartInfo("dotnet", [program, "doctor", .. arguments])
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        start.Environment["PCSCLITE_CSOCK_NAME"] = "/nowhere/pcscd.comm";
        using var process = Process.Start(start) ?? throw new InvalidOperationException("It does not start.");
        var said = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, said);
    }
}
