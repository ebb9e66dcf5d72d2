using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using SmartCardCrm.Terminal.Keys;
using SmartCardCrm.Terminal.TillApi;

namespace SmartCardCrm.Terminal.Doctor;

/// <summary>The terminal in this folder as a till sees it.</summary>
/// <param name="Address">Where it answers, or will.</param>
/// <param name="Running">Somebody has the folder.</param>
/// <param name="PortTaken">It does not run, and somebody else listens there.</param>
/// <param name="Failure">Why its health is not known although it runs; null otherwise.</param>
internal sealed record TillSight(Uri Address, bool Running, bool PortTaken, string? Failure)
{
    /// <summary>As HTTP status where it answered no.</summary>
    public HttpStatusCode? Status { get; init; }

    public HealthAnswer? Health { get; init; }

    public ReadersAnswer? Readers { get; init; }
}

/// <summary>Asks the terminal that runs in a folder how it is.</summary>
internal static class TillProbe
{
    private static readonly TimeSpan AnswerMost = TimeSpan.FromSeconds(5);

    /// <param name="url">Where it will listen, when it does not run.</param>
    public static async Task<TillSight> Look(DataFolder data, Uri url, CancellationToken cancellation)
    {
        if (!IsRunning(data))
            return new TillSight(url, Running: false, PortTaken: IsTaken(url), null);
        var address = AddressOf(data) ?? url;
        var sight = new TillSight(address, Running: true, PortTaken: false, null);
        try
        {
            using var client = new HttpClient { BaseAddress = address, Timeout = AnswerMost };
            client.DefaultRequestHeaders.Add(DoorKeeper.KeyHeader, File.ReadAllText(data.TillApiKey).Trim());
            return sight with
            {
                Health = await Get(client, "/v1/health", TillJson.Default.HealthAnswer, cancellation),
                Readers = await Get(client, "/v1/readers", TillJson.Default.ReadersAnswer, cancellation),
            };
        }
        catch (HttpRequestException failed)
        {
            return sight with { Failure = failed.Message, Status = failed.StatusCode };
        }
        catch (Exception failed) when (failed is IOException or SocketException
            or UnauthorizedAccessException or JsonException)
        {
            return sight with { Failure = failed.Message };
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return sight with { Failure = $"no answer within {AnswerMost.TotalSeconds} s" };
        }
    }

    private static async Task<T> Get<T>(
        HttpClient client, string path, JsonTypeInfo<T> type, CancellationToken cancellation)
    {
        using var answer = await client.GetAsync(path, cancellation);
        answer.EnsureSuccessStatusCode();
        return JsonSerializer.Deserialize(await answer.Content.ReadAsByteArrayAsync(cancellation), type)
            ?? throw new JsonException("It answered nothing.");
    }

    // A shared lock for a moment: whoever runs has the whole one.
    private static bool IsRunning(DataFolder data)
    {
        try
        {
            using var _ = new FileStream(data.Lock, FileMode.Open, FileAccess.Read, FileShare.Read);
            return false;
        }
        catch (FileNotFoundException)
        {
            return false;
        }
        catch (IOException)
        {
            return true;
        }
        catch (UnauthorizedAccessException)
        {
            return false;                                            // not ours to see: data-foreign says so
        }
    }

    private static Uri? AddressOf(DataFolder data)
    {
        try
        {
            var endpoints = JsonSerializer.Deserialize(
                File.ReadAllBytes(data.Endpoints), TillJson.Default.EndpointsFile);
            return Uri.TryCreate(endpoints?.TillApi, UriKind.Absolute, out var address) ? address : null;
        }
        catch (Exception absent) when (absent is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    private static bool IsTaken(Uri url)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Parse(url.Host.Trim('[', ']')), url.Port);
            listener.Start();
            return false;
        }
        catch (SocketException)
        {
            return true;
        }
    }
}
