using System.Globalization;
using System.Text.Json.Serialization.Metadata;
using SmartCardCrm.Loyalty.Offline;
using SmartCardCrm.Loyalty.Programme;
using SmartCardCrm.Terminal.Pcsc;
using SmartCardCrm.Terminal.Receipts;
using SmartCardCrm.Terminal.Sync;
using SmartCardCrm.Terminal.Words;

namespace SmartCardCrm.Terminal.TillApi;

/// <summary>What the Till API reads and changes on this terminal.</summary>
internal sealed record TillRooms(
    TerminalProfile Profile, Till Till, ReaderBoard Board, SyncLine Line, SaleLookup Sales, FaultBook Faults)
{
    /// <summary>Whether a card that comes now would be served.</summary>
    public bool Ready =>
        Till.Desk.StoppedBecause is null && Till.IsReady;
}

/// <summary>The verbs the shop's till calls. Answers and errors are JSON; every mutating call has a key of
/// its own.</summary>
internal sealed class TillEndpoints(TillRooms rooms, TimeProvider clock, IHostApplicationLifetime lifetime)
{
    /// <summary>Where the document of this API is; anybody may read it.</summary>
    public const string DocumentPath = "/v1/openapi.json";

    private const string IdempotencyHeader = "Idempotency-Key";
    private const int IdempotencyKeyMost = 128;
    private const int ListMost = 20;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/v1/checkouts", (HttpContext context) => Answered(context, CreateSale));
        routes.MapPost("/v1/enquiries", (HttpContext context) => Answered(context, CreateEnquiry));
        routes.MapPost("/v1/returns", (HttpContext context) => Answered(context, CreateReturn));
        routes.MapPost("/v1/reversals", (HttpContext context) => Answered(context, CreateReversal));
        routes.MapPost(
            DoorKeeper.SupervisorPath, (HttpContext context) => Answered(context, CreateAdjustment));
        routes.MapGet("/v1/checkouts", (HttpContext context) => Answered(context, List));
        routes.MapGet("/v1/checkouts/{id}", (HttpContext context) => Answered(context, Get));
        routes.MapGet(
            "/v1/checkouts/{id}/receipt", (HttpContext context) => Answered(context, PrintCheckout));
        routes.MapDelete("/v1/checkouts/{id}", (HttpContext context) => Answered(context, Cancel));
        routes.MapGet("/v1/days/current", (HttpContext context) => Answered(context, CurrentDay));
        routes.MapGet("/v1/days/{number}", (HttpContext context) => Answered(context, GetDay));
        routes.MapGet(
            "/v1/days/current/receipt", (HttpContext context) => Answered(context, PrintCurrentDay));
        routes.MapGet(
            "/v1/days/{number}/receipt", (HttpContext context) => Answered(context, PrintDay));
        routes.MapPost("/v1/days", (HttpContext context) => Answered(context, CloseDay));
        routes.MapGet("/v1/events", (HttpContext context) => Answered(context, Watch));
        routes.MapGet(DoorKeeper.DisplayPath, (HttpContext context) => Answered(context, WatchDisplay));
        routes.MapGet(DocumentPath, Describe);
        routes.MapGet("/v1/readers", (HttpContext context) => context.Response.WriteAsJsonAsync(
            Readers(), TillJson.Default.ReadersAnswer, cancellationToken: context.RequestAborted));
        routes.MapGet("/v1/health", (HttpContext context) => context.Response.WriteAsJsonAsync(
            Health(Texts.For(context.Request)), TillJson.Default.HealthAnswer,
            cancellationToken: context.RequestAborted));
    }

    private static async Task Describe(HttpContext context)
    {
        await using var document = typeof(TillEndpoints).Assembly.GetManifestResourceStream("openapi.json")!;
        context.Response.ContentType = "application/json";
        await document.CopyToAsync(context.Response.Body, context.RequestAborted);
    }

    private static async Task Answered(HttpContext context, Func<HttpContext, Task> answer)
    {
        try
        {
            await answer(context);
        }
        catch (ProblemException problem)
        {
            await Problem.Write(context, problem.Status, problem.Code, problem.Message);
        }
    }

    private Task CreateSale(HttpContext context) =>
        Create(
            context, TillJson.Default.CheckoutBody,
            (body, readers) => body.ToRequest(readers, rooms.Till.Contacts));

    private Task CreateEnquiry(HttpContext context) =>
        Create(context, TillJson.Default.EnquiryBody, (body, readers) => body.ToRequest(readers));

    private Task CreateReturn(HttpContext context) =>
        Create(context, TillJson.Default.ReturnBody, (body, readers) => body.ToReturn(readers));

    private Task CreateReversal(HttpContext context) =>
        Create(context, TillJson.Default.ReturnBody, (body, readers) => body.ToReversal(readers));

    private Task CreateAdjustment(HttpContext context) => Create(
        context, TillJson.Default.AdjustmentBody, (body, readers) => body.ToRequest(readers));

    private async Task Create<T>(
        HttpContext context, JsonTypeInfo<T> shape, Func<T, IEnumerable<string>, CheckoutRequest> requestOf)
        where T : class
    {
        var key = IdempotencyKey(context.Request);
        var body = await Body.Read(context.Request, shape, context.RequestAborted);
        var request = requestOf(body, rooms.Board.Sights.Select(s => s.Name));
        if (rooms.Till.Desk.StoppedBecause is { } stopped)
            throw new ProblemException(
                StatusCodes.Status503ServiceUnavailable, stopped, "This terminal does not sell.");

        var told = request.Order.Undoes is { } sale
            && rooms.Till.ModeOf(request.Order).Mode != Mode.Autonomous
            ? await rooms.Sales.Ask(sale, context.RequestAborted)
            : null;
        var checkout = rooms.Till.Desk.Create(request, key, told) switch
        {
            CheckoutCreation.Created(var created) => created,
            CheckoutCreation.Same(var same) => same,
            CheckoutCreation.Refused(var reason) => throw new ProblemException(
                reason switch
                {
                    DeclineReason.SaleUnknown => StatusCodes.Status404NotFound,
                    DeclineReason.HeadquartersAway => StatusCodes.Status503ServiceUnavailable,
                    _ => StatusCodes.Status409Conflict,
                },
                Told.CodeOf(reason), WhyNot(reason)),
            _ => throw new ProblemException(
                StatusCodes.Status422UnprocessableEntity, "idempotency-key-reused",
                "Another request came under this key."),
        };
        context.Response.Headers.Location = $"/v1/checkouts/{checkout.Id}";
        await Write(context, StatusCodes.Status202Accepted, checkout);
    }

    private static string WhyNot(DeclineReason reason) => reason switch
    {
        DeclineReason.SaleUnknown => "Nobody knows such a sale, or that it happened.",
        DeclineReason.HeadquartersAway =>
            "This terminal knows no such sale, and cannot ask headquarters now.",
        DeclineReason.SaleElsewhere =>
            "Without the card, goods come back only where they were sold, and while none did elsewhere.",
        DeclineReason.SaleBusy => "Another return of this sale waits for its card: finish or cancel it.",
        _ => "More would come back than was sold and has not come back yet.",
    };

    private Task List(HttpContext context)
    {
        var texts = Texts.For(context.Request);
        return context.Response.WriteAsJsonAsync(
            new CheckoutsAnswer(
                [.. rooms.Till.Desk.Newest(ListMost).Select(c => CheckoutAnswer.Of(c, texts))]),
            TillJson.Default.CheckoutsAnswer, cancellationToken: context.RequestAborted);
    }

    private Task Get(HttpContext context) => Write(context, StatusCodes.Status200OK, Find(Id(context)));

    private async Task Cancel(HttpContext context)
    {
        var id = Id(context);
        var status = rooms.Till.Desk.Cancel(id) switch
        {
            CancelAnswer.Unknown => throw Unknown(),
            CancelAnswer.AlreadyOver => throw new ProblemException(
                StatusCodes.Status409Conflict, "checkout-over", "It had ended before."),
            CancelAnswer.Asked => StatusCodes.Status202Accepted,
            _ => StatusCodes.Status200OK,
        };
        await Write(context, status, Find(id));
    }

    private Task CurrentDay(HttpContext context) => Write(context, rooms.Till.Days.Current());

    private Task GetDay(HttpContext context) => Write(context, FindDay(context));

    private DayReport FindDay(HttpContext context) =>
        uint.TryParse(
            context.Request.RouteValues["number"] as string, NumberStyles.None, CultureInfo.InvariantCulture,
            out var number) && rooms.Till.Days.Find(number) is { } day
            ? day
            : throw new ProblemException(
                StatusCodes.Status404NotFound, "day-unknown", "No such day is closed.");

    private Task PrintCheckout(HttpContext context)
    {
        var checkout = Find(Id(context));
        if (!checkout.State.IsOver)
        {
            throw new ProblemException(
                StatusCodes.Status409Conflict, "checkout-open", "There is no receipt before its end.");
        }

        // What was done names its rules; what was only asked was asked of those in force.
        var rules = rooms.Till.Journal.Trace(checkout.Id) is { } trace
            ? rooms.Till.Replica.Rules(trace.Intent)
            : rooms.Till.Replica.Current;
        return Print(context, texts => CheckoutReceipt.Of(checkout, CurrencyOf(rules), texts));
    }

    private Task PrintCurrentDay(HttpContext context) => Print(context, rooms.Till.Days.Current());

    private Task PrintDay(HttpContext context) => Print(context, FindDay(context));

    private Task Print(HttpContext context, DayReport day) => Print(context, texts => DayReceipt.Of(
        rooms.Profile.Number, day, CurrencyOf(rooms.Till.Replica.Current), texts));

    private static Task Print(HttpContext context, Func<Texts, Receipt> receiptIn)
    {
        var wish = ReceiptWish.Of(context.Request);
        return context.Response.WriteAsJsonAsync(
            ReceiptAnswer.Of(receiptIn(wish.Texts), wish), TillJson.Default.ReceiptAnswer,
            cancellationToken: context.RequestAborted);
    }

    private static Currency? CurrencyOf(RuleSet? rules) =>
        rules is null ? null : new Currency(rules.Currency, rules.MinorPerUnit);

    private async Task CloseDay(HttpContext context)
    {
        var key = IdempotencyKey(context.Request);
        var body = await Body.Read(context.Request, TillJson.Default.DayBody, context.RequestAborted);
        var (day, _) = rooms.Till.Days.Close(key, body.ToDate());
        await Write(context, day);
    }

    private Task Write(HttpContext context, DayReport day) => context.Response.WriteAsJsonAsync(
        DayAnswer.Of(rooms.Profile.Number, day), TillJson.Default.DayAnswer,
        cancellationToken: context.RequestAborted);

    private async Task Watch(HttpContext context)
    {
        using var ending = Ending(context);
        var asked = context.Request.Query["checkout"].ToString();
        Guid? only = asked.Length > 0 ? ParseId(asked) : null;
        var texts = Texts.For(context.Request);
        // First the watch, then the look: nothing falls between them.
        var changes = rooms.Till.Desk.Watch(ending.Token)
            .Where(c => only is null || c.Id == only).Select(c => CheckoutAnswer.Of(c, texts));
        var now = only is { } id ? CheckoutAnswer.Of(Find(id), texts) : null;
        await Send(
            new EventStream<CheckoutAnswer>(
                context.Response, "checkout", TillJson.Default.CheckoutAnswer, clock),
            now, changes, ending);
    }

    private async Task WatchDisplay(HttpContext context)
    {
        using var ending = Ending(context);
        var reader = context.Request.Query["reader"].ToString();
        var watch = new DisplayWatch(
            rooms, reader.Length > 0 ? reader : null, Texts.For(context.Request), clock);
        await Send(
            new EventStream<DisplayAnswer>(
                context.Response, "display", TillJson.Default.DisplayAnswer, clock),
            first: null, watch.Run(ending.Token), ending);
    }

    private CancellationTokenSource Ending(HttpContext context) =>
        CancellationTokenSource.CreateLinkedTokenSource(
            context.RequestAborted, lifetime.ApplicationStopping);

    private static async Task Send<T>(
        EventStream<T> stream, T? first, IAsyncEnumerable<T> changes, CancellationTokenSource ending)
        where T : class
    {
        try
        {
            await stream.Run(first, changes, ending.Token);
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            // The till hung up, or the terminal stops: that is how a stream ends.
        }
        finally
        {
            await ending.CancelAsync();
        }
    }

    private ReadersAnswer Readers() =>
        new([.. rooms.Board.Sights.Select(s => new ReaderAnswer(s.Name, s.Available, s.CardPresent))]);

    private HealthAnswer Health(Texts texts) => new(
        rooms.Profile.Number, rooms.Ready, rooms.Till.Desk.StoppedBecause, rooms.Till.Tap.Ready,
        rooms.Line.Connected,
        rooms.Till.Journal.Head.Sequence - Math.Min(
            rooms.Till.Journal.AcknowledgedThrough, rooms.Till.Journal.Head.Sequence),
        rooms.Till.Journal.OpenDoubts().Count, rooms.Till.Replica.Current?.Version,
        [.. rooms.Board.Faults, .. rooms.Faults.Lines, .. rooms.Line.Faults],
        Told.OfHealth(rooms.Till.Desk.StoppedBecause, rooms.Ready, texts));

    private Checkout Find(Guid id) => rooms.Till.Desk.Get(id) ?? throw Unknown();

    private static ProblemException Unknown() =>
        new(StatusCodes.Status404NotFound, "checkout-unknown", "There is no such checkout.");

    private static Guid Id(HttpContext context) => ParseId(context.Request.RouteValues["id"] as string);

    // What is no id is the id of nothing.
    private static Guid ParseId(string? text) =>
        Guid.TryParseExact(text, "D", out var id) ? id : throw Unknown();

    private static string IdempotencyKey(HttpRequest request)
    {
        var key = request.Headers[IdempotencyHeader].ToString();
        if (key.Length == 0)
        {
            throw new ProblemException(
                StatusCodes.Status400BadRequest, "idempotency-key-missing", $"Send {IdempotencyHeader}.");
        }

        return key.Length <= IdempotencyKeyMost && key.All(c => c is > ' ' and <= '~')
            ? key
            : throw new ProblemException(
                StatusCodes.Status400BadRequest, "idempotency-key-malformed",
                "1 to 128 printable ASCII characters.");
    }

    private static Task Write(HttpContext context, int status, Checkout checkout)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(
            CheckoutAnswer.Of(checkout, Texts.For(context.Request)), TillJson.Default.CheckoutAnswer,
            cancellationToken: context.RequestAborted);
    }
}
