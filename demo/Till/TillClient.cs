using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace SmartCardCrm.Demo.Till;

/// <summary>Calls one terminal's Till API as a shop's till would.</summary>
internal sealed class TillClient : IDisposable
{
    private static readonly TimeSpan AnswerMost = TimeSpan.FromSeconds(5);
    private const string KeyReused = "idempotency-key-reused";
    private readonly HttpClient _http;

    /// <summary>Does not connect yet.</summary>
    /// <param name="address">http://127.0.0.1:PORT.</param>
    /// <param name="key">The key that the terminal made at its first start.</param>
    public TillClient(Uri address, string key)
    {
        _http = new HttpClient { BaseAddress = address, Timeout = AnswerMost };
        _http.DefaultRequestHeaders.Add("X-Api-Key", key);
    }

    /// <summary>Starts a checkout. The same key and order again give the same checkout.</summary>
    /// <returns>null when another order came under this key before: an interrupted run had it at another
    /// reader.</returns>
    /// <exception cref="HttpRequestException">No terminal there, or it refused.</exception>
    public Task<Checkout?> StartAsync(CheckoutOrder order, string idempotencyKey,
        CancellationToken cancellation) =>
        StartAsync(JsonContent.Create(order, TillJson.Default.CheckoutOrder), idempotencyKey, cancellation);

    /// <inheritdoc cref="StartAsync(CheckoutOrder, string, CancellationToken)"/>
    public Task<Checkout?> StartAsync(PlainOrder order, string idempotencyKey,
        CancellationToken cancellation) =>
        StartAsync(JsonContent.Create(order, TillJson.Default.PlainOrder), idempotencyKey, cancellation);

    /// <summary>The newest checkouts, newest first.</summary>
    /// <param name="language">Two letters: what people are told in.</param>
    public async Task<IReadOnlyList<ShownCheckout>> NewestAsync(
        string language, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "v1/checkouts")
        {
            Headers = { { "Accept-Language", language } },
        };
        using var answer = await _http.SendAsync(request, cancellation);
        await RefuseAsync(answer, cancellation);
        var newest = await answer.Content.ReadFromJsonAsync(TillJson.Default.ShownCheckouts, cancellation);
        return newest?.Checkouts ?? [];
    }

    public async Task<Checkout> GetAsync(string id, CancellationToken cancellation)
    {
        using var answer =
            await _http.GetAsync(new Uri($"v1/checkouts/{id}", UriKind.Relative), cancellation);
        await RefuseAsync(answer, cancellation);
        return await ReadCheckoutAsync(answer, cancellation);
    }

    /// <summary>Gives up on a checkout; one that is over already stays as it is.</summary>
    public async Task<Checkout> CancelAsync(string id, CancellationToken cancellation)
    {
        using var answer =
            await _http.DeleteAsync(new Uri($"v1/checkouts/{id}", UriKind.Relative), cancellation);
        if (answer.StatusCode != HttpStatusCode.Conflict)
            await RefuseAsync(answer, cancellation);
        return await GetAsync(id, cancellation);
    }

    public async Task<IReadOnlyList<ReaderState>> ReadersAsync(CancellationToken cancellation) =>
        (await _http.GetFromJsonAsync("v1/readers", TillJson.Default.ReaderList, cancellation))?.Readers
        ?? [];

    /// <summary>How the terminal is; null when nobody answers or it is not ready to say.</summary>
    public async Task<Health?> HealthAsync(CancellationToken cancellation)
    {
        try
        {
            using var answer = await _http.GetAsync(new Uri("v1/health", UriKind.Relative), cancellation);
            return await answer.Content.ReadFromJsonAsync(TillJson.Default.Health, cancellation);
        }
        catch (Exception away) when (away is HttpRequestException or IOException or SocketException
            || (away is TaskCanceledException && !cancellation.IsCancellationRequested))
        {
            return null;
        }
    }

    /// <summary>Everything that happens to checkouts, as it happens, until the connection ends.</summary>
    public async IAsyncEnumerable<string> EventsAsync(
        [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var stream = await _http.GetStreamAsync(new Uri("v1/events", UriKind.Relative), cancellation);
        using var reader = new StreamReader(stream);
        while (await reader.ReadLineAsync(cancellation) is { } line)
        {
            if (line.StartsWith("data:", StringComparison.Ordinal))
                yield return line[5..];
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<Checkout?> StartAsync(
        JsonContent order, string idempotencyKey, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "v1/checkouts") { Content = order };
        request.Headers.Add("Idempotency-Key", idempotencyKey);
        using var answer = await _http.SendAsync(request, cancellation);
        if (await IsKeyReusedAsync(answer, cancellation))
            return null;
        await RefuseAsync(answer, cancellation);
        return await ReadCheckoutAsync(answer, cancellation);
    }

    private static async Task<bool> IsKeyReusedAsync(
        HttpResponseMessage answer, CancellationToken cancellation)
    {
        if (answer.StatusCode != HttpStatusCode.UnprocessableEntity)
            return false;
        var problem = await answer.Content.ReadAsStringAsync(cancellation);
        return problem.Contains(KeyReused, StringComparison.Ordinal);
    }

    private static async Task<Checkout> ReadCheckoutAsync(HttpResponseMessage answer,
        CancellationToken cancellation) =>
        await answer.Content.ReadFromJsonAsync(TillJson.Default.Checkout, cancellation)
        ?? throw new HttpRequestException("The terminal answered with nothing.");

    private static async Task RefuseAsync(HttpResponseMessage answer, CancellationToken cancellation)
    {
        if (answer.IsSuccessStatusCode)
            return;
        var why = await answer.Content.ReadAsStringAsync(cancellation);
        throw new HttpRequestException($"{(int)answer.StatusCode}: {why}", null, answer.StatusCode);
    }
}
