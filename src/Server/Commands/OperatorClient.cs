using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using SmartCardCrm.Server.Operator;

namespace SmartCardCrm.Server.Commands;

/// <summary>The running server's REST door, opened with the token in a data folder: the
/// server's own, or one that <c>staff connect</c> has made.</summary>
internal sealed class OperatorClient : IDisposable
{
    private readonly HttpClient _http;

    /// <param name="data">The server's data folder.</param>
    /// <param name="patience">For one answer; half a minute where none is given.</param>
    /// <exception cref="CommandException">No server has run on it.</exception>
    public OperatorClient(DirectoryInfo data, TimeSpan? patience = null)
    {
        var endpoints = Endpoints.Read(data.FullName);
        _http = new HttpClient
        {
            BaseAddress = new Uri(endpoints.Console),
            Timeout = patience ?? TimeSpan.FromSeconds(30),
        };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Bearer", File.ReadAllText(Path.Combine(data.FullName, OperatorEndpoints.TokenFile)).Trim());
    }

    /// <exception cref="CommandException">The server is away, or says no.</exception>
    public Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellation) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Get, path), type, cancellation);

    /// <exception cref="CommandException">The server is away, or says no.</exception>
    public Task<TAnswer> PostAsync<TAnswer>(
        string path, HttpContent body, JsonTypeInfo<TAnswer> type, CancellationToken cancellation) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Post, path) { Content = body }, type, cancellation);

    /// <summary>An answer that is text.</summary>
    /// <exception cref="CommandException">The server is away, or says no.</exception>
    public async Task<string> GetTextAsync(string path, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        using var response = await RespondAsync(request, cancellation);
        return await response.Content.ReadAsStringAsync(cancellation);
    }

    /// <summary>An answer as it is.</summary>
    /// <exception cref="CommandException">The server is away, or says no.</exception>
    public async Task<byte[]> GetBytesAsync(string path, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        using var response = await RespondAsync(request, cancellation);
        return await response.Content.ReadAsByteArrayAsync(cancellation);
    }

    /// <exception cref="CommandException">The server is away, or says no.</exception>
    public Task<TAnswer> PutAsync<TAnswer>(
        string path, HttpContent body, JsonTypeInfo<TAnswer> type, CancellationToken cancellation) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Put, path) { Content = body }, type, cancellation);

    /// <exception cref="CommandException">The server is away, or says no.</exception>
    public Task<TAnswer> DeleteAsync<TAnswer>(
        string path, JsonTypeInfo<TAnswer> type, CancellationToken cancellation) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Delete, path), type, cancellation);

    /// <summary>A call whose answer has no content.</summary>
    /// <exception cref="CommandException">The server is away, or says no.</exception>
    public async Task CallAsync(HttpMethod method, string path, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(method, path);
        using var response = await RespondAsync(request, cancellation);
    }

    /// <summary>A call with a body whose answer has no content.</summary>
    /// <exception cref="CommandException">The server is away, or says no.</exception>
    public Task PostAsync(string path, HttpContent body, CancellationToken cancellation) =>
        CallAsync(HttpMethod.Post, path, body, cancellation);

    /// <inheritdoc cref="PostAsync(string, HttpContent, CancellationToken)"/>
    public async Task CallAsync(
        HttpMethod method, string path, HttpContent body, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body };
        using var response = await RespondAsync(request, cancellation);
    }

    /// <summary>A change whose answer has no content.</summary>
    /// <exception cref="CommandException">The server is away, or says no.</exception>
    public async Task PutAsync(string path, HttpContent body, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, path) { Content = body };
        using var response = await RespondAsync(request, cancellation);
    }

    public void Dispose() => _http.Dispose();

    private async Task<T> SendAsync<T>(
        HttpRequestMessage request, JsonTypeInfo<T> type, CancellationToken cancellation)
    {
        using (request)
        {
            using var response = await RespondAsync(request, cancellation);
            return await response.Content.ReadFromJsonAsync(type, cancellation)
                ?? throw new CommandException("answer-empty", "The server's answer is empty.");
        }
    }

    private async Task<HttpResponseMessage> RespondAsync(
        HttpRequestMessage request, CancellationToken cancellation)
    {
        HttpResponseMessage response;
        try
        {
            response = await _http.SendAsync(request, cancellation);
        }
        catch (Exception away) when (away is HttpRequestException or SocketException)
        {
            throw new CommandException("server-away", away.Message);
        }
        catch (TaskCanceledException slow) when (slow.InnerException is TimeoutException)
        {
            throw new CommandException(
                "server-slow",
                $"No answer in {_http.Timeout.TotalSeconds} seconds. The server may do what was asked "
                + "all the same: look before you ask again.");
        }

        if (response.IsSuccessStatusCode)
            return response;
        using (response)
            throw await ProblemAsync(response, cancellation);
    }

    private static async Task<CommandException> ProblemAsync(
        HttpResponseMessage response, CancellationToken cancellation)
    {
        try
        {
            using var problem = await JsonDocument.ParseAsync(
                await response.Content.ReadAsStreamAsync(cancellation), default, cancellation);
            return new CommandException(
                problem.RootElement.GetProperty("code").GetString() ?? "server-refuses",
                problem.RootElement.GetProperty("title").GetString() ?? "");
        }
        catch (Exception other) when (other is JsonException or KeyNotFoundException)
        {
            return new CommandException("server-refuses", $"The server answers {(int)response.StatusCode}.");
        }
    }
}
