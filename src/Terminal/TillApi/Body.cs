using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace SmartCardCrm.Terminal.TillApi;

/// <summary>Reads and checks what a till posts.</summary>
internal static class Body
{
    public const int BytesMost = 256 * 1024;

    private const int CashierMost = 64;
    private const long TimeoutMsLeast = 1_000;
    private const long TimeoutMsMost = 24 * 60 * 60 * 1_000;

    /// <exception cref="ProblemException">It is too long, no JSON, or not of this shape.</exception>
    public static async Task<T> Read<T>(
        HttpRequest request, JsonTypeInfo<T> shape, CancellationToken cancellation)
        where T : class
    {
        if (!request.HasJsonContentType())
            throw new ProblemException(
                StatusCodes.Status415UnsupportedMediaType, "body-not-json", "Send JSON.");
        try
        {
            return await JsonSerializer.DeserializeAsync(request.Body, shape, cancellation)
                ?? throw new ProblemException(
                    StatusCodes.Status400BadRequest, "body-unreadable", "The body is null.");
        }
        catch (JsonException wrong)
        {
            throw new ProblemException(
                StatusCodes.Status400BadRequest, "body-unreadable", $"Not readable at {wrong.Path ?? "$"}.");
        }
        catch (BadHttpRequestException wrong)
        {
            var tooLong = wrong.StatusCode == StatusCodes.Status413PayloadTooLarge;
            var code = tooLong ? "body-too-long" : "body-broken";
            throw new ProblemException(wrong.StatusCode, code, $"A body has at most {BytesMost} bytes.");
        }
    }

    /// <exception cref="ProblemException">There is no such reader.</exception>
    public static string? ReaderOf(string? name, IEnumerable<string> readers)
    {
        Check(name is null || readers.Contains(name), "reader-unknown", "GET /v1/readers lists them.");
        return name;
    }

    /// <exception cref="ProblemException">It has too many characters, or none.</exception>
    public static string? Cashier(string? name)
    {
        Check(
            name is null || (name.Trim().Length is >= 1 and <= CashierMost && !name.Any(char.IsControl)),
            "cashier-malformed", $"cashier has 1 to {CashierMost} characters.");
        return name?.Trim();
    }

    /// <exception cref="ProblemException">It is out of its range.</exception>
    public static TimeSpan Timeout(long timeoutMs)
    {
        Check(
            timeoutMs is >= TimeoutMsLeast and <= TimeoutMsMost, "timeout-out-of-range",
            "timeoutMs is 1000 to 86400000.");
        return TimeSpan.FromMilliseconds(timeoutMs);
    }

    /// <exception cref="ProblemException">It does not hold.</exception>
    public static void Check(bool holds, string code, string detail)
    {
        if (!holds)
            throw new ProblemException(StatusCodes.Status422UnprocessableEntity, code, detail);
    }
}
