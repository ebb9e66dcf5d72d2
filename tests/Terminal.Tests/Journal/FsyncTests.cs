using System.Diagnostics;
using System.Globalization;
using SmartCardCrm.SyncContract;
using SmartCardCrm.Terminal.Tests.Kit;

namespace SmartCardCrm.Terminal.Tests;

/// <summary>Counts what the kernel is asked for, by running a day of sales of this very assembly under
/// strace.</summary>
public sealed class FsyncTests : IDisposable
{
    private const string DatabaseVariable = "SMARTCARDCRM_TEST_DATABASE";
    private const int MorningSales = 12;
    private const int AfternoonSales = 8;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("fsync-");

    private string DatabasePath =>
        Environment.GetEnvironmentVariable(DatabaseVariable) ?? Path.Combine(_folder.FullName, "terminal.db");

    private string ToldPath => DatabasePath + ".told";

    private string ThreadsPath => DatabasePath + ".threads";

    private string TracePath => Path.Combine(_folder.FullName, "trace");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_sale_waits_for_the_disk_exactly_twice_even_after_a_restart_or_a_checkpoint(bool restarted)
    {
        if (restarted)
            TerminalDatabase.Open(Seals.At(DatabasePath), TimeProvider.System).Dispose();

        var exitCode = RunDayUnderStrace("-e", "trace=fsync,fdatasync");

        Assert.Equal(0, exitCode);
        Assert.Equal(2 * (MorningSales + AfternoonSales), SyncsOn("tap 00"));
        Assert.NotEqual(0, SyncsOn("journal-idle"));
    }

    /// <summary>strace counts for each thread: opening an existing database syncs less often than
    /// that.</summary>
    [Theory]
    [InlineData(5, 2)]
    [InlineData(6, 2)]
    [InlineData(7, 3)]
    public void A_failing_disk_ends_selling_and_what_the_till_was_told_is_there(int failingSync, int told)
    {
        TerminalDatabase.Open(Seals.At(DatabasePath), TimeProvider.System).Dispose();

        var fault = string.Create(
            CultureInfo.InvariantCulture, $"inject=fsync,fdatasync:error=EIO:when={failingSync}");
        var exitCode = RunDayUnderStrace("-e", "trace=fsync,fdatasync", "-e", fault);

        Assert.NotEqual(0, exitCode);
        Assert.Equal(told, File.ReadAllLines(ToldPath).Length);
        using var database = TerminalDatabase.Open(Seals.At(DatabasePath), TimeProvider.System);
        var journal = Journal.Open(database, TimeProvider.System);
        var kinds = journal.Unsent(0, int.MaxValue, int.MaxValue)
            .Select(e => EntryBody.Parser.ParseFrom(e.Body).ContentCase).ToList();
        var outcomes = kinds.Count(k => k == EntryBody.ContentOneofCase.Outcome);
        var intents = kinds.Count(k => k == EntryBody.ContentOneofCase.Intent);
        Assert.InRange(outcomes, told, told + 1);
        Assert.InRange(intents, outcomes, told + 1);
        Assert.Equal(intents - outcomes, journal.OpenDoubts().Count);
    }

    /// <summary>What the tests above run in another process. Here it only has to go well.</summary>
    [Fact]
    public async Task A_small_day_of_sales_goes_well()
    {
        using var day = new Day(new Chain(), DatabasePath);

        await day.SellAsync(MorningSales, Told);
        await day.SellAsync(1, Told, () => OnThread("journal-idle", () =>
        {
            NoteThreads();
            day.Till.Database.Checkpoint();
        }));
        await day.SellAsync(AfternoonSales - 1, Told);

        Assert.Equal(2u * (MorningSales + AfternoonSales), day.Till.Journal.Head.Sequence);
    }

    private void Told() => File.AppendAllText(ToldPath, "sold\n");

    private static void OnThread(string name, Action work)
    {
        var thread = new Thread(() => work()) { Name = name };
        thread.Start();
        thread.Join();
    }

    // strace knows a thread by its number; its name is the kernel's to tell, while the thread lives.
    private void NoteThreads() => File.WriteAllLines(
        ThreadsPath,
        Directory.GetDirectories("/proc/self/task")
            .Select(task => $"{Path.GetFileName(task)} {NameOf(task)}"));

    // One that has just ended has no name.
    private static string NameOf(string task)
    {
        try
        {
            return File.ReadAllText(Path.Combine(task, "comm")).Trim();
        }
        catch (IOException)
        {
            return "";
        }
    }

    private int SyncsOn(string thread)
    {
        var number = File.ReadAllLines(ThreadsPath)
            .Single(line => line.EndsWith($" {thread}", StringComparison.Ordinal)).Split(' ')[0];
        return File.ReadAllLines(TracePath).Count(line =>
            line.StartsWith($"{number} ", StringComparison.Ordinal)
            && line.Contains("sync(", StringComparison.Ordinal));
    }

    private int RunDayUnderStrace(params string[] options)
    {
        var start = new ProcessStartInfo("strace") { RedirectStandardOutput = true, UseShellExecute = false };
        string[] arguments =
        [
            "-f", "-qq", "-o", TracePath, .. options,
            Path.Combine(AppContext.BaseDirectory, "SmartCardCrm.Terminal.Tests"),
            "--filter-method", $"*{nameof(A_small_day_of_sales_goes_well)}",
        ];
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        start.Environment[DatabaseVariable] = DatabasePath;

        using var process = Process.Start(start)
            ?? throw new InvalidOperationException("strace did not start.");
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode;
    }
}
