using Microsoft.AspNetCore.Authentication.Cookies;
using SmartCardCrm.Server.Console.Book;
using SmartCardCrm.Server.Console.Layout;
using SmartCardCrm.Server.Console.Parts;
using SmartCardCrm.Server.Console.Programme;
using SmartCardCrm.Server.Console.Words;
using SmartCardCrm.Server.Operator;
using SmartCardCrm.Server.Staff;

namespace SmartCardCrm.Server.Console;

/// <summary>The console for people, behind the login.</summary>
internal static class ConsoleEndpoints
{
    public static void AddConsole(this IServiceCollection services)
    {
        services.AddRazorComponents().AddInteractiveServerComponents();
        services.AddScoped<Texts>();
        services.AddSingleton<CounterReaders>();
        services.AddScoped<WhyPoints>();
        services.AddScoped<RulesByVersion>();
        services.AddScoped<RuleWords>();
        services.AddExceptionHandler<BrokenPages>();
        services.Configure<CookieAuthenticationOptions>(
            CookieAuthenticationDefaults.AuthenticationScheme,
            cookie => cookie.AccessDeniedPath = "/forbidden");
    }

    public static void MapConsole(this WebApplication app)
    {
        app.MapRazorComponents<App>()
            .AddInteractiveServerRenderMode(mode => mode.ContentSecurityFrameAncestorsPolicy = "'none'")
            .RequireAuthorization();
        app.MapGet("/members/{id:long}/export/json", ExportCalls.AsFile)
            .RequireAuthorization()
            .WithMetadata(new PermissionAttribute(Resource.Erasure, Access.Read));
        app.MapGet("/reports/{name}/csv", ReportCalls.AsCsv)
            .RequireAuthorization()
            .WithMetadata(new PermissionAttribute(Resource.Reports, Access.Read));
    }
}
