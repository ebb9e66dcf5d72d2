using System.Globalization;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Localization;
using Microsoft.AspNetCore.Mvc;

namespace SmartCardCrm.Server.Staff;

/// <summary>The pages before the console: login, the first administrator's, an invitation's, logout, the
/// choice of language.</summary>
internal static partial class StaffEndpoints
{
    /// <summary>Name of the rate limit on everything that takes a password or a code.</summary>
    public const string RateLimit = "login";

    public static void MapStaff(this WebApplication app)
    {
        var pages = app.MapGroup("").AllowAnonymous().ExcludeFromDescription();
        pages.MapGet("/login", (Passkeys passkeys, HttpContext context) => Login(null, passkeys, context));
        pages.MapPost("/login/passkey", TryPasskey).RequireRateLimiting(RateLimit);
        pages.MapPost("/login", TryLogin).RequireRateLimiting(RateLimit);
        pages.MapPost("/login/code", TryCode).RequireRateLimiting(RateLimit);
        pages.MapGet("/first-login", () => FirstLogin(null));
        pages.MapPost("/first-login", TryFirstLogin).RequireRateLimiting(RateLimit);
        pages.MapGet("/invitation", () => Invitation(null));
        pages.MapPost("/invitation", TryJoin).RequireRateLimiting(RateLimit);
        pages.MapGet("/language/{culture}", ChooseLanguage);
        app.MapPost("/logout", Logout).WithMetadata(new ForAllStaffAttribute()).ExcludeFromDescription();
    }

    private static async Task<IResult> Login(string? problem, Passkeys passkeys, HttpContext context)
    {
        var question = await passkeys.AskAsync(context);
        return new RazorComponentResult<LoginPage>(
            new { Problem = problem, question.Options, question.State });
    }

    private static RazorComponentResult<CodePage> Code(string? problem, string pending) =>
        new(new { Problem = problem, Pending = pending });

    private static RazorComponentResult<FirstLoginPage> FirstLogin(string? problem) =>
        new(new { Problem = problem });

    private static RazorComponentResult<InvitationPage> Invitation(string? problem) =>
        new(new { Problem = problem });

    private static async Task<IResult> TryLogin([FromForm] LoginForm form, [AsParameters] LoginRoom room)
    {
        var (name, outcome) = (
            StaffName.Canonical(form.Name), room.Login.TryLogin(form.Name, form.Password));
        LogLogin(room.Log, outcome);
        return outcome switch
        {
            LoginOutcome.Welcome => await SignIn(room.Context, room.Store, name),
            LoginOutcome.CodeWanted => Code(
                null, room.Seal.Seal(CodeForm.Name, $"{name}\n{room.Store.Find(name)!.Stamp}")),
            LoginOutcome.Locked => await Login("Locked", room.Passkeys, room.Context),
            _ => await Login("Refused", room.Passkeys, room.Context),
        };
    }

    // The password was right a moment ago, for somebody who has not changed since.
    private static async Task<IResult> TryCode([FromForm] CodeForm form, [AsParameters] LoginRoom room)
    {
        if (room.Seal.Open(CodeForm.Name, form.Pending)?.Split('\n') is not [var name, var stamp]
            || room.Store.Find(name)?.Stamp.ToString(CultureInfo.InvariantCulture) != stamp)
        {
            return await Login("Again", room.Passkeys, room.Context);
        }

        var outcome = room.Login.TryCode(name, form.Code);
        LogLogin(room.Log, outcome);
        return outcome switch
        {
            LoginOutcome.Welcome => await SignIn(room.Context, room.Store, name),
            LoginOutcome.Locked => await Login("Locked", room.Passkeys, room.Context),
            _ => Code("CodeRefused", form.Pending),
        };
    }

    private static async Task<IResult> TryPasskey(
        [FromForm] PasskeyForm form, Passkeys passkeys, StaffStore store, HttpContext context)
    {
        var answer = new PasskeyAnswer(form.Credential, form.State);
        return await passkeys.LetInAsync(answer, context) is { } member
            ? await SignIn(context, store, member.Name)
            : await Login("PasskeyRefused", passkeys, context);
    }

    private static async Task<IResult> TryFirstLogin(
        [FromForm] FirstLoginForm form, FirstAdministrator first, StaffLogin staff, StaffStore store,
        HttpContext context)
    {
        if (!StaffLogin.IsAcceptable(form.Name, form.Password))
            return FirstLogin("NotAcceptable");
        if (!first.TryUse(form.Code, () => staff.TryAddFirst(form.Name, form.Password)))
            return FirstLogin("CodeVoid");

        return await SignIn(context, store, StaffName.Canonical(form.Name));
    }

    private static async Task<IResult> TryJoin(
        [FromForm] InvitationForm form, StaffDesk desk, StaffStore store, HttpContext context)
    {
        if (!StaffLogin.IsAcceptable(form.Password))
            return Invitation("PasswordNotAcceptable");
        return desk.Join(form.Code, form.Password) is { } name
            ? await SignIn(context, store, name)
            : Invitation("CodeVoid");
    }

    // A form posted by the console, which carries the anti-forgery token as every form does.
    private static async Task<IResult> Logout(HttpContext context, IAntiforgery antiforgery)
    {
        await antiforgery.ValidateRequestAsync(context);
        await context.SignOutAsync();
        return Results.Redirect("/login");
    }

    private static IResult ChooseLanguage(string culture, HttpContext context)
    {
        if (!Languages.All.Contains(culture, StringComparer.Ordinal))
            return Results.NotFound();

        context.Response.Cookies.Append(
            CookieRequestCultureProvider.DefaultCookieName,
            CookieRequestCultureProvider.MakeCookieValue(new RequestCulture(culture)),
            new CookieOptions
            {
                MaxAge = TimeSpan.FromDays(365),
                SameSite = SameSiteMode.Lax,
                HttpOnly = true,
            });
        var from = context.Request.GetTypedHeaders().Referer;
        return Results.LocalRedirect(from?.Host == context.Request.Host.Host ? from.PathAndQuery : "/");
    }

    private static async Task<IResult> SignIn(HttpContext context, StaffStore store, string name)
    {
        await context.SignInAsync(StaffPrincipal.Of(
            store.Find(name)!, CookieAuthenticationDefaults.AuthenticationScheme));
        return Results.Redirect("/");
    }

    [LoggerMessage(LogLevel.Information, "A login ended with {Outcome}.")]
    private static partial void LogLogin(ILogger log, LoginOutcome outcome);

    // What both steps of a login work with.
    private sealed record LoginRoom(
        StaffLogin Login, StaffStore Store, FormSeal Seal, Passkeys Passkeys, HttpContext Context,
        ILogger<StaffLogin> Log);

    private sealed record LoginForm(string Name, string Password);

    private sealed record CodeForm(string Pending, string Code)
    {
        public const string Name = "login code";
    }

    private sealed record PasskeyForm(string Credential, string State);

    private sealed record FirstLoginForm(string Code, string Name, string Password);

    private sealed record InvitationForm(string Code, string Password);
}
