using System.Net;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using SmartCardCrm.Server.Staff;
using SmartCardCrm.Server.Tests.InProcess;

namespace SmartCardCrm.Server.Tests.Console;

/// <summary>A server on real doors over a <see cref="SeededBook"/>, and visitors for it.</summary>
public partial class ConsoleServer : IAsyncLifetime
{
    public const string Name = "grace";
    public const string Password = "a password for tests";

    private readonly Dictionary<string, CookieContainer> _cookies = [];
    private readonly SemaphoreSlim _login = new(1);
    private InProcessServer? _server;

    public Uri Url => new(Server.Endpoints.Console);

    internal InProcessServer Server =>
        _server ?? throw new InvalidOperationException("The server is not started.");

    public async ValueTask InitializeAsync()
    {
        _server = await InProcessServer.StartAsync(fill: Fill);
        // The book's cards have keys that this server's vault has not: no certificate can find it right.
        _server.AnnounceError("checks of the book failed");
        Assert.True(_server.Services.GetRequiredService<StaffLogin>().TryAddFirst(Name, Password));
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_server is not null)
            await _server.DisposeAsync();
        _login.Dispose();
    }

    /// <summary>What is in the server's folder beforehand.</summary>
    protected virtual void Fill(string folder) => SeededBook.Write(Path.Combine(folder, "book.db"));

    /// <summary>Somebody without any cookie, who follows no redirects.</summary>
    public HttpClient NewVisitor() => NewVisitor(new CookieContainer());

    /// <summary>A visitor who has logged in and chosen a language; a language's share one login.</summary>
    public async Task<HttpClient> LoginAsync(string culture = "en")
    {
        await _login.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            if (!_cookies.TryGetValue(culture, out var cookies))
                _cookies[culture] = cookies = await NewLoginAsync(culture);
            return NewVisitor(cookies);
        }
        finally
        {
            _login.Release();
        }
    }

    /// <summary>Fills in the form of a page, with the token that the page carries.</summary>
    /// <param name="visitor">Who does.</param>
    /// <param name="page">Where the form stands.</param>
    /// <param name="to">Where it is sent.</param>
    /// <param name="fields">What is filled in.</param>
    internal static async Task<HttpResponseMessage> PostAsync(
        HttpClient visitor, string page, string to, Dictionary<string, string> fields)
    {
        var html = await visitor.GetStringAsync(page);
        fields["__RequestVerificationToken"] = Token().Match(html).Groups["token"].Value;
        using var content = new FormUrlEncodedContent(fields);
        return await visitor.PostAsync(to, content);
    }

    /// <summary>Sends a file by a page's form.</summary>
    internal static async Task<HttpResponseMessage> PostFileAsync(
        HttpClient visitor, string page, string form, (string Field, HttpContent Content) file)
    {
        var token = Token().Match(await visitor.GetStringAsync(page)).Groups["token"].Value;
        using var content = new MultipartFormDataContent
        {
            { new StringContent(form), "_handler" },
            { new StringContent(token), "__RequestVerificationToken" },
            { file.Content, file.Field, "file.csv" },
        };
        return await visitor.PostAsync(page, content);
    }

    /// <summary>A page as somebody reads it.</summary>
    internal static async Task<string> ReadAsync(HttpClient visitor, string page) =>
        WebUtility.HtmlDecode(await visitor.GetStringAsync(page)).Replace('\u00A0', ' ');

    /// <summary>Sends a page's form.</summary>
    /// <returns>The page that says why not; nothing where it is done.</returns>
    internal static async Task<string> SendAsync(
        HttpClient visitor, string page, string form, Dictionary<string, string> fields)
    {
        fields["_handler"] = form;
        using var answer = await PostAsync(visitor, page, page, fields);
        return answer.StatusCode == HttpStatusCode.Found
            ? ""
            : WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync());
    }

    private async Task<CookieContainer> NewLoginAsync(string culture)
    {
        var cookies = new CookieContainer();
        using var visitor = NewVisitor(cookies);
        (await visitor.GetAsync($"/language/{culture}")).Dispose();
        using var answer = await PostAsync(
            visitor, "/login", "/login", new() { ["name"] = Name, ["password"] = Password });
        Assert.Equal(HttpStatusCode.Found, answer.StatusCode);
        return cookies;
    }

    private HttpClient NewVisitor(CookieContainer cookies) =>
        new(new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = cookies })
        {
            BaseAddress = Url,
        };

    [GeneratedRegex(
        "name=\"__RequestVerificationToken\" value=\"(?<token>[^\"]+)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Token();
}
