using Microsoft.Net.Http.Headers;
using SmartCardCrm.Terminal.Pages;

namespace SmartCardCrm.Terminal.TillApi;

/// <summary>
/// Who may talk to the Till API. A page in a browser on the same machine, or another local process, must not
/// mint points: the call must be meant for a name of ours, must come from no web page but our own, and must
/// show the key, unless it asks for a page or a document that says nothing of this terminal.
/// </summary>
/// <param name="hosts">Names and addresses, without port, by which a till may call this terminal.</param>
/// <param name="keys">The till's key, the supervisor's, and the display's.</param>
internal sealed class DoorKeeper(IReadOnlySet<string> hosts, TillKeys keys)
{
    public const string KeyHeader = "X-Api-Key";
    public const string SupervisorHeader = "X-Supervisor-Key";
    public const string DisplayHeader = "X-Display-Key";

    /// <summary>What only a supervisor may ask for.</summary>
    public const string SupervisorPath = "/v1/adjustments";

    /// <summary>All that a customer's display may ask for, and nobody else.</summary>
    public const string DisplayPath = "/v1/display";

    /// <summary>The names of this machine for itself.</summary>
    public static IReadOnlySet<string> LoopbackNames { get; } =
        new HashSet<string>(StringComparer.OrdinalIgnoreCase) { "localhost", "127.0.0.1", "[::1]" };

    private static HashSet<string> Public { get; } =
        BrowserPages.Files.Select(file => file.Path).Append(TillEndpoints.DocumentPath)
            .ToHashSet(StringComparer.Ordinal);

    public Task LetIn(HttpContext context, RequestDelegate next)
    {
        if (!hosts.Contains(context.Request.Host.Host))
            return Problem.Write(context, StatusCodes.Status421MisdirectedRequest, "host-unknown");
        if (!IsOwn(context.Request.Headers[HeaderNames.Origin], context.Request))
            return Problem.Write(
                context, StatusCodes.Status403Forbidden, "origin-refused",
                "Not for web pages but this terminal's own.");
        if (Public.Contains(context.Request.Path.Value ?? ""))
            return next(context);
        if (context.Request.Path.StartsWithSegments(DisplayPath, StringComparison.OrdinalIgnoreCase))
        {
            return keys.Display.Is(context.Request.Headers[DisplayHeader])
                ? next(context)
                : Problem.Write(
                    context, StatusCodes.Status401Unauthorized, "display-key-wrong",
                    $"Send the display's key in {DisplayHeader}.");
        }

        if (!keys.Till.Is(context.Request.Headers[KeyHeader]))
        {
            return Problem.Write(
                context, StatusCodes.Status401Unauthorized, "api-key-wrong", $"Send the key in {KeyHeader}.");
        }

        if (context.Request.Path.StartsWithSegments(SupervisorPath, StringComparison.OrdinalIgnoreCase)
            && !keys.Supervisor.Is(context.Request.Headers[SupervisorHeader]))
        {
            return Problem.Write(
                context, StatusCodes.Status403Forbidden, "supervisor-key-wrong",
                $"Send the supervisor's key in {SupervisorHeader}.");
        }

        return next(context);
    }

    // A browser names the page's origin with every call but a plain GET to where the page came from.
    private static bool IsOwn(string? origin, HttpRequest request) =>
        origin is null || origin == $"{request.Scheme}://{request.Host}";
}
