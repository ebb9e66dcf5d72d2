using SmartCardCrm.CardProtocol;
using SmartCardCrm.Server.Ledger;

namespace SmartCardCrm.Server.Cards;

/// <summary>What a card is to be personalised with: stored before the first command, the same at every
/// attempt.</summary>
/// <param name="Card">The card as it stands in the book.</param>
/// <param name="Content">What personalising writes on the chip.</param>
internal sealed record CardPlan(Card Card, PersonalisationPlan Content);

/// <summary>The answer to a wish for a card.</summary>
internal abstract record PlanAnswer
{
    private PlanAnswer() { }

    /// <summary>Go ahead; also where an earlier attempt got stuck.</summary>
    public sealed record Planned(CardPlan Plan) : PlanAnswer;

    /// <summary>It cannot be.</summary>
    /// <param name="Code">Stable: member-unknown, card-taken (it is another member's, or finished already),
    /// card-programme (a bench has made it for another programme), clock-wrong (the server's, so that no
    /// record can hold the birth's time).</param>
    public sealed record Refused(string Code) : PlanAnswer;
}

/// <summary>Makes the content of a plan from what the book keeps of it. Pure, so that it comes out the same
/// each time.</summary>
internal static class BirthPlan
{
    /// <summary>The server's own terminal number, under which it commits births.</summary>
    public const uint ServerTerminal = 0;

    /// <param name="card">The card as planned.</param>
    /// <param name="language">The member's language.</param>
    /// <param name="readerKey">The server's own reader-id key. Not owned.</param>
    public static PersonalisationPlan Of(Card card, string language, ReaderIdKey readerKey)
    {
        var born = DateTimeOffset.FromUnixTimeSeconds(card.BirthSeconds);
        DateOnly? expiry = card.BirthExpiryDay == 0 ? null : DateOnly.FromDayNumber((int)card.BirthExpiryDay);
        var identity = card.Batch > 0 ? CardBatch.IdentityOf(card.Programme, card.Number, card.Batch) : new()
        {
            Origin = (Origin)card.BirthFlags,
            Programme = (uint)card.Programme,
            CardNumber = (ulong)card.Number,
            Generation = (ushort)card.Generation,
            Issued = DateOnly.FromDateTime(born.UtcDateTime),
            Expiry = expiry,
        };
        var birth = new LogRecord
        {
            Counter = 1,
            Time = born,
            Terminal = ServerTerminal,
            Sequence = (uint)card.PlanId,
            Kind = LogKind.Birth,
            Circumstances = Circumstances.Centralised,
            RuleSetVersion = (ushort)card.BirthRuleSet,
            CardNumber = (ulong)card.Number,
            CardExpiry = expiry,
        };
        var readerId = readerKey.Sign(card.ChipUid, ServerTerminal, (uint)card.PlanId, birth.Counter);
        return new PersonalisationPlan(
            identity, new MemberProfile { Language = language }, birth, card.BalanceMost, readerId);
    }

    /// <summary>Where the birth stands in the server's own journal.</summary>
    public static JournalPlace PlaceOf(Card card) => new(ServerTerminal, card.PlanId);
}
