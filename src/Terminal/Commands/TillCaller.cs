using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using SmartCardCrm.Terminal.Keys;
using SmartCardCrm.Terminal.TillApi;

namespace SmartCardCrm.Terminal.Commands;

/// <summary>Calls the Till API of the terminal that runs in a folder, as a till would. What the terminal
/// refuses is a <see cref="CommandException"/> with its code.</summary>
internal sealed class TillCaller : IDisposable
{
    private readonly HttpClient _http;
    private readonly DataFolder _data;

    private TillCaller(DataFolder data, Uri address, string key, string language)
    {
        _data = data;
        _http = new HttpClient { BaseAddress = address };
        _http.DefaultRequestHeaders.Add(DoorKeeper.KeyHeader, key);
        _http.DefaultRequestHeaders.Add("Accept-Language", language);
    }

    /// <param name="folder">The terminal's data folder.</param>
    /// <param name="language">Of what is told to people: en, ru.</param>
    public static TillCaller Open(DirectoryInfo folder, string language)
    {
        if (!folder.Exists)
            throw Away($"There is no folder {folder.FullName}.");
        var data = new DataFolder(folder.FullName);
        if (!File.Exists(data.Endpoints) || !File.Exists(data.TillApiKey))
            throw Away("No terminal has run in this folder yet: `terminal serve --help`.");
        var endpoints = JsonSerializer.Deserialize(
            File.ReadAllBytes(data.Endpoints), TillJson.Default.EndpointsFile);
        return new TillCaller(
            data, new Uri(endpoints!.TillApi), File.ReadAllText(data.TillApiKey).Trim(), language);
    }

    /// <summary>From now on a supervisor asks.</summary>
    /// <param name="file">Where her key is; null for the terminal's folder.</param>
    public void ShowSupervisorKey(FileInfo? file) => _http.DefaultRequestHeaders.Add(
        DoorKeeper.SupervisorHeader, File.ReadAllText(file?.FullName ?? _data.SupervisorKey).Trim());

    public Task<JsonElement> Get(string path, CancellationToken cancellation) =>
        Send(new HttpRequestMessage(HttpMethod.Get, path), cancellation);

    public Task<JsonElement> Delete(string path, CancellationToken cancellation) =>
        Send(new HttpRequestMessage(HttpMethod.Delete, path), cancellation);

    /// <param name="key">The call's own name; the same again does nothing twice.</param>
    public Task<JsonElement> Post<T>(
        string path, T body, JsonTypeInfo<T> shape, string key, CancellationToken cancellation)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = JsonContent.Create(body, shape),
        };
        request.Headers.Add("Idempotency-Key", key);
        return Send(request, cancellation);
    }

    /// <summary>Every checkout as it changes, until cancelled or the terminal stops.</summary>
    public async IAsyncEnumerable<JsonElement> Events(
        [EnumeratorCancellation] CancellationToken cancellation)
    {
        const string Content = "data: ";
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/events");
        using var answer = await Reached(() => _http.SendAsync(
            request, HttpCompletionOption.ResponseHeadersRead, cancellation));
        await Refuse(answer, cancellation);
        using var stream = new StreamReader(await answer.Content.ReadAsStreamAsync(cancellation));
        while (await Reached(() => stream.ReadLineAsync(cancellation).AsTask()) is { } line)
        {
            if (line.StartsWith(Content, StringComparison.Ordinal))
                yield return JsonElement.Parse(line[Content.Length..]);
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<JsonElement> Send(HttpRequestMessage request, CancellationToken cancellation)
    {
        using (request)
        {
            using var answer = await Reached(() => _http.SendAsync(request, cancellation));
            await Refuse(answer, cancellation);
            return JsonElement.Parse(await answer.Content.ReadAsStringAsync(cancellation));
        }
    }

    private static async Task Refuse(HttpResponseMessage answer, CancellationToken cancellation)
    {
        if (answer.IsSuccessStatusCode)
            return;
        var problem = await answer.Content.ReadFromJsonAsync(TillJson.Default.Problem, cancellation);
        throw new CommandException(
            problem!.Code, problem.Message?.Cashier ?? problem.Detail ?? problem.Title);
    }

    private static async Task<T> Reached<T>(Func<Task<T>> call)
    {
        try
        {
            return await call();
        }
        catch (Exception away) when (away is HttpRequestException or IOException)
        {
            throw Away($"The terminal does not answer: {away.Message}");
        }
    }

    private static CommandException Away(string text) => new CommandException("till-away", text);
}
