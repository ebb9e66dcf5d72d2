using System.Reflection;

namespace SmartCardCrm.Terminal.Pages;

/// <summary>A file of a page.</summary>
/// <param name="Path">Where it is asked for.</param>
/// <param name="Resource">Its name in the assembly.</param>
internal sealed record PageFile(string Path, string Resource)
{
    /// <summary>Whether it is Swagger UI's, packed, in the assembly of the package that brings it.</summary>
    public bool IsSwaggerUi { get; init; }

    public string ContentType => System.IO.Path.GetExtension(Resource) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        _ => "text/css; charset=utf-8",
    };

    public Stream Open()
    {
        var assembly = IsSwaggerUi ? SwaggerUi : typeof(PageFile).Assembly;
        return assembly.GetManifestResourceStream(Resource)
            ?? throw new FileNotFoundException("The assembly lacks a page's file.", Resource);
    }

    // Looked at when a page asks: until then it is not loaded.
    private static Assembly SwaggerUi => typeof(Swashbuckle.AspNetCore.SwaggerUI.SwaggerUIOptions).Assembly;
}

/// <summary>
/// Pages in a browser on the same machine: the counter, the customer's display, and the reference of the Till
/// API. Anybody may look at them, for they say nothing of this terminal; their calls need a key as all calls
/// do. What they load comes from here, and they run nothing that stands in a page.
/// </summary>
internal static class BrowserPages
{
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private const string SwaggerUi = "Swashbuckle.AspNetCore.SwaggerUI.node_modules.swagger_ui_dist.";

    private static readonly string[] CounterParts =
    [
        "page.css", "counter.css", "display.css", "book.js", "counter.js", "dictionary.js", "display.js",
        "door.js", "now.js", "page.js", "sale.js", "status.js", "tasks.js", "till-api.js", "words.js",
    ];

    public static IReadOnlyList<PageFile> Files { get; } =
    [
        new("/counter", "pages/counter.html"),
        new("/counter/display", "pages/display.html"),
        .. CounterParts.Select(name => new PageFile($"/counter/{name}", $"pages/{name}")),
        new("/reference", "pages/reference.html"),
        new("/reference/reference.js", "pages/reference.js"),
        new("/reference/swagger-ui-bundle.js", $"{SwaggerUi}swagger-ui-bundle.js") { IsSwaggerUi = true },
        new("/reference/swagger-ui.css", $"{SwaggerUi}swagger-ui.css") { IsSwaggerUi = true },
    ];

    public static void Map(IEndpointRouteBuilder routes)
    {
        foreach (var file in Files)
            routes.MapGet(file.Path, context => Send(context, file));
    }

    private static async Task Send(HttpContext context, PageFile file)
    {
        var headers = context.Response.Headers;
        context.Response.ContentType = file.ContentType;
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers.CacheControl = "no-cache";
        if (file.IsSwaggerUi)
            headers.ContentEncoding = "gzip";
        await using var content = file.Open();
        await content.CopyToAsync(context.Response.Body, context.RequestAborted);
    }
}
