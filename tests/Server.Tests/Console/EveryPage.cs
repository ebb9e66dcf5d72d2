using System.Reflection;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Routing.Template;
using Microsoft.Extensions.DependencyInjection;
using SmartCardCrm.Server.Cards;
using SmartCardCrm.Server.DayCertificates;
using SmartCardCrm.Server.Members;
using SmartCardCrm.Server.Programmes;
using SmartCardCrm.Server.Relay;
using SmartCardCrm.Server.Tests.Chain;
using SmartCardCrm.Server.Vault;

namespace SmartCardCrm.Server.Tests.Console;

/// <summary>Every page of the console as it is read in one language, in a real browser: on a phone in the
/// dark, and on a laptop in the light.</summary>
public abstract class EveryPage(ConsoleServer server, string language) : ConsoleBrowser(server)
{
    private static readonly string[] Pages =
    [
        "/", "/members", "/members/1", "/members/2", "/members/3", "/members/new", "/members/1/erase",
        "/members/1/adjust", "/approvals", "/adjustments/1", "/members/1/export", "/cards/1000001/retire",
        "/cards/1000001/slip",
        "/cards", "/cards/1000001", "/cards/1000001/block", "/cards/1000001/replace",
        "/transactions", "/exceptions", "/terminals", "/terminals/new", "/terminals/1/revoke",
        "/terminals/1", "/terminals/1/limits",
        "/issue", "/issue?member=3", "/stock", "/stock/new", "/stock/1", "/stock/1/list",
        "/stock/1/begin?task=prepare", "/staff", "/staff/new", "/staff/grace", "/staff/grace/edit",
        "/exceptions/1", "/exceptions/3", "/certificates", "/audit", "/keys",
        "/reports", "/reports/end-of-day", "/reports/exposure", "/reports/liability-months",
        "/programme", "/programme/versions/1", "/programme/versions/1/difference", "/programme/drafts/new",
        "/programme/drafts/1?rule=evening&section=tiers", "/programme/drafts/1/schedule",
        "/programme/drafts/1/difference", "/programme/drafts/1/back-test", "/programme/drafts/1/publish",
        "/programme/drafts/1/rename", "/programme/drafts/1/discard", "/programme/drafts/1/withdraw",
        "/account", "/account/second-factor", "/account/passkeys",
        "/forbidden", "/no/such/page",
    ];

    [Fact]
    public void No_page_is_forgotten()
    {
        var read = Pages.Concat(Made()).Select(path => path.Split('?')[0]).ToList();
        var routes = typeof(Server.Console.App).Assembly.GetTypes()
            .SelectMany(type => type.GetCustomAttributes<RouteAttribute>())
            .Select(page => page.Template)
            .Where(route => !route.Contains('*', StringComparison.Ordinal));

        Assert.DoesNotContain(routes, route => !read.Exists(path => Leads(path, route)));

        static bool Leads(string path, string route) =>
            new TemplateMatcher(TemplateParser.Parse(route), []).TryMatch(path, []);
    }

    [Fact]
    public async Task Every_page_is_read_on_a_phone_and_on_a_laptop()
    {
        await using var reader = new ReaderOnTheLine(Server.Server.Services, terminal: 1);
        await using var bench = new ReaderOnTheLine(Server.Server.Services, terminal: 2);
        bench.Put(Chip.FromFactory(5));
        Server.Server.Services.GetRequiredService<AdjustmentDesk>().Ask(
            new AdjustmentWish(1, 500, "goodwill", "test") { Request = "to look at" });
        var page = await LoginAsync(width: 1280);
        await SpeakAsync(page, language);

        foreach (var path in Pages.Concat(Made()))
        {
            await page.GotoAsync(path);
            await ExamineAsync(page, path, language);
        }

        // The last two are a refusal and a page that is not there.
        Assert.Equal(
            [], Complaints.Where(line => !line.Contains("status of 40", StringComparison.Ordinal)));
    }

    // What has no page until it is made.
    private IReadOnlyList<string> Made()
    {
        var services = Server.Server.Services;
        var rules = services.GetRequiredService<RuleDrafts>().Find(1)!.ToRules();
        var day = new DateOnly(2026, 1, 1);
        var tests = services.GetRequiredService<BackTestDesk>();
        var test = tests.All is [var begun, ..]
            ? begun
            : tests.Start("draft:1", rules, day, day.AddDays(30))!;
        var issuing = services.GetRequiredService<IssueDesk>();
        var job = issuing.Jobs is [var running, ..]
            ? running
            : issuing.Start(new IssueRequest(3, 1, ReaderOnTheLine.Reader, "test"));
        var certificates = services.GetRequiredService<CertificateDesk>();
        var certified = certificates.LastDay();
        certificates.Make(certified, "test");
        return
        [
            $"/programme/back-tests/{test.Id}", $"/issue/{job.Id}", $"/certificates/{certified:yyyy-MM-dd}",
            $"/stock/jobs/{Prepare(services)}",
        ];
    }

    private static Guid Prepare(IServiceProvider services)
    {
        var desk = services.GetRequiredService<BenchDesk>();
        if (desk.Running is [var running, ..])
            return running.Id;
        var batch = services.GetRequiredService<StockBook>().Order(
            new NewBatch(1, "Our own counter", 5, "test"),
            services.GetRequiredService<KeyVault>().NewestVersions)!;
        return desk.Start(
            new BenchRequest(batch.Number, BenchTask.Prepare, 2, ReaderOnTheLine.Reader, "test")
            {
                MayBeLeft = true,
            }).Begun!.Id;
    }
}

public sealed class EveryPageInEnglish(ConsoleServer server)
    : EveryPage(server, "en"), IClassFixture<ConsoleServer>;

public sealed class EveryPageInRussian(ConsoleServer server)
    : EveryPage(server, "ru"), IClassFixture<ConsoleServer>;
