using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using SmartCardCrm.Server.Staff;

namespace SmartCardCrm.Server.Tests.Staff;

/// <summary>Which role is let where. The table is written out here, from the words of
/// docs/staff.md.</summary>
public sealed class PermissionTests(StaffedServer staff) : IClassFixture<StaffedServer>
{
    private const string Cashier = "cashier";
    private const string Supervisor = "supervisor";
    private const string Issuer = "issuer";
    private const string Analyst = "analyst";
    private const string Marketer = "marketer";
    private const string It = "it";
    private const string Auditor = "auditor";
    private const string Administrator = "administrator";
    private const string AtStore = "cashier-7";

    private static readonly string[] Everybody =
        [Cashier, Supervisor, Issuer, Analyst, Marketer, It, Auditor, Administrator, AtStore];

    // Method and address of calls, whom they let in; all others get nothing.
    private static readonly (string Calls, string[] For)[] Table =
    [
        (
            """
            GET /members
            GET /members/1/points
            GET /members/1/adjustments
            GET /members/1/tier
            """,
            [Cashier, Supervisor, Issuer, Auditor, Administrator, AtStore]),
        (
            """
            POST /members
            POST /members/anonymous
            POST /members/1/register
            """,
            [Cashier, Supervisor, Issuer, Administrator, AtStore]),
        (
            """
            GET /cards
            GET /cards/1000001
            GET /cards/1000001/blocks
            GET /cards/1000001/retirements
            GET /ledger/cards
            """,
            [Cashier, Supervisor, Issuer, Auditor, Administrator, AtStore]),
        (
            """
            POST /cards/9/block
            POST /cards/9/unblock
            POST /cards/9/replace
            POST /cards/9/retire
            POST /cards/9/move
            """,
            [Supervisor, Administrator]),
        (
            """
            POST /cards/issue
            GET /jobs
            GET /jobs/0198c0de-0000-7000-8000-000000000000
            DELETE /jobs/0198c0de-0000-7000-8000-000000000000
            GET /readers
            """,
            [Supervisor, Issuer, Administrator]),
        ("GET /cards/1000001/offers", [Cashier, Supervisor, Marketer, Auditor, Administrator, AtStore]),
        (
            """
            GET /batches
            GET /bench/0198c0de-0000-7000-8000-000000000000
            """,
            [Issuer, Auditor, Administrator]),
        (
            """
            POST /batches
            POST /batches/9/cards
            POST /batches/9/bench
            DELETE /bench/0198c0de-0000-7000-8000-000000000000
            """,
            [Issuer, Administrator]),
        ("GET /transactions", [Cashier, Supervisor, Analyst, Auditor, Administrator, AtStore]),
        (
            """
            GET /exceptions
            GET /exceptions/9
            """,
            [Supervisor, Auditor, Administrator]),
        (
            """
            POST /exceptions/9/assign
            POST /exceptions/9/notes
            POST /exceptions/9/resolve
            POST /exceptions/9/approve
            POST /exceptions/9/reject
            """,
            [Supervisor, Administrator]),
        ("GET /approvals", [Supervisor, Auditor, Administrator]),
        (
            """
            POST /members/99/adjustments
            POST /adjustments/99/approve
            POST /adjustments/99/reject
            """,
            [Supervisor, Administrator]),
        (
            """
            GET /terminals
            GET /terminals/9/limits
            """,
            [Supervisor, It, Auditor, Administrator]),
        (
            """
            POST /terminals/tokens
            POST /terminals/9/revoke
            PUT /terminals/9/limits
            """,
            [It, Administrator]),
        (
            """
            GET /rule-sets
            GET /rule-sets/9
            POST /rule-sets/9/preview
            POST /rule-sets/9/backtest
            GET /rule-drafts
            GET /rule-drafts/9
            POST /rule-drafts/9/preview
            POST /rule-drafts/9/backtest
            GET /rule-backtests/0198c0de-0000-7000-8000-000000000000
            DELETE /rule-backtests/0198c0de-0000-7000-8000-000000000000
            """,
            [Analyst, Marketer, Auditor, Administrator]),
        (
            """
            POST /rule-sets
            POST /rule-sets/9/retire
            POST /rule-drafts
            PUT /rule-drafts/9
            DELETE /rule-drafts/9
            POST /rule-drafts/9/publish
            POST /rule-drafts/9/schedule
            POST /rule-drafts/9/withdraw
            PUT /cards/9/offers/9
            DELETE /cards/9/offers/9
            """,
            [Marketer, Administrator]),
        (
            """
            POST /members/9/erase
            POST /members/9/tier
            POST /members/9/tier/9/revoke
            POST /periods/2026-13/close
            POST /certificates
            POST /openings/never
            POST /openings/never/undo
            POST /staff
            PUT /staff/nobody
            POST /staff/nobody/disable
            POST /staff/nobody/enable
            POST /staff/nobody/reset
            DELETE /staff/nobody/tokens/9
            """,
            [Administrator]),
        (
            """
            GET /reports
            GET /reports/nothing
            GET /reports/nothing/csv
            """,
            [Analyst, Marketer, Auditor, Administrator]),
        (
            """
            GET /periods
            GET /periods/2026-13/accounting.csv
            """,
            [Analyst, Auditor, Administrator]),
        (
            """
            GET /certificates
            GET /certificates/2020-01-01
            GET /certificates/2020-01-01/signature
            GET /certificates/faults
            POST /certificates/compare
            """,
            [Analyst, It, Auditor, Administrator]),
        (
            """
            GET /overview
            GET /check
            """,
            [Analyst, Marketer, It, Auditor, Administrator]),
        (
            """
            GET /audit
            GET /audit/verify
            GET /authorities
            """,
            [It, Auditor, Administrator]),
        ("POST /authorities/retire", [It, Administrator]),
        (
            """
            GET /openings/never
            GET /members/99/export
            GET /staff
            GET /staff/grace/tokens
            """,
            [Auditor, Administrator]),
    ];

