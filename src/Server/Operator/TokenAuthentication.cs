using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace SmartCardCrm.Server.Operator;

/// <summary>Which tokens open a door.</summary>
internal sealed class TokenOptions : AuthenticationSchemeOptions
{
    /// <summary>Who comes with a token; null of one that opens nothing.</summary>
    public Func<string, ClaimsPrincipal?> Identify { get; set; } = _ => null;
}

/// <summary>Lets calls in that carry one of the door's tokens: <c>Authorization: Bearer …</c>.</summary>
internal sealed class TokenAuthentication(
    IOptionsMonitor<TokenOptions> options, ILoggerFactory log, UrlEncoder encoder)
    : AuthenticationHandler<TokenOptions>(options, log, encoder)
{
    private const string Prefix = "Bearer ";

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var header = Request.Headers.Authorization.ToString();
        return Task.FromResult(
            !header.StartsWith(Prefix, StringComparison.Ordinal) ? AuthenticateResult.NoResult()
            : Options.Identify(header[Prefix.Length..].Trim()) is not { } caller
                ? AuthenticateResult.Fail("Another token.")
            : AuthenticateResult.Success(new AuthenticationTicket(caller, Scheme.Name)));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties) =>
        Problems.Of(
                StatusCodes.Status401Unauthorized, $"{Scheme.Name}-token",
                $"This call needs the {Scheme.Name} token, or another one that is good for it.")
            .ExecuteAsync(Context);

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) =>
        Problems.NotPermitted().ExecuteAsync(Context);
}
