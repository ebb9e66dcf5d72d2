using System.Globalization;
using Spectre.Console;

namespace SmartCardCrm.Demo;

/// <summary>What people see: bars that move on a terminal, plain lines anywhere else.</summary>
internal sealed class Screen(IAnsiConsole console, TimeProvider clock)
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(250);
    private const int LinesPerTask = 10;

    public void Say(string line) => Console.WriteLine(line);

    public void Heading(string text) => console.MarkupLineInterpolated($"[bold]{text}[/]");

    public void Complain(string line) => Console.Error.WriteLine(line);

    /// <summary>Shows how far some work is while it runs.</summary>
    /// <param name="title">What it is.</param>
    /// <param name="total">When it is done.</param>
    /// <param name="done">How far it is now.</param>
    /// <param name="work">The work; its exception is passed on.</param>
    public Task ShowAsync(string title, int total, Func<int> done, Task work) =>
        console.Profile.Capabilities.Interactive
            ? BarAsync(title, total, done, work) : LinesAsync(title, total, done, work);

    /// <summary>One line that says how things stand, until cancelled.</summary>
    public async Task LiveAsync(Func<CancellationToken, Task<string>> line, TimeSpan every,
        CancellationToken cancellation)
    {
        var isInteractive = console.Profile.Capabilities.Interactive;
        while (!cancellation.IsCancellationRequested)
        {
            var now = await line(cancellation);
            if (isInteractive)
                console.Write(new ControlCode($"\r\e[K{now}"));
            else
                Say(now);
            await Task.Delay(every, clock, cancellation);
        }
    }

    private async Task BarAsync(string title, int total, Func<int> done, Task work)
    {
        await console.Progress()
            .Columns(
                new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(),
                new RemainingTimeColumn(),
                new SpinnerColumn())
            .StartAsync(async progress =>
            {
                var bar = progress.AddTask(title, maxValue: Math.Max(total, 1));
                await UntilDoneAsync(work, () => bar.Value = done());
            });
        await work;
    }

    private async Task LinesAsync(string title, int total, Func<int> done, Task work)
    {
        var told = 0;
        await UntilDoneAsync(work, () =>
        {
            var now = total == 0 ? LinesPerTask : (int)((long)done() * LinesPerTask / total);
            if (now <= told)
                return;
            told = now;
            Say(string.Create(CultureInfo.InvariantCulture, $"{title}: {done()} of {total}"));
        });
        await work;
    }

    private async Task UntilDoneAsync(Task work, Action look)
    {
        while (!work.IsCompleted)
        {
            await Task.WhenAny(work, Task.Delay(LookEvery, clock, CancellationToken.None));
            look();
        }
    }
}
