using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace SmartCardCrm.Demo.Playground;

/// <summary>
/// Who may play. A page from elsewhere in a browser on this machine, or another person on it, must not sell:
/// a call must be meant for this address, come from no web page but our own, and show the token that
/// <c>run.sh</c> told, unless it asks for a file of the page, which says nothing of this chain.
/// </summary>
/// <param name="token">Told to whoever started the playground.</param>
internal sealed class Door(string token)
{
    public const string TokenHeader = "X-Playground-Token";

    private static readonly HashSet<string> Names =
        new(StringComparer.OrdinalIgnoreCase) { "localhost", "127.0.0.1" };

    private readonly byte[] _token = Encoding.UTF8.GetBytes(token);

    public Task LetIn(HttpContext context, RequestDelegate next)
    {
        if (Refusal(context) is not { } status)
            return next(context);
        context.Response.StatusCode = status;
        return Task.CompletedTask;
    }

    private int? Refusal(HttpContext context)
    {
        var request = context.Request;
        if (!Names.Contains(request.Host.Host) || request.Host.Port != context.Connection.LocalPort)
            return StatusCodes.Status421MisdirectedRequest;
        var origin = request.Headers[HeaderNames.Origin].ToString();
        if (origin.Length > 0 && origin != $"{request.Scheme}://{request.Host}")
            return StatusCodes.Status403Forbidden;
        if (PageFile.All.Any(file => file.Path == request.Path))
            return null;
        var shown = Encoding.UTF8.GetBytes(request.Headers[TokenHeader].ToString());
        return CryptographicOperations.FixedTimeEquals(shown, _token)
            ? null
            : StatusCodes.Status401Unauthorized;
    }
}
