using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Localization;
using Microsoft.Net.Http.Headers;

namespace SmartCardCrm.Server.Console.Layout;

/// <summary>Answers a browser with a page where a request failed; programs get problem details.</summary>
internal sealed class BrokenPages(IServiceScopeFactory scopes) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(
        HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (!AsksForPage(httpContext.Request))
            return false;

        // The failure has left the part of the pipeline that chose the language.
        if (httpContext.Features.Get<IRequestCultureFeature>() is { RequestCulture: var asked })
            (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture) = (asked.Culture, asked.UICulture);
        // A page that failed has used up its services; this one gets its own.
        await using var scope = scopes.CreateAsyncScope();
        var used = httpContext.RequestServices;
        httpContext.RequestServices = scope.ServiceProvider;
        var trace = Activity.Current?.Id ?? httpContext.TraceIdentifier;
        var page = new RazorComponentResult<BrokenPage>(new { Trace = trace })
        {
            StatusCode = httpContext.Response.StatusCode,
        };
        await page.ExecuteAsync(httpContext);
        httpContext.RequestServices = used;
        return true;
    }

    private static bool AsksForPage(HttpRequest request) =>
        request.GetTypedHeaders().Accept.Any(one => one.IsSubsetOf(new MediaTypeHeaderValue("text/html")));
}
