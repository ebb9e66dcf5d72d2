using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace SmartCardCrm.Benchmarks.Till;

/// <summary>An ASP.NET Core application that does nothing: what Kestrel and the host take anyway.</summary>
internal static class EmptyApplication
{
    public const string ReadyLine = "ready";

    /// <summary>Answers everything at <c>/</c> with nothing.</summary>
    public static WebApplication Build()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Map("/", (HttpContext _) => Task.CompletedTask);
        return app;
    }

    /// <summary>Serves until it is killed.</summary>
    public static async Task<int> ServeAsync()
    {
        await using var app = Build();
        await app.StartAsync();
        Console.Out.WriteLine(ReadyLine);
        await app.WaitForShutdownAsync();
        return 0;
    }
}
