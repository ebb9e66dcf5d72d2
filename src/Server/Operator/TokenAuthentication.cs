using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace SmartCardCrm.Server.Operator;

/// <summary>Which token opens a door.</summary>
internal sealed class TokenOptions : AuthenticationSchemeOptions
{
    /// <summary>Null opens to nobody.</summary>
    public AccessToken? Token { get; set; }
}

/// <summary>Lets calls in that carry the door's token: <c>Authorization: Bearer …</c>.</summary>
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
            : Options.Token?.Is(header[Prefix.Length..].Trim()) != true
                ? AuthenticateResult.Fail("Another token.")
            : AuthenticateResult.Success(new AuthenticationTicket(
                new ClaimsPrincipal(new ClaimsIdentity(
                    [new Claim(ClaimTypes.Name, Scheme.Name)], Scheme.Name)), Scheme.Name)));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties) =>
        Problems.Of(
                StatusCodes.Status401Unauthorized, $"{Scheme.Name}-token",
                $"This call needs the {Scheme.Name} token.")
            .ExecuteAsync(Context);
}
