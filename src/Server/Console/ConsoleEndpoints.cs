using Microsoft.AspNetCore.Authentication.Cookies;
using SmartCardCrm.Server.Console.Book;
using SmartCardCrm.Server.Console.Layout;
using SmartCardCrm.Server.Console.Words;

namespace SmartCardCrm.Server.Console;

/// <summary>The console for people, behind the login.</summary>
internal static class ConsoleEndpoints
{
    public static void AddConsole(this IServiceCollection services)
    {
        services.AddRazorComponents().AddInteractiveServerComponents();
        services.AddScoped<Texts>();
        services.AddScoped<WhyPoints>();
        services.AddScoped<RulesByVersion>();
        services.AddExceptionHandler<BrokenPages>();
        services.Configure<CookieAuthenticationOptions>(
            CookieAuthenticationDefaults.AuthenticationScheme,
            cookie => cookie.AccessDeniedPath = "/forbidden");
    }

    public static void MapConsole(this WebApplication app) =>
        app.MapRazorComponents<App>()
            .AddInteractiveServerRenderMode(mode => mode.ContentSecurityFrameAncestorsPolicy = "'none'")
            .RequireAuthorization();
}
