using System.Security.Claims;

namespace SmartCardCrm.Server.Console;

/// <summary>The console for people, behind the login.</summary>
internal static class ConsoleEndpoints
{
    public static void MapConsole(this WebApplication app) =>
        app.MapGet("/", (ClaimsPrincipal who) => $"SmartCardCrm: {who.Identity?.Name}")
            .ExcludeFromDescription();
}
