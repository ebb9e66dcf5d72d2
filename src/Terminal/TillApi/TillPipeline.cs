using Microsoft.AspNetCore.Diagnostics;
using SmartCardCrm.Terminal.Pages;

namespace SmartCardCrm.Terminal.TillApi;

/// <summary>The way of a call: door, endpoint, and a problem for whatever went wrong.</summary>
internal static class TillPipeline
{
    public static void UseTillApi(this WebApplication app, TillKeys keys)
    {
        app.UseExceptionHandler(new ExceptionHandlerOptions { ExceptionHandler = Explain });
        app.UseStatusCodePages(context => Problem.Write(
            context.HttpContext, context.HttpContext.Response.StatusCode,
            CodeOf(context.HttpContext.Response.StatusCode)));
        var door = new DoorKeeper(DoorKeeper.LoopbackNames, keys);
        app.Use((context, next) => door.LetIn(context, next));
        ActivatorUtilities.CreateInstance<TillEndpoints>(app.Services).Map(app);
        BrowserPages.Map(app);
    }

    private static Task Explain(HttpContext context)
    {
        if (context.Features.Get<IExceptionHandlerFeature>()?.Error is not JournalFailedException failed)
            return Problem.Write(context, StatusCodes.Status500InternalServerError, "internal");

        context.RequestServices.GetRequiredService<TerminalEnd>().Fail(failed);
        return Problem.Write(context, StatusCodes.Status503ServiceUnavailable, "journal-failed");
    }

    private static string CodeOf(int status) => status switch
    {
        StatusCodes.Status404NotFound => "no-such-resource",
        StatusCodes.Status405MethodNotAllowed => "method-not-allowed",
        _ => "refused",
    };
}
