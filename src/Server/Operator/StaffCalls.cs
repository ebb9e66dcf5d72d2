using SmartCardCrm.Server.Audit;
using SmartCardCrm.Server.Staff;
using SmartCardCrm.Server.Storage;

namespace SmartCardCrm.Server.Operator;

/// <summary>Body of <c>POST /api/staff</c>.</summary>
/// <param name="Name">By which he logs in.</param>
/// <param name="Roles">Codes of roles.</param>
/// <param name="Why">What the log of changes keeps.</param>
/// <param name="Stores">Numbers; none for the whole chain.</param>
internal sealed record AskedStaff(
    string Name, IReadOnlyList<string> Roles, string Why, IReadOnlyList<long>? Stores = null);

/// <summary>Body of <c>PUT /api/staff/{name}</c>.</summary>
/// <param name="Roles">Codes of roles.</param>
/// <param name="Why">What the log of changes keeps.</param>
/// <param name="Stores">Numbers; none for the whole chain.</param>
internal sealed record AskedPlace(
    IReadOnlyList<string> Roles, string Why, IReadOnlyList<long>? Stores = null);

/// <summary>Body of <c>POST /api/staff/{name}/disable</c>, <c>/enable</c> and <c>/reset</c>.</summary>
internal sealed record AskedWhy(string Why);

/// <summary>Body of <c>POST /api/my/tokens</c>: somebody shows who he is, and gets a token in his own
/// name.</summary>
/// <param name="Title">What it is for.</param>
/// <param name="Days">Until it expires.</param>
/// <param name="Code">Of his app, where he has a second factor.</param>
internal sealed record AskedStaffToken(
    string Name, string Password, string Title, int Days = 90, string? Code = null);

/// <summary>A token, this once.</summary>
internal sealed record GivenStaffToken(string Token);

/// <summary>One of the staff.</summary>
/// <param name="Stores">Numbers; empty for the whole chain.</param>
/// <param name="State">active, invited, locked or disabled.</param>
internal sealed record StaffRow(
    string Name, IReadOnlyList<string> Roles, IReadOnlyList<long> Stores, string State, long CreatedUs)
{
    public static StaffRow Of(StaffMember member, DateTimeOffset now) => new(
        member.Name, member.RoleCodes, StoreScope.TryParse(member.Stores)!.Stores, member.StateAt(now),
        member.CreatedUs);
}

/// <summary>A link by which somebody sets his password, this once. UntilUs: it is void from here
/// on.</summary>
internal sealed record GivenInvitation(string Link, long UntilUs);

/// <summary>The staff, and what each may do.</summary>
internal static class StaffCalls
{
    public static void Map(RouteGroupBuilder api)
    {
        var read = api.For(Resource.Staff, Access.Read);
        var change = api.For(Resource.Staff, Access.Change);
        read.MapGet("/staff", IReadOnlyList<StaffRow> (StaffStore store, TimeProvider clock) =>
            [.. store.All().Select(member => StaffRow.Of(member, clock.GetUtcNow()))]);
        read.MapGet("/staff/{name}/tokens", (string name, StaffStore store, StaffTokens tokens) =>
            store.Find(StaffName.Canonical(name)) is { } member
                ? Results.Ok(tokens.Of(member.Name))
                : Refused("staff-unknown"));
        change.MapPost("/staff", (AskedStaff asked, StaffDesk desk, HttpContext context) =>
            Answer(context, desk.Add(
                asked.Name, new StaffPlace(asked.Roles, asked.Stores), AuditActor.Of(context), asked.Why)));
        change.MapPut("/staff/{name}", (string name, AskedPlace asked, StaffDesk desk, HttpContext context) =>
            Answer(desk.Place(
                name, new StaffPlace(asked.Roles, asked.Stores), AuditActor.Of(context), asked.Why)));
        change.MapPost("/staff/{name}/disable", (
            string name, AskedWhy asked, StaffDesk desk, HttpContext context) =>
            Answer(desk.Disable(name, AuditActor.Of(context), asked.Why)));
        change.MapPost("/staff/{name}/enable", (
            string name, AskedWhy asked, StaffDesk desk, HttpContext context) =>
            Answer(desk.Enable(name, AuditActor.Of(context), asked.Why)));
        change.MapPost("/staff/{name}/reset", (
            string name, AskedWhy asked, StaffDesk desk, HttpContext context) =>
            Answer(context, desk.Reset(name, AuditActor.Of(context), asked.Why)));
        change.MapDelete("/staff/{name}/tokens/{number:long}", (
            string name, long number, StaffTokens tokens, HttpContext context) =>
            tokens.Revoke(StaffName.Canonical(name), number, AuditActor.Of(context))
                ? Results.NoContent()
                : Refused("token-void"));
    }

