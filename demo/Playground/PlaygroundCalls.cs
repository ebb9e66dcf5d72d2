using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using SmartCardCrm.Demo.Rack;
using SmartCardCrm.Demo.Till;

namespace SmartCardCrm.Demo.Playground;

/// <summary>What the page asks for and does. Whoever comes here has passed the <see cref="Door"/>.</summary>
/// <param name="playfield">Null until one can play.</param>
/// <param name="stage">What the start has come to.</param>
/// <param name="closing">The playground closes.</param>
internal sealed class PlaygroundCalls(
    Func<Playfield?> playfield, Func<string> stage, CancellationToken closing)
{
    private const long AmountMost = 1_000_000;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/playground/events", WatchAsync);
        routes.MapGet("/playground/till-key", context => context.Response.WriteAsync(Field.TillKey));
        On(routes, "put", PlaygroundJson.Default.Put, (put, c) => Counter.PutAsync(put.Card, put.Reader, c));
        On(routes, "take", PlaygroundJson.Default.Take, (take, c) => Counter.TakeAsync(take.Reader, c));
        On(routes, "arm", PlaygroundJson.Default.Arm, (arm, c) => Counter.ArmAsync(arm.Reader, arm.Fault, c));
        On(routes, "copy", PlaygroundJson.Default.Copy, (copy, c) => Counter.CopyAsync(copy.Card, c));
        On(routes, "damage", PlaygroundJson.Default.Damaged, (damaged, _) =>
        {
            Counter.SetDamaged(damaged.Card, damaged.IsDamaged);
            return Task.CompletedTask;
        });
        On(routes, "sell", PlaygroundJson.Default.Sell, SellAsync);
        On(routes, "cancel", PlaygroundJson.Default.Turn, (_, c) => Field.CancelAsync(c));
        On(routes, "network", PlaygroundJson.Default.Turn, (turn, _) =>
        {
            Field.SetNetwork(turn.On);
            return Task.CompletedTask;
        });
        On(routes, "server", PlaygroundJson.Default.Turn, (turn, c) => Field.SetServerAsync(turn.On, c));
        On(routes, "pcscd", PlaygroundJson.Default.Turn, (_, c) => Field.KillPcscdAsync(c));
    }

    private Playfield Field => playfield() ?? throw new RefusedException("not-ready");

    private VisitorCounter Counter => Field.Counter;

    private Task SellAsync(Sell sale, CancellationToken cancellation) =>
        sale.AmountMinor is >= 0 and <= AmountMost
            ? Field.SellAsync(sale, cancellation)
            : throw new RefusedException("amount-out-of-range");

    private async Task WatchAsync(HttpContext context)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, closing);
        var language = context.Request.Headers.AcceptLanguage.ToString() == "ru" ? "ru" : "en";
        try
        {
            await new PictureStream(context.Response, TimeProvider.System).RunAsync(
                playfield,
                async cancellation => playfield() is { } open
                    ? new Picture(null, await open.LookAsync(language, cancellation))
                    : new Picture(stage(), null),
                ending.Token);
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            // The page is gone, or the playground closes: that is how a stream ends.
        }
    }

    private static void On<T>(
        IEndpointRouteBuilder routes, string name, JsonTypeInfo<T> shape,
        Func<T, CancellationToken, Task> act) =>
        routes.MapPost($"/playground/{name}", async context =>
        {
            var code = await TryAsync(context, shape, act);
            context.Response.StatusCode =
                code is null ? StatusCodes.Status204NoContent : StatusCodes.Status409Conflict;
            if (code is not null)
                await context.Response.WriteAsJsonAsync(new Refusal(code), PlaygroundJson.Default.Refusal);
        });

    private static async Task<string?> TryAsync<T>(
        HttpContext context, JsonTypeInfo<T> shape, Func<T, CancellationToken, Task> act)
    {
        try
        {
            var asked = await JsonSerializer.DeserializeAsync(
                context.Request.Body, shape, context.RequestAborted);
            await act(asked ?? throw new JsonException(), context.RequestAborted);
            return null;
        }
        catch (RefusedException refused)
        {
            return refused.Message;
        }
        catch (JsonException)
        {
            return "malformed";
        }
        catch (RackException)
        {
            return "rack";
        }
        catch (Exception away) when (CheckoutWatch.IsAway(away, context.RequestAborted))
        {
            return "till-away";
        }
    }
}
