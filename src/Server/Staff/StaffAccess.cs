using System.Collections.Concurrent;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Options;
using SmartCardCrm.Server.Operator;

namespace SmartCardCrm.Server.Staff;

/// <summary>How staff come in: people by a session's cookie, programs by a token; and what either may
/// do.</summary>
internal static class StaffAccess
{
    /// <summary>Rooms and rules of the people's door.</summary>
    /// <param name="services">The server's.</param>
    /// <param name="operatorToken">Of the machine's own operator, who is an administrator.</param>
    public static void AddStaffAccess(this IServiceCollection services, AccessToken operatorToken)
    {
        services.AddSingleton<StaffStore>();
        services.AddSingleton<StaffLogin>();
        services.AddSingleton<SecondFactor>();
        services.AddSingleton<FormSeal>();
        services.AddPasskeys();
        services.AddSingleton<StaffDesk>();
        services.AddSingleton<StaffAccount>();
        services.AddSingleton<StaffTokens>();
        services.AddSingleton<FirstAdministrator>();
        services.AddSingleton<OpenCircuits>();
        services.AddSingleton<IAuthorizationHandler, PermissionCheck>();
        services.AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme)
            .AddCookie()
            .AddScheme<TokenOptions, TokenAuthentication>(OperatorEndpoints.Scheme, null);
        services.AddOptions<TokenOptions>(OperatorEndpoints.Scheme).Configure<StaffTokens>((door, tokens) =>
            door.Identify = token => operatorToken.Is(token)
                ? StaffPrincipal.OfMachine(OperatorEndpoints.Scheme)
                : tokens.Identify(token, OperatorEndpoints.Scheme));
        services.AddOptions<CookieAuthenticationOptions>(CookieAuthenticationDefaults.AuthenticationScheme)
            .Configure<IOptions<StaffOptions>>((cookie, staff) =>
            {
                cookie.Cookie.Name = "hq";
                cookie.Cookie.HttpOnly = true;
                cookie.Cookie.SameSite = SameSiteMode.Strict;
                cookie.LoginPath = "/login";
                cookie.ExpireTimeSpan = TimeSpan.FromHours(staff.Value.SessionHours);
                cookie.SlidingExpiration = true;
                cookie.Events.OnValidatePrincipal = Validate;
            });
        services.AddAuthorizationBuilder()
            .SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build())
            .AddPolicy(OperatorEndpoints.Scheme, policy => policy
                .AddAuthenticationSchemes(OperatorEndpoints.Scheme).RequireAuthenticatedUser());
    }

    /// <summary>Ends live pages with the sessions that opened them. Stands after authorization.</summary>
    public static void UseOpenCircuits(this WebApplication app)
    {
        var circuits = app.Services.GetRequiredService<OpenCircuits>();
        app.Use((context, next) =>
            context.Request.Path.StartsWithSegments("/_blazor", StringComparison.OrdinalIgnoreCase)
                ? circuits.WatchAsync(context, next)
                : next(context));
    }

    // What the cookie says of roles and stores is not asked for: the book is.
    private static async Task Validate(CookieValidatePrincipalContext context)
    {
        var staff = context.HttpContext.RequestServices.GetRequiredService<StaffStore>();
        if (context.Principal is { Identity.Name: { } name } session
            && staff.Known(name) is { } member && session.IsCurrent(member))
        {
            context.ReplacePrincipal(StaffPrincipal.Of(member, context.Scheme.Name));
            return;
        }

        context.RejectPrincipal();
        await context.HttpContext.SignOutAsync();
    }
}

/// <summary>The live pages that people have open. They end when the sessions of who has them do.</summary>
internal sealed class OpenCircuits
{
    private readonly ConcurrentDictionary<HttpContext, string> _open = [];

    public OpenCircuits(StaffStore staff) => staff.SessionsEnded += End;

    /// <summary>Keeps watch over one while it is open.</summary>
    public async Task WatchAsync(HttpContext context, RequestDelegate next)
    {
        _open[context] = context.User.Identity?.Name ?? "";
        try
        {
            await next(context);
        }
        finally
        {
            _open.TryRemove(context, out _);
        }
    }

    private void End(string name)
    {
        foreach (var (context, _) in _open.Where(one => one.Value == name))
            context.Abort();
    }
}
