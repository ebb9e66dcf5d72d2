using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace SmartCardCrm.Server.Audit;

/// <summary>What was done; stable codes.</summary>
internal static class AuditAction
{
    public const string MemberAdded = "member-added";
    public const string MemberRegistered = "member-registered";
    public const string MemberErased = "member-erased";
    public const string MemberExported = "member-exported";
    public const string CardsMoved = "cards-moved";
    public const string AdjustmentProposed = "adjustment-proposed";
    public const string AdjustmentMade = "adjustment-made";
    public const string AdjustmentRejected = "adjustment-rejected";
    public const string CardPlanned = "card-planned";
    public const string CardBlocked = "card-blocked";
    public const string CardUnblocked = "card-unblocked";
    public const string RetirementBegun = "card-retirement-begun";
    public const string RetirementCancelled = "card-retirement-cancelled";
    public const string CardRetired = "card-retired";
    public const string CardKeysBegun = "card-keys-begun";
    public const string CardKeysChanged = "card-keys-changed";
    public const string OfferGiven = "card-offer-given";
    public const string OfferTaken = "card-offer-taken";
    public const string BatchOrdered = "card-batch-ordered";
    public const string BenchBegun = "card-bench-begun";
    public const string BenchEnded = "card-bench-ended";
    public const string StockRegistered = "card-stock-registered";
    public const string RulesPublished = "rules-published";
    public const string RulesRetired = "rules-retired";
    public const string DraftMade = "rule-draft-made";
    public const string DraftChanged = "rule-draft-changed";
    public const string DraftDiscarded = "rule-draft-discarded";
    public const string DraftScheduled = "rule-draft-scheduled";
    public const string DraftWithdrawn = "rule-draft-withdrawn";
    public const string DraftPublished = "rule-draft-published";
    public const string LimitsIssued = "limits-issued";
    public const string TokenMade = "terminal-token-made";
    public const string TerminalEnrolled = "terminal-enrolled";
    public const string TerminalRenewed = "terminal-renewed";
    public const string TerminalRevoked = "terminal-revoked";
    public const string StaffAdded = "staff-added";
    public const string StaffLocked = "staff-locked";
    public const string StaffChanged = "staff-changed";
    public const string StaffDisabled = "staff-disabled";
    public const string StaffEnabled = "staff-enabled";
    public const string StaffReset = "staff-reset";
    public const string StaffJoined = "staff-joined";
    public const string StaffFactorSet = "staff-second-factor-set";
    public const string StaffFactorRemoved = "staff-second-factor-removed";
    public const string StaffPasskeyAdded = "staff-passkey-added";
    public const string StaffPasskeyRemoved = "staff-passkey-removed";
    public const string StaffRecovered = "staff-recovery-code-used";
    public const string StaffTokenMade = "staff-token-made";
    public const string StaffTokenRevoked = "staff-token-revoked";
    public const string BookRestored = "book-restored";
    public const string ExceptionAssigned = "exception-assigned";
    public const string ExceptionNoted = "exception-noted";
    public const string ExceptionProposed = "exception-proposed";
    public const string ExceptionResolved = "exception-resolved";
    public const string ExceptionRejected = "exception-rejected";
    public const string BookRebuilt = "book-rebuilt";
    public const string PeriodClosed = "period-closed";
    public const string TierGranted = "tier-granted";
    public const string TierRevoked = "tier-revoked";
    public const string CertificateMade = "certificate-made";
    public const string OpeningLoaded = "opening-loaded";
    public const string OpeningUndone = "opening-undone";
    public const string KeyAdded = "key-added";
    public const string AuthorityRetired = "authority-retired";

