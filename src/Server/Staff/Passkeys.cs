using System.Collections.Concurrent;
using Microsoft.AspNetCore.Identity;

namespace SmartCardCrm.Server.Staff;

/// <summary>Challenges that were answered. None is answered twice.</summary>
internal sealed class AnsweredChallenges(TimeProvider clock)
{
    private readonly ConcurrentDictionary<string, DateTimeOffset> _answered = [];

    /// <returns>False where it was answered before.</returns>
    public bool Take(string state)
    {
        var now = clock.GetUtcNow();
        foreach (var (old, until) in _answered)
        {
            if (until < now)
                _answered.TryRemove(old, out _);
        }

        return _answered.TryAdd(state, now + FormSeal.Lasts);
    }
}

/// <summary>The room of passkeys.</summary>
internal static class PasskeyRoom
{
    public static void AddPasskeys(this IServiceCollection services)
    {
        services.AddSingleton<PasskeyBook>();
        services.AddSingleton<AnsweredChallenges>();
        services.AddScoped<Passkeys>();
        services.AddIdentityCore<StaffMember>();
        services.AddSingleton<IUserStore<StaffMember>>(own => own.GetRequiredService<PasskeyBook>());
        services.AddScoped<IPasskeyHandler<StaffMember>, PasskeyHandler<StaffMember>>();
        services.Configure<IdentityPasskeyOptions>(passkeys =>
        {
            // Found without a name, and used with a finger, a face or a PIN: both factors in one.
            passkeys.ResidentKeyRequirement = "required";
            passkeys.UserVerificationRequirement = "required";
        });
    }
}

/// <summary>What a page asks an authenticator, and what its form carries back beside the answer.</summary>
/// <param name="Options">JSON, as the browser's own functions read it.</param>
/// <param name="State">Sealed.</param>
internal sealed record PasskeyQuestion(string Options, string State);

/// <summary>Passkeys: made and checked by ASP.NET Core Identity's handler. They let in without password and
/// code, for the authenticator has asked for a finger, a face or its own PIN.</summary>
internal sealed class Passkeys(
    IPasskeyHandler<StaffMember> handler, PasskeyBook book, FormSeal seal, AnsweredChallenges answered)
{
    public const int TitleMost = 64;

    private const string Making = "passkey made";
    private const string Using = "passkey used";

    /// <summary>Asks for a new one.</summary>
    public async Task<PasskeyQuestion> AskForNewAsync(string name, HttpContext context)
    {
        var entity = new PasskeyUserEntity
        {
            Id = PasskeyBook.HandleOf(name),
            Name = name,
            DisplayName = name,
        };
        var asked = await handler.MakeCreationOptionsAsync(entity, context);
        return new PasskeyQuestion(
            asked.CreationOptionsJson, seal.Seal(Making, asked.AttestationState ?? ""));
    }

    /// <summary>Takes a new one on.</summary>
    /// <returns>False where the answer is not one to the question, or not from his authenticator.</returns>
    public async Task<bool> AddAsync(string name, string title, PasskeyAnswer answer, HttpContext context)
    {
        if (Opened(Making, answer) is not { } state)
            return false;
        var result = await handler.PerformAttestationAsync(new PasskeyAttestationContext
        {
            HttpContext = context,
            CredentialJson = answer.Credential,
            AttestationState = state,
        });
        if (!result.Succeeded || result.UserEntity.Id != PasskeyBook.HandleOf(name))
            return false;
        book.Add(name, result.Passkey, title);
        return true;
    }

    /// <summary>Asks for any that its owner has here.</summary>
    public async Task<PasskeyQuestion> AskAsync(HttpContext context)
    {
        var asked = await handler.MakeRequestOptionsAsync(null, context);
        return new PasskeyQuestion(asked.RequestOptionsJson, seal.Seal(Using, asked.AssertionState ?? ""));
    }

    /// <summary>Whom an answer lets in; null for nobody.</summary>
    public async Task<StaffMember?> LetInAsync(PasskeyAnswer answer, HttpContext context)
    {
        if (Opened(Using, answer) is not { } state)
            return null;
        var result = await handler.PerformAssertionAsync(new PasskeyAssertionContext
        {
            HttpContext = context,
            CredentialJson = answer.Credential,
            AssertionState = state,
        });
        if (!result.Succeeded || result.User.DisabledUs is not null)
            return null;
        book.Used(result.Passkey);
        return result.User;
    }

    private string? Opened(string form, PasskeyAnswer answer) =>
        seal.Open(form, answer.State) is { } state && answered.Take(state) ? state : null;
}

/// <summary>What a form brings from an authenticator.</summary>
/// <param name="Credential">JSON, as the browser's own functions write it.</param>
/// <param name="State">As the question had it.</param>
internal sealed record PasskeyAnswer(string Credential, string State);
