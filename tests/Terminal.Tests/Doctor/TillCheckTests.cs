using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using SmartCardCrm.Terminal.Doctor;
using SmartCardCrm.Terminal.Keys;
using SmartCardCrm.Terminal.Sync;
using SmartCardCrm.Terminal.TillApi;

namespace SmartCardCrm.Terminal.Tests.Doctor;

/// <summary>The Till API of a terminal that runs, does not run, or is in somebody's way.</summary>
public sealed class TillCheckTests : IAsyncDisposable
{
    private readonly EnrolledFolder _folder = new();
    private readonly List<IAsyncDisposable> _open = [];
    private HealthAnswer _health = new(
        1, Ready: true, null, HoldsKeys: true, Connected: true, 0, 0, RuleSetVersion: 1, []);

    public async ValueTask DisposeAsync()
    {
        foreach (var one in _open)
            await one.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_terminal_that_does_not_run_needs_its_port()
    {
        var url = await Listen();
        var taken = Codes(await Look(url));
        await _open[0].DisposeAsync();

        Assert.Equal(["till-api-taken", "terminal-stopped"], taken);
        Assert.Equal(["till-api", "terminal-stopped"], Codes(await Look(url)));
    }

    [Fact]
    public async Task Looking_takes_the_folder_from_nobody()
    {
        await File.WriteAllTextAsync(_folder.Data.Lock, "");
        await Look(new Uri("http://127.0.0.1:0"));

        using (TerminalHost.Claim(_folder.Data))
            Assert.True((await Look(new Uri("http://127.0.0.1:0"))).Running);
    }

    [Fact]
    public async Task A_running_terminal_is_found_by_its_folder_and_says_how_it_is()
    {
        await Run();

        var sight = await Look(new Uri("http://127.0.0.1:1"));

        Assert.Equal(["till-api", "terminal"], Codes(sight));
        Assert.Equal("counter", Assert.Single(sight.Readers!.Readers).Name);
    }

    [Fact]
    public async Task A_key_file_that_was_changed_under_the_terminal_is_told()
    {
        await Run();
        await File.WriteAllTextAsync(_folder.Data.TillApiKey, "another");

        Assert.Equal(["till-api-refused"], Codes(await Look(new Uri("http://127.0.0.1:1"))));
    }

    [Fact]
    public async Task A_folder_that_is_held_by_somebody_who_does_not_answer_is_told()
    {
        await Run();
        await _open[0].DisposeAsync();

        Assert.Equal(["till-api-silent"], Codes(await Look(new Uri("http://127.0.0.1:1"))));
    }

    [Theory]
    [InlineData(null, false, null, "rules-absent")]
    [InlineData(null, false, 1, "keys-absent")]
    [InlineData("tamper", false, 1, "tamper")]
    [InlineData("keys-expired", false, 1, "keys-expired")]
    [InlineData("terminal-revoked", false, null, "terminal-revoked")]
    [InlineData("journal-behind", false, 1, "journal-behind")]
    public async Task Why_it_serves_no_card_is_told(string? stopped, bool ready, int? rules, string expected)
    {
        _health = _health with { StoppedBecause = stopped, Ready = ready, RuleSetVersion = rules };
        await Run();

        Assert.Equal(["till-api", expected], Codes(await Look(new Uri("http://127.0.0.1:1"))));
    }

    [Fact]
    public async Task No_line_to_the_server_and_every_fault_are_warnings()
    {
        _health = _health with { Connected = false, Faults = ["clock: late", "no-reader: 0", "red: off"] };
        await Run();

        var findings = TillCheck.Judge(await Look(new Uri("http://127.0.0.1:1")), "/data").ToList();

        Assert.Equal(["till-api", "terminal", "sync-away", "fault", "fault"], findings.Select(f => f.Code));
        Assert.All(findings.Skip(2), f => Assert.Equal(Verdict.Warn, f.Verdict));
    }

    [Fact]
    public async Task A_server_of_an_old_backup_has_a_code_of_its_own()
    {
        var line = new SyncLine { IsCompacted = true };
        _health = _health with { Faults = line.Faults };
        await Run();

        var findings = TillCheck.Judge(await Look(new Uri("http://127.0.0.1:1")), "/data").ToList();

        Assert.Equal(["till-api", "terminal", "journal-compacted"], findings.Select(f => f.Code));
    }

    [Fact]
    public void Every_stop_code_has_an_advice_of_its_own()
    {
        var findings = StopCheck.Codes.Select(code => StopCheck.Of(code, "/data")).ToList();

        Assert.All(findings, f => Assert.NotEqual(StopCheck.Of("?", "/data").Seen, f.Seen));
        Assert.All(findings, f => Assert.NotEqual(StopCheck.Of("?", "/data").Advice, f.Advice));
    }

    private static List<string> Codes(TillSight sight) =>
        [.. TillCheck.Judge(sight, "/data").Select(f => f.Code)];

    private Task<TillSight> Look(Uri url) => TillProbe.Look(_folder.Data, url, CancellationToken.None);

    // As a terminal does: holds the folder, wrote down where it answers, knows the key.
    private async Task Run()
    {
        PrivateFile.Replace(_folder.Data.TillApiKey, "secret"u8);
        var url = await Listen();
        PrivateFile.Replace(_folder.Data.Endpoints, JsonSerializer.SerializeToUtf8Bytes(
            new EndpointsFile(url.ToString(), Environment.ProcessId), TillJson.Default.EndpointsFile));
        _open.Add(TerminalHost.Claim(_folder.Data));
    }

    private async Task<Uri> Listen()
    {
        var builder = TerminalHost.NewBuilder(new Uri("http://127.0.0.1:0"), TimeProvider.System);
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Use((context, next) =>
        {
            if (context.Request.Headers["X-Api-Key"] == "secret")
                return next(context);
            context.Response.StatusCode = (int)HttpStatusCode.Unauthorized;
            return Task.CompletedTask;
        });
        app.MapGet("/v1/health", (HttpContext context) =>
            context.Response.WriteAsJsonAsync(_health, TillJson.Default.HealthAnswer));
        app.MapGet("/v1/readers", (HttpContext context) => context.Response.WriteAsJsonAsync(
            new ReadersAnswer([new ReaderAnswer("counter", Available: true, CardPresent: false)]),
            TillJson.Default.ReadersAnswer));
        await app.StartAsync();
        _open.Add(app);
        return new Uri(app.Urls.Single());
    }
}
