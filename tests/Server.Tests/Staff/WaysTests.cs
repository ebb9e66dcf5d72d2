using System.Net;
using System.Text.RegularExpressions;
using SmartCardCrm.Server.Staff;

namespace SmartCardCrm.Server.Tests.Staff;

/// <summary>Where the console leads whom: what is shown as a way is one.</summary>
public sealed partial class WaysTests(StaffedServer staff) : IClassFixture<StaffedServer>
{
    public static TheoryData<string> Everybody => [.. Roles.All.Select(role => role.Code), "cashier-7"];

    [Theory]
    [InlineData("cashier-7", "/members", "/cards", "/transactions")]
    [InlineData("marketer", "/programme", "/reports")]
    public async Task The_menu_shows_what_somebody_may_open(string role, params string[] pages)
    {
        var html = await staff.BrowserOf(role).GetStringAsync("/");

        var menu = html.Split("<nav ")[1].Split("</nav>")[0];
        var leads = Links.Matches(menu).Select(item => item.Groups["link"].Value);
        Assert.Equal(["/", .. pages, "/account"], leads);
    }

    [Theory]
    [MemberData(nameof(Everybody))]
    public async Task Whatever_a_page_leads_to_its_reader_may_open(string role)
    {
        var (ahead, met) = (new Queue<string>(["/"]), new HashSet<string>(["/"]));
        var shut = new List<string>();

        while (ahead.TryDequeue(out var page))
        {
            using var shown = await staff.BrowserOf(role).GetAsync(page);
            if (shown.StatusCode != HttpStatusCode.OK)
                shut.Add($"{page}: {shown.StatusCode}");
            var leads = Links.Matches(await shown.Content.ReadAsStringAsync()).Select(found =>
                WebUtility.HtmlDecode(found.Groups["link"].Value)).Where(link => met.Add(Kind(link)));
            foreach (var link in leads)
                ahead.Enqueue(link);
        }

        Assert.Equal([], shut);
    }

    // One page of each kind is enough.
    private static string Kind(string link) => Numbers.Replace(link.Split('?')[0], "0");

    // Of pages; not of languages.
    [GeneratedRegex("<a [^>]*href=\"(?<link>/(?!language/)[^\"#]*)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Links { get; }

    [GeneratedRegex("[0-9][0-9-]*", RegexOptions.None, 1000)]
    private static partial Regex Numbers { get; }
}
