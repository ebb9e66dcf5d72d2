using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace SmartCardCrm.Server.Operator;

/// <summary>Lets calls in that carry the operator's token: <c>Authorization: Bearer …</c>.</summary>
internal sealed class OperatorAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory log, UrlEncoder encoder,
    OperatorToken token)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, log, encoder)
{
    /// <summary>Name of the scheme.</summary>
    public const string Name = "operator";

    private const string Prefix = "Bearer ";

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var header = Request.Headers.Authorization.ToString();
        return Task.FromResult(
            !header.StartsWith(Prefix, StringComparison.Ordinal) ? AuthenticateResult.NoResult()
            : !token.Is(header[Prefix.Length..].Trim()) ? AuthenticateResult.Fail("Another token.")
            : AuthenticateResult.Success(new AuthenticationTicket(
                new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, Name)], Name)), Name)));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties) =>
        Problems.Of(
                StatusCodes.Status401Unauthorized, "operator-token", "This call needs the operator's token.")
            .ExecuteAsync(Context);
}