    // Addresses of pages, whom they let in.
    private static readonly (string Pages, string[] For)[] PageTable =
    [
        ("/ /no/such/page /account /account/second-factor /account/passkeys", Everybody),
        ("/members /members/1", [Cashier, Supervisor, Issuer, Auditor, Administrator, AtStore]),
        ("/members/new", [Cashier, Supervisor, Issuer, Administrator, AtStore]),
        (
            "/cards /cards/1000001 /cards/1000001/slip",
            [Cashier, Supervisor, Issuer, Auditor, Administrator, AtStore]),
        ("/cards/1000001/block /cards/1000001/replace /cards/1000001/retire", [Supervisor, Administrator]),
        ("/members/1/adjust", [Supervisor, Administrator]),
        ("/approvals /adjustments/1", [Supervisor, Auditor, Administrator]),
        ("/members/1/erase", [Administrator]),
        ("/members/1/export", [Auditor, Administrator]),
        ("/transactions", [Cashier, Supervisor, Analyst, Auditor, Administrator, AtStore]),
        ("/exceptions /exceptions/1", [Supervisor, Auditor, Administrator]),
        ("/terminals /terminals/1", [Supervisor, It, Auditor, Administrator]),
        ("/terminals/new /terminals/1/revoke /terminals/1/limits", [It, Administrator]),
        ("/issue /issue/0198c0de-0000-7000-8000-000000000000", [Supervisor, Issuer, Administrator]),
        (
            "/stock /stock/1 /stock/jobs/0198c0de-0000-7000-8000-000000000000",
            [Issuer, Auditor, Administrator]),
        ("/stock/new /stock/1/list /stock/1/begin", [Issuer, Administrator]),
        ("/certificates /certificates/2020-01-01", [Analyst, It, Auditor, Administrator]),
        ("/audit /keys", [It, Auditor, Administrator]),
        ("/reports /reports/liability", [Analyst, Marketer, Auditor, Administrator]),
        ("/programme /programme/versions/1 /programme/versions/1/difference /programme/drafts/1 "
            + "/programme/drafts/1/difference /programme/drafts/1/back-test "
            + "/programme/back-tests/0198c0de-0000-7000-8000-000000000000",
            [Analyst, Marketer, Auditor, Administrator]),
        ("/programme/drafts/new /programme/drafts/1/publish /programme/drafts/1/schedule "
            + "/programme/drafts/1/withdraw /programme/drafts/1/discard /programme/drafts/1/rename",
            [Marketer, Administrator]),
        ("/staff /staff/grace", [Auditor, Administrator]),
        ("/staff/new /staff/grace/edit", [Administrator]),
    ];

    // Addresses of files that pages lead to, whom they let in.
    private static readonly (string Files, string[] For)[] FileTable =
    [
        ("/members/1/export/json", [Auditor, Administrator]),
        ("/reports/liability/csv", [Analyst, Marketer, Auditor, Administrator]),
    ];

    public static MatrixTheoryData<string, string> CallsByRole => new(
        Everybody, Table.SelectMany(row => row.Calls.Split('\n', StringSplitOptions.TrimEntries)));

    public static MatrixTheoryData<string, string> PagesByRole => new(
        Everybody, PageTable.SelectMany(row => row.Pages.Split(' ')));

    public static MatrixTheoryData<string, string> FilesByRole => new(
        Everybody, FileTable.SelectMany(row => row.Files.Split(' ')));

    [Theory]
    [MemberData(nameof(CallsByRole))]
    public async Task A_call_lets_in_whom_it_is_for_and_nobody_else(string role, string call)
    {
        var isFor = Table.Single(row => row.Calls.Split('\n', StringSplitOptions.TrimEntries).Contains(call))
            .For;
        var (method, path) = (call.Split(' ')[0], call.Split(' ')[1]);

        var (status, code) = await staff.ProgramOf(role).CallAsync(
            HttpMethod.Parse(method), $"/api{path}", method is "POST" or "PUT" ? new { } : null);

        if (isFor.Contains(role))
            Assert.NotEqual("not-permitted", code);
        else
            Assert.Equal((HttpStatusCode.Forbidden, "not-permitted"), (status, code));
    }

