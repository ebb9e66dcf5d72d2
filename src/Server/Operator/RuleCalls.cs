using System.Globalization;
using System.Text.Json;
using SmartCardCrm.Loyalty.Programme;
using SmartCardCrm.Server.Programmes;
using SmartCardCrm.Server.Staff;
using SmartCardCrm.Server.Sync;

namespace SmartCardCrm.Server.Operator;

/// <summary>Body of <c>POST /api/rule-drafts</c> and <c>PUT /api/rule-drafts/{id}</c>.</summary>
/// <param name="Rules">A rule set as docs/rules.md has it; the version in it does not matter.</param>
/// <param name="By">Who writes it.</param>
/// <param name="Revision">Of the draft that was edited; not for a new one.</param>
internal sealed record AskedDraft(string Name, JsonElement Rules, string By = "operator", long Revision = 0)
    : ISigned
{
    public ISigned SignedBy(string by) => this with { By = by };
}

/// <summary>Body of calls that change a draft or a version.</summary>
/// <param name="By">Who does it.</param>
/// <param name="At">When to publish it: <c>2026-12-01T06:00</c> by the clock of the programme's zone, or with
/// an offset or Z.</param>
internal sealed record AskedStep(string By = "operator", string? At = null) : ISigned
{
    public ISigned SignedBy(string by) => this with { By = by };
}

/// <summary>Body of calls that begin a back-test.</summary>
/// <param name="From">The first day, in the programme's zone.</param>
/// <param name="Through">The last.</param>
internal sealed record AskedBackTest(DateOnly From, DateOnly Through);

/// <summary>A draft with its rules.</summary>
internal sealed record DraftWithRules(RuleDraft Draft, JsonElement Rules);

/// <summary>Rules from the first draft to their retirement.</summary>
internal static class RuleCalls
{
    public static void Map(RouteGroupBuilder api)
    {
        var read = api.For(Resource.Rules, Access.Read);
        var change = api.For(Resource.Rules, Access.Change);
        read.MapGet("/rule-sets", (ProgrammeBook book) => book.Versions());
        read.MapGet("/rule-sets/{version:long}", (long version, ProgrammeBook book) =>
            book.Find(version) is { } rules
                ? Results.Text(rules.ToDocument(), "application/json")
                : VersionUnknown());
        change.MapPost("/rule-sets/{version:long}/retire", (
            long version, AskedStep asked, ProgrammeBook book) =>
            book.Retire(version, asked.By) is { } refusal ? Refused(refusal) : Results.NoContent());
        read.MapPost("/rule-sets/{version:long}/preview", (
            long version, AskedPreview asked, ProgrammeBook book, TimeProvider clock) =>
            Preview(book.Find(version), VersionUnknown, asked, book, clock));
        read.MapPost("/rule-sets/{version:long}/backtest", (
            long version, AskedBackTest asked, ProgrammeBook book, BackTestDesk desk) =>
            BackTest($"version:{version}", book.Find(version), VersionUnknown, asked, desk));

        read.MapGet("/rule-drafts", (RuleDrafts drafts) => drafts.All());
        change.MapPost("/rule-drafts", (AskedDraft asked, RuleDrafts drafts) => Written(
            asked, rules => drafts.Add(asked.Name, rules, asked.By), StatusCodes.Status201Created));
        read.MapGet("/rule-drafts/{id:long}", (long id, RuleDrafts drafts) => drafts.Find(id) is { } draft
            ? Results.Ok(new DraftWithRules(draft, JsonSerializer.Deserialize(
                draft.Document, OperatorJson.Default.JsonElement)))
            : Refused("draft-unknown"));
        change.MapPut("/rule-drafts/{id:long}", (long id, AskedDraft asked, RuleDrafts drafts) => Written(
            asked, rules => drafts.Change(id, asked.Name, rules, asked.Revision, asked.By),
            StatusCodes.Status200OK));
        change.MapDelete("/rule-drafts/{id:long}", (
            long id, RuleDrafts drafts, [AsParameters] Signature signed) =>
            Answer(drafts.Discard(id, signed.By)));
        change.MapPost("/rule-drafts/{id:long}/publish", Publish);
        change.MapPost("/rule-drafts/{id:long}/schedule", Schedule);
        change.MapPost("/rule-drafts/{id:long}/withdraw", (long id, AskedStep asked, RuleDrafts drafts) =>
            Answer(drafts.Withdraw(id, asked.By)));
        read.MapPost("/rule-drafts/{id:long}/preview", (
            long id, AskedPreview asked, RuleDrafts drafts, ProgrammeBook book, TimeProvider clock) =>
            Preview(drafts.Find(id)?.ToRules(), DraftUnknown, asked, book, clock));
        read.MapPost("/rule-drafts/{id:long}/backtest", (
            long id, AskedBackTest asked, RuleDrafts drafts, BackTestDesk desk) =>
            BackTest($"draft:{id}", drafts.Find(id)?.ToRules(), DraftUnknown, asked, desk));

        read.MapGet("/rule-backtests/{id:guid}", (Guid id, BackTestDesk desk) =>
            desk.Find(id) is { } job ? Results.Ok(job) : Refused("backtest-unknown"));
        read.MapDelete("/rule-backtests/{id:guid}", (Guid id, BackTestDesk desk) =>
            desk.Cancel(id) ? Results.NoContent() : Refused("backtest-unknown"));
    }

