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

    private static async Task<IResult> TryLogin(
        [FromForm] LoginForm form, StaffLogin staff, StaffStore store, FormSeal seal, Passkeys passkeys,
        HttpContext context, ILogger<StaffLogin> log)
    {
        var (name, outcome) = (StaffName.Canonical(form.Name), staff.TryLogin(form.Name, form.Password));
        LogLogin(log, outcome);
        if (outcome == LoginOutcome.CodeWanted)
            return Code(null, seal.Seal(CodeForm.Name, $"{name}\n{store.Find(name)!.Stamp}"));
        if (outcome != LoginOutcome.Welcome)
            return await Login(outcome == LoginOutcome.Locked ? "Locked" : "Refused", passkeys, context);

        await SignIn(context, store, name);
        return Results.Redirect("/");
    }

    // The password was right a moment ago, for somebody who has not changed since.
    private static async Task<IResult> TryCode(
        [FromForm] CodeForm form, StaffLogin staff, StaffStore store, FormSeal seal, Passkeys passkeys,
        HttpContext context, ILogger<StaffLogin> log)
    {
        if (seal.Open(CodeForm.Name, form.Pending)?.Split('\n') is not [var name, var stamp]
            || store.Find(name)?.Stamp.ToString(CultureInfo.InvariantCulture) != stamp)
        {
            return await Login("Again", passkeys, context);
        }

        var outcome = staff.TryCode(name, form.Code);
        LogLogin(log, outcome);
        if (outcome == LoginOutcome.Locked)
            return await Login("Locked", passkeys, context);
        if (outcome != LoginOutcome.Welcome)
            return Code("CodeRefused", form.Pending);

        await SignIn(context, store, name);
        return Results.Redirect("/");
    }

    private static async Task<IResult> TryPasskey(
        [FromForm] PasskeyForm form, Passkeys passkeys, StaffStore store, HttpContext context)
    {
        var answer = new PasskeyAnswer(form.Credential, form.State);
        if (await passkeys.LetInAsync(answer, context) is not { } member)
            return await Login("PasskeyRefused", passkeys, context);

        await SignIn(context, store, member.Name);
        return Results.Redirect("/");
    }

    private static async Task<IResult> TryFirstLogin(
        [FromForm] FirstLoginForm form, FirstAdministrator first, StaffLogin staff, StaffStore store,
        HttpContext context)
    {
        if (!StaffLogin.IsAcceptable(form.Name, form.Password))
            return FirstLogin("NotAcceptable");
        if (!first.TryUse(form.Code, () => staff.TryAddFirst(form.Name, form.Password)))
            return FirstLogin("CodeVoid");

        await SignIn(context, store, StaffName.Canonical(form.Name));
        return Results.Redirect("/");
    }

    private static async Task<IResult> TryJoin(
        [FromForm] InvitationForm form, StaffDesk desk, StaffStore store, HttpContext context)
    {
        if (!StaffLogin.IsAcceptable(form.Password))
            return Invitation("PasswordNotAcceptable");
        if (desk.Join(form.Code, form.Password) is not { } name)
            return Invitation("CodeVoid");

        await SignIn(context, store, name);
        return Results.Redirect("/");
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

    private static Task SignIn(HttpContext context, StaffStore store, string name) =>
        context.SignInAsync(StaffPrincipal.Of(
            store.Find(name)!, CookieAuthenticationDefaults.AuthenticationScheme));

    [LoggerMessage(LogLevel.Information, "A login ended with {Outcome}.")]
    private static partial void LogLogin(ILogger log, LoginOutcome outcome);

    private sealed record LoginForm(string Name, string Password);

    private sealed record CodeForm(string Pending, string Code)
    {
        public const string Name = "login code";
    }

    private sealed record PasskeyForm(string Credential, string State);

    private sealed record FirstLoginForm(string Code, string Name, string Password);

    private sealed record InvitationForm(string Code, string Password);
}