    /// <summary>All of them, for lists to choose from.</summary>
    public static readonly IReadOnlyList<string> All =
    [
        MemberAdded, MemberRegistered, MemberErased, MemberExported, CardsMoved, AdjustmentProposed,
        AdjustmentMade, AdjustmentRejected, CardPlanned, CardBlocked, CardUnblocked,
        RetirementBegun, RetirementCancelled, CardRetired, CardKeysBegun, CardKeysChanged, OfferGiven,
        OfferTaken, BatchOrdered, BenchBegun, BenchEnded, StockRegistered, RulesPublished, RulesRetired,
        DraftMade, DraftChanged, DraftDiscarded, DraftScheduled, DraftWithdrawn, DraftPublished,
        LimitsIssued, TokenMade, TerminalEnrolled, TerminalRenewed, TerminalRevoked, StaffAdded,
        StaffLocked, StaffChanged, StaffDisabled, StaffEnabled, StaffReset, StaffJoined, StaffFactorSet,
        StaffFactorRemoved, StaffPasskeyAdded, StaffPasskeyRemoved, StaffRecovered, StaffTokenMade,
        StaffTokenRevoked, BookRestored, ExceptionAssigned, ExceptionNoted, ExceptionProposed,
        ExceptionResolved, ExceptionRejected, BookRebuilt, PeriodClosed, TierGranted, TierRevoked,
        CertificateMade, OpeningLoaded, OpeningUndone, KeyAdded, AuthorityRetired,
    ];
}

/// <summary>Who did something.</summary>
internal static class AuditActor
{
    /// <summary>Whoever holds the operator's token.</summary>
    public const string Operator = "operator";

    /// <summary>The server, by itself.</summary>
    public const string Server = "server";

    /// <summary>Whoever is signed in, or holds the token.</summary>
    public static string Of(HttpContext? context) => context?.User.Identity?.Name
        ?? throw new InvalidOperationException("Nobody is signed in, and something is being changed.");

    public static string Terminal(long number) => $"terminal:{number}";

    /// <summary>Somebody who holds the operator's token, by the name that he says he has.</summary>
    public static string OperatorAs(string name) => $"{Operator}:{name}";

    /// <summary>Whether two may be one person: by name, or because both held the operator's token.</summary>
    public static bool MayBeOne(string one, string other) =>
        string.Equals(one, other, StringComparison.OrdinalIgnoreCase)
        || (IsOperator(one) && IsOperator(other));

    private static bool IsOperator(string actor) =>
        actor == Operator || actor.StartsWith(OperatorAs(""), StringComparison.Ordinal);
}

/// <summary>One change, as the log keeps it.</summary>
internal sealed record AuditEntry
{
    /// <summary>1, 2, 3 …</summary>
    public long Number { get; init; }
    public long AtUs { get; init; }

    /// <summary>Who: a staff name, or one of <see cref="AuditActor"/>.</summary>
    public string DoneBy { get; init; } = "";

    /// <summary>One of <see cref="AuditAction"/>.</summary>
    public string Action { get; init; } = "";

    /// <summary>What was changed, as kind:number.</summary>
    public string Subject { get; init; } = "";

    /// <summary>JSON: what it was and what it is, and why; or empty. Nothing that names a customer: this log
    /// is never shortened.</summary>
    public string Detail { get; init; } = "";

    /// <summary>As the log keeps it, 32 bytes.</summary>
    public byte[] ChainHash { get; init; } = [];

    /// <summary>What <see cref="ChainHash"/> must be: SHA-256 over the hash before (32 bytes, zeros before
    /// the first), number and instant (64 bits each, little-endian), and the four texts in this order, each
    /// with its length in bytes before it (32 bits).</summary>
    public byte[] HashAfter(ReadOnlySpan<byte> before)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(before);
        Span<byte> number = stackalloc byte[sizeof(long)];
        foreach (var value in new[] { Number, AtUs })
        {
            BinaryPrimitives.WriteInt64LittleEndian(number, value);
            hash.AppendData(number);
        }

        foreach (var text in new[] { DoneBy, Action, Subject, Detail })
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            BinaryPrimitives.WriteInt32LittleEndian(number, bytes.Length);
            hash.AppendData(number[..sizeof(int)]);
            hash.AppendData(bytes);
        }

        return hash.GetHashAndReset();
    }
}