    private static IResult Written(AskedDraft asked, Func<RuleSet, DraftAnswer> write, int status)
    {
        try
        {
            return Answer(write(RuleSet.FromDocument(JsonSerializer.SerializeToUtf8Bytes(
                asked.Rules, OperatorJson.Default.JsonElement))), status);
        }
        catch (FormatException wrong)
        {
            return Problems.BadRequest("rule-set", wrong.Message);
        }
    }

    private static IResult Publish(long id, AskedStep asked, RuleDrafts drafts, FeedBell bell)
    {
        var answer = drafts.Publish(id, asked.By);
        if (answer is DraftAnswer.Done)
            bell.Ring();
        return Answer(answer);
    }

    private static IResult Schedule(long id, AskedStep asked, RuleDrafts drafts, ProgrammeBook book)
    {
        if (drafts.Find(id) is not { } draft)
            return DraftUnknown();
        return InstantOf(asked.At, ZoneOf(book, draft.Programme)) is { } at
            ? Answer(drafts.Schedule(id, at, asked.By))
            : Refused("schedule-time");
    }

    private static IResult Preview(
        RuleSet? rules, Func<IResult> unknown, AskedPreview asked, ProgrammeBook book, TimeProvider clock)
    {
        if (rules is null)
            return unknown();
        var now = TimeZoneInfo.ConvertTime(clock.GetUtcNow(), ZoneOf(book, rules.Programme)).DateTime;
        return RulePreview.Of(rules, asked, now) is { } preview
            ? Results.Ok(preview)
            : Problems.BadRequest("basket", "The basket has no lines, or a number is out of its range.");
    }

    private static IResult BackTest(
        string name, RuleSet? rules, Func<IResult> unknown, AskedBackTest asked, BackTestDesk desk)
    {
        if (rules is null)
            return unknown();
        if (asked.Through < asked.From)
            return Problems.BadRequest("backtest-span", "The last day is before the first.");
        return desk.Start(name, rules, asked.From, asked.Through) is { } job
            ? Results.Accepted($"/api/rule-backtests/{job.Id}", job)
            : Problems.Of(StatusCodes.Status409Conflict, "backtest-busy", "Another back-test is running.");
    }

    private static TimeZoneInfo ZoneOf(ProgrammeBook book, long programme) =>
        TimeZoneInfo.FindSystemTimeZoneById(book.All().Single(p => p.Number == programme).Zone);

    // Without an offset by the programme's clock; not a time that its zone skips.
    internal static DateTimeOffset? InstantOf(string? text, TimeZoneInfo zone)
    {
        string[] local = ["yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd'T'HH:mm:ss"];
        string[] offset = ["yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ssK"];
        if (DateTime.TryParseExact(
            text, local, CultureInfo.InvariantCulture, DateTimeStyles.None, out var wall))
        {
            return zone.IsInvalidTime(wall) ? null : new DateTimeOffset(wall, zone.GetUtcOffset(wall));
        }

        return DateTimeOffset.TryParseExact(
            text, offset, CultureInfo.InvariantCulture, DateTimeStyles.None, out var instant)
                ? instant
                : null;
    }

    private static IResult Answer(DraftAnswer answer, int status = StatusCodes.Status200OK) => answer switch
    {
        DraftAnswer.Done(var draft) =>
            Results.Json(draft, OperatorJson.Default.RuleDraft, statusCode: status),
        DraftAnswer.Refused(var code) => Refused(code),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static IResult DraftUnknown() => Refused("draft-unknown");

    private static IResult VersionUnknown() => Refused("version-unknown");

    private static IResult Refused(string code) => code switch
    {
        "draft-unknown" => Problems.NotFound(code, "There is no such draft."),
        "version-unknown" => Problems.NotFound(code, "No rules were published under this version."),
        "backtest-unknown" => Problems.NotFound(code, "There is no such back-test, or it is forgotten."),
        "name-length" => Problems.BadRequest(code, "A name has 1 to 64 characters."),
        "by-length" => Problems.BadRequest(code, "Who does it has 1 to 64 characters."),
        "schedule-time" => Problems.BadRequest(
            code, "It is no time like 2026-12-01T06:00, or the zone skips it."),
        "schedule-past" => Conflict(code, "The time has passed."),
        "draft-changed" => Conflict(code, "Somebody else has changed the draft since."),
        "draft-scheduled" => Conflict(code, "The draft is scheduled: withdraw it first."),
        "draft-published" => Conflict(code, "The draft is published, and does not change any more."),
        "draft-discarded" => Conflict(code, "The draft was thrown away."),
        "draft-not-scheduled" => Conflict(code, "The draft is not scheduled."),
        "already-retired" => Conflict(code, "The version is retired already."),
        "rules-in-force" => Conflict(code, "The version is in force: publish another one first."),
        _ => throw new System.Diagnostics.UnreachableException(code),
    };

    private static IResult Conflict(string code, string title) =>
        Problems.Of(StatusCodes.Status409Conflict, code, title);
}
