using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using SmartCardCrm.Crash.Chain;

namespace SmartCardCrm.Crash.Till;

/// <summary>What a terminal answered.</summary>
/// <param name="Body">Null where it was no JSON object.</param>
internal sealed record TillAnswer(HttpStatusCode Status, JsonObject? Body)
{
    /// <summary>Its checkout, or what it had to do with it, is as it is wished.</summary>
    public bool IsGood => (int)Status is >= 200 and < 300;
}

/// <summary>
/// The line between a till and its terminal. A call that nobody answers is repeated, once the terminal has
/// been started again if it has ended: to the till that is all the same.
/// </summary>
internal sealed class TillLine(StruckTerminal terminal) : IDisposable
{
    private static readonly TimeSpan AnswerMost = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(10);

    private readonly HttpClient _http = new() { BaseAddress = terminal.Address, Timeout = AnswerMost };

    /// <summary>How often the terminal was started again.</summary>
    public int Revivals { get; private set; }

    /// <param name="method">GET, POST or DELETE.</param>
    /// <param name="path">v1/…</param>
    /// <param name="key">The idempotency key of a POST.</param>
    /// <param name="body">JSON.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task<TillAnswer> CallAsync(
        HttpMethod method, string path, CancellationToken cancellation, string? key = null,
        string? body = null)
    {
        while (true)
        {
            if (await TryCallAsync(method, path, (key, body), cancellation) is { } answer
                && answer.Status != HttpStatusCode.ServiceUnavailable)
            {
                return answer;
            }

            if (await terminal.ReviveAsync(cancellation))
                Revivals++;
            else
                await Task.Delay(LookAgain, TimeProvider.System, cancellation);
        }
    }

    public void Dispose() => _http.Dispose();

    /// <returns>Null when nobody answers.</returns>
    private async Task<TillAnswer?> TryCallAsync(
        HttpMethod method, string path, (string? Key, string? Body) posted, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        var shown = await File.ReadAllTextAsync(terminal.Folder.TillKey, cancellation);
        request.Headers.Add("X-Api-Key", shown.Trim());
        var supervisor = await File.ReadAllTextAsync(terminal.Folder.SupervisorKey, cancellation);
        request.Headers.Add("X-Supervisor-Key", supervisor.Trim());
        if (posted.Key is not null)
            request.Headers.Add("Idempotency-Key", posted.Key);
        if (posted.Body is not null)
            request.Content = new StringContent(posted.Body, Encoding.UTF8, "application/json");
        try
        {
            using var answer = await _http.SendAsync(request, cancellation);
            var text = await answer.Content.ReadAsStringAsync(cancellation);
            return new TillAnswer(
                answer.StatusCode, text.StartsWith('{') ? JsonNode.Parse(text)?.AsObject() : null);
        }
        // A terminal that dies in the moment of connecting lets the socket's own exception through.
        catch (Exception away) when (away is HttpRequestException or IOException or SocketException
            || (away is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            return null;
        }
    }
}
