using System.Net;
using System.Text.RegularExpressions;
using static SmartCardCrm.Benchmarks.Figures;

namespace SmartCardCrm.Benchmarks.Pages;

/// <summary>Somebody of the staff who reads pages of the console, over one connection that stays
/// open.</summary>
internal sealed partial class StaffVisitor : IDisposable
{
    private const string Password = "a password for a measurement";
    private readonly HttpClient _http;

    private StaffVisitor(Uri console) =>
        _http = new HttpClient(new SocketsHttpHandler { CookieContainer = new CookieContainer() })
        {
            BaseAddress = console,
            Timeout = TimeSpan.FromMinutes(10),
        };

    /// <summary>The first administrator, who may read everything.</summary>
    /// <param name="console">Where the pages are.</param>
    /// <param name="code">The one-time code that the server has printed; null where it was used
    /// before.</param>
    public static async Task<StaffVisitor> LoginAsync(Uri console, string? code)
    {
        var visitor = new StaffVisitor(console);
        var page = code is null ? "/login" : "/first-login";
        var form = await visitor._http.GetStringAsync(page);
        using var content = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["__RequestVerificationToken"] = Token().Match(form).Groups["token"].Value,
            ["code"] = code ?? "",
            ["name"] = "measurer",
            ["password"] = Password,
        });
        using var answer = await visitor._http.PostAsync(page, content);
        return answer.RequestMessage!.RequestUri!.AbsolutePath == "/"
            ? visitor
            : throw new InvalidOperationException($"{page} led to {answer.RequestMessage.RequestUri}");
    }

    /// <summary>From asking for a page to its last byte.</summary>
    /// <exception cref="InvalidOperationException">It is not the page that was asked for.</exception>
    public Task<TimeSpan> ReadAsync(string page) => TimeAsync(async () =>
    {
        using var answer = await _http.GetAsync(page);
        var text = await answer.Content.ReadAsStringAsync();
        if (!text.Contains("<main", StringComparison.Ordinal) || (int)answer.StatusCode >= 500)
            throw new InvalidOperationException($"{page} answered {(int)answer.StatusCode}");
    });

    /// <summary>Waits until a page shows what it has reckoned, though not for ever.</summary>
    /// <returns>Whether it does.</returns>
    public async Task<bool> SettleAsync(string page, TimeSpan most)
    {
        var begun = TimeProvider.System.GetTimestamp();
        while ((await _http.GetStringAsync(page)).Contains("reckoning", StringComparison.Ordinal))
        {
            if (TimeProvider.System.GetElapsedTime(begun) > most)
                return false;
            await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System);
        }

        return true;
    }

    public void Dispose() => _http.Dispose();

    [GeneratedRegex(
        "name=\"__RequestVerificationToken\" value=\"(?<token>[^\"]+)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Token();
}