    /// <summary>The call by which somebody gets a token in his own name, and shows who he is.</summary>
    public static void MapOwn(WebApplication app) =>
        app.MapPost("/api/my/tokens", MakeToken)
            .AllowAnonymous().DisableAntiforgery().RequireRateLimiting(StaffEndpoints.RateLimit);

    private static IResult MakeToken(AskedStaffToken asked, StaffLogin login, StaffTokens tokens)
    {
        if (asked.Days is < 1 or > StaffTokens.DaysMost)
            return Refused("days-range");
        if (asked.Title.Trim().Length is 0 or > StaffTokens.TitleMost)
            return Refused("title-length");
        var outcome = login.TryLogin(asked.Name, asked.Password);
        if (outcome == LoginOutcome.CodeWanted && asked.Code is not null)
            outcome = login.TryCode(asked.Name, asked.Code);
        return outcome switch
        {
            LoginOutcome.Welcome => Results.Ok(new GivenStaffToken(
                tokens.Make(StaffName.Canonical(asked.Name), asked.Title.Trim(), asked.Days))),
            LoginOutcome.Locked => Refused("login-locked"),
            LoginOutcome.CodeWanted => Refused("code-wanted"),
            _ => Refused("login-refused"),
        };
    }

    private static IResult Answer(HttpContext context, InvitationAnswer answer) => answer switch
    {
        InvitationAnswer.Invited(var code, var until) => Results.Ok(new GivenInvitation(
            StaffLinks.ToInvitation(context.Request, code), UnixTime.Microseconds(until))),
        InvitationAnswer.Refused(var code) => Refused(code),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static IResult Answer(string? refusal) =>
        refusal is null ? Results.NoContent() : Refused(refusal);

    private static IResult Refused(string code) => code switch
    {
        "staff-unknown" => Problems.NotFound(code, "There is nobody of this name."),
        "token-void" => Problems.NotFound(code, "There is no such token, or it is void already."),
        "name-taken" => Problems.Of(
            StatusCodes.Status409Conflict, code, "The name is taken, or is none that somebody may have."),
        "last-administrator" => Problems.Of(
            StatusCodes.Status409Conflict, code, "Nobody would be left who may do everything."),
        "role-unknown" => Problems.BadRequest(
            code, $"Roles are {string.Join(", ", Roles.All.Select(role => role.Code))}."),
        "store-number" => Problems.BadRequest(code, "A store number is 1 or more."),
        "why-length" => Problems.BadRequest(code, "Why has 1 to 200 characters."),
        "days-range" => Problems.BadRequest(code, $"A token is good for 1 to {StaffTokens.DaysMost} days."),
        "title-length" => Problems.BadRequest(code, "What it is for has 1 to 64 characters."),
        "login-locked" => Problems.Of(
            StatusCodes.Status401Unauthorized, code, "Too many wrong passwords; try again later."),
        "code-wanted" => Problems.Of(
            StatusCodes.Status401Unauthorized, code, "A code of the second factor is wanted as well."),
        "login-refused" => Problems.Of(
            StatusCodes.Status401Unauthorized, code, "Name, password or code is wrong."),
        _ => throw new System.Diagnostics.UnreachableException(code),
    };
}
