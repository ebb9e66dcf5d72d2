using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace SmartCardCrm.Demo.Playground;

/// <summary>A file of the page. What it loads comes from here, and it runs nothing that stands in
/// it.</summary>
/// <param name="Path">Where it is asked for.</param>
/// <param name="Name">Its name in the assembly.</param>
internal sealed record PageFile(string Path, string Name)
{
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static readonly string[] Parts =
    [
        "page.css", "playground.css", "counter.css", "acts.js", "bytes.js", "chip-words.js", "counter.js",
        "dictionary.js", "drag.js", "draw.js", "headquarters.js", "page.js", "playground.js", "steps.js",
        "words.js",
    ];

    public static IReadOnlyList<PageFile> All { get; } =
    [
        new("/", "playground.html"),
        .. Parts.Select(name => new PageFile($"/page/{name}", name)),
    ];

    public static void Map(IEndpointRouteBuilder routes)
    {
        foreach (var file in All)
            routes.MapGet(file.Path, file.SendAsync);
    }

    public Stream Open() => typeof(PageFile).Assembly.GetManifestResourceStream($"playground/{Name}")
        ?? throw new FileNotFoundException("The assembly lacks a page's file.", Name);

    private async Task SendAsync(HttpContext context)
    {
        var headers = context.Response.Headers;
        context.Response.ContentType = System.IO.Path.GetExtension(Name) switch
        {
            ".html" => "text/html; charset=utf-8",
            ".js" => "text/javascript; charset=utf-8",
            _ => "text/css; charset=utf-8",
        };
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers.CacheControl = "no-cache";
        await using var content = Open();
        await content.CopyToAsync(context.Response.Body, context.RequestAborted);
    }
}