    [Theory]
    [MemberData(nameof(PagesByRole))]
    public async Task A_page_lets_in_whom_it_is_for_and_nobody_else(string role, string page)
    {
        var isFor = PageTable.Single(row => row.Pages.Split(' ').Contains(page)).For.Contains(role);

        using var shown = await staff.BrowserOf(role).GetAsync(page);
        using var sent = await staff.BrowserOf(role).PostAsync(page, new FormUrlEncodedContent([]));

        Assert.True(!isFor || shown.StatusCode is HttpStatusCode.OK or HttpStatusCode.NotFound);
        Assert.Equal(!isFor, IsRefusal(shown));
        Assert.Equal(!isFor, IsRefusal(sent));
    }

    [Theory]
    [MemberData(nameof(FilesByRole))]
    public async Task A_file_lets_in_whom_it_is_for_and_nobody_else(string role, string file)
    {
        var isFor = FileTable.Single(row => row.Files.Split(' ').Contains(file)).For.Contains(role);

        using var answer = await staff.BrowserOf(role).GetAsync(file);

        Assert.Equal(!isFor, IsRefusal(answer));
        Assert.Equal(isFor, answer.StatusCode == HttpStatusCode.OK);
    }

    [Fact]
    public void Every_call_and_page_names_its_permission_and_stands_in_the_table()
    {
        var app = staff.Server.App;
        var routes = ((IEndpointRouteBuilder)app).DataSources.SelectMany(source => source.Endpoints)
            .OfType<RouteEndpoint>().ToList();

        Assert.Equal([], Permissions.Missing(app));
        var tried = Table.SelectMany(row => row.Calls.Split('\n', StringSplitOptions.TrimEntries))
            .Select(call => $"{call.Split(' ')[0]} /api{call.Split(' ')[1]}")
            .Concat(PageTable.Select(row => row.Pages).Concat(FileTable.Select(row => row.Files))
                .SelectMany(pages => pages.Split(' ')).Select(page => $"GET {page}"))
            .ToList();
        var untried = routes
            .Where(route => route.Metadata.GetMetadata<PermissionAttribute>() is not null)
            .Where(route => !tried.Any(call => Leads(route, call)))
            .Select(route => route.DisplayName);
        Assert.Equal([], untried);
    }

    [Fact]
    public async Task A_call_without_a_permission_keeps_the_server_from_starting()
    {
        await using var app = WebApplication.CreateSlimBuilder().Build();
        app.MapGet("/forgotten", () => "a secret");
        app.MapGet("/open", [AllowAnonymous] () => "hello");

        var refused = Assert.Throws<InvalidOperationException>(() => Permissions.Demand(app));

        Assert.Equal("These name no permission: /forgotten.", refused.Message);
    }

    [Fact]
    public async Task Who_works_for_one_store_sees_its_terminals_sales_and_exceptions_alone()
    {
        var listed = await staff.ProgramOf("supervisor-319").GetFromJsonAsync<JsonElement>("/api/exceptions");
        var one = $"/api/exceptions/{listed.GetProperty("rows")[0].GetProperty("id").GetInt64()}";

        foreach (var (name, any) in new[] { ("supervisor-319", true), ("supervisor-7", false) })
        {
            foreach (var page in new[] { "/terminals", "/transactions", "/exceptions" })
            {
                var html = await staff.BrowserOf(name).GetStringAsync(page);
                Assert.Equal((page, any), (page, html.Contains("<table", StringComparison.Ordinal)));
            }

            foreach (var call in new[] { "/api/transactions", "/api/exceptions" })
            {
                var answer = await staff.ProgramOf(name).GetStringAsync(call);
                Assert.Equal((call, any), (call, !answer.Contains("\"total\":0", StringComparison.Ordinal)));
            }

            Assert.Equal(any, await staff.ProgramOf(name).GetStringAsync("/api/terminals") != "[]");
            using var shown = await staff.BrowserOf(name).GetAsync(one["/api".Length..]);
            Assert.Equal(any, shown.StatusCode == HttpStatusCode.OK);
            var refusal = any ? null : "exception-unknown";
            var seen = await staff.ProgramOf(name).CallAsync(HttpMethod.Get, one);
            var noted = await staff.ProgramOf(name).CallAsync(
                HttpMethod.Post, $"{one}/notes", new { note = "Mine?" });
            Assert.Equal((refusal, refusal), (seen.Code, noted.Code));
        }
    }

    private static bool IsRefusal(HttpResponseMessage answer) =>
        answer.StatusCode == HttpStatusCode.Found && answer.Headers.Location!.AbsolutePath == "/forbidden";

    private static bool Leads(RouteEndpoint route, string call)
    {
        var (method, path) = (call.Split(' ')[0], call.Split(' ')[1]);
        var methods = route.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods;
        var pattern = route.RoutePattern.RawText!.Trim('/').Split('/');
        var words = path.Trim('/').Split('/');
        return methods?.Contains(method) == true && pattern.Length == words.Length
            && pattern.Zip(words).All(pair =>
                pair.First == pair.Second || pair.First.StartsWith('{'));
    }
}
