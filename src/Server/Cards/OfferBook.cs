using System.Globalization;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.Loyalty.CardActions;
using SmartCardCrm.Server.Audit;
using SmartCardCrm.Server.Ledger;
using SmartCardCrm.Server.Storage;
using CardStatus = SmartCardCrm.SyncContract.CardStatus;

namespace SmartCardCrm.Server.Cards;

/// <summary>An offer that a card has, or gets at its next tap.</summary>
internal sealed record OfferRow
{
    public long Offer { get; init; }

    /// <summary>The last day, yyyy-MM-dd; empty for no end.</summary>
    public string UntilDay { get; init; } = "";
    public long Uses { get; init; }
    public long Kind { get; init; }
    public string GivenBy { get; init; } = "";
    public long GivenUs { get; init; }

    public CardOffer OnCard => new(
        (uint)Offer,
        UntilDay.Length == 0 ? null : DateOnly.ParseExact(UntilDay, "O", CultureInfo.InvariantCulture),
        (byte)Uses, (byte)Kind);
}

/// <summary>An offer that a card is to get.</summary>
/// <param name="Id">The chain's number for it.</param>
/// <param name="Until">Its last day; null for no end.</param>
/// <param name="Uses">How often.</param>
/// <param name="Kind">What the programme makes of it.</param>
/// <param name="By">Who gives it.</param>
internal sealed record WantedOffer(long Id, DateOnly? Until, long Uses, long Kind, string By)
{
    /// <summary>The stable code of what is wrong, or null where nothing is.</summary>
    public string? Refusal =>
        Id is < 1 or > uint.MaxValue || Uses is < 1 or > byte.MaxValue || Kind is < 0 or > byte.MaxValue
            || Until is { } day && !NextExpiry.CanHold(day) ? "offer-range"
        : By.Trim().Length is 0 or > 64 ? "by-length"
        : null;
}

/// <summary>Gives cards offers and takes them away. A card has a small set of them in its member file, which
/// a card action writes anew.</summary>
internal sealed class OfferBook(Database database, ICardSecrets secrets, TimeProvider clock)
{
    /// <param name="number">The card's.</param>
    public IReadOnlyList<OfferRow> Of(long number) => database.Read(db =>
        Card.FindByNumber(db, number) is { } card ? Of(db, card) : []);

    /// <summary>Gives a card an offer, or gives it anew with other terms. The caller has looked at <see
    /// cref="WantedOffer.Refusal"/>.</summary>
    /// <returns>Null where it is done, else a stable code that says why not.</returns>
    public string? Give(long number, WantedOffer wanted) => database.Write(db =>
    {
        if (Card.FindByNumber(db, number) is not { } card)
            return "card-unknown";
        if (card.Status is not (CardStatus.Active or CardStatus.Blocked))
            return "card-not-active";
        DropPast(db, card);
        if (Of(db, card).Count(offer => offer.Offer != wanted.Id) >= MemberFile.OffersMost)
            return "offers-full";
        var book = new OpenBook(db, secrets, clock.Microseconds());
        Put(book, card, wanted);
        Publish(book, card, wanted.By, AuditAction.OfferGiven, wanted.Id);
        return null;
    });

    /// <summary>Takes an offer off a card.</summary>
    /// <returns>Null where it is done, else a stable code that says why not.</returns>
    public string? Take(long number, long offer, string by) => database.Write(db =>
    {
        if (Card.FindByNumber(db, number) is not { } card)
            return "card-unknown";
        if (by.Trim().Length is 0 or > 64)
            return "by-length";
        if (db.List<long>(
            """
            DELETE FROM card_offer WHERE uid = @Uid AND generation = @Generation AND offer = @offer
            RETURNING offer
            """,
            new { card.Uid, card.Generation, offer }).Count == 0)
        {
            return "offer-unknown";
        }

        Publish(
            new OpenBook(db, secrets, clock.Microseconds()), card, by, AuditAction.OfferTaken, offer);
        return null;
    });

    /// <summary>Whoever had the card is forgotten: so is what he was offered.</summary>
    public static void Forget(DbSession db, Card card) => db.Run(
        "DELETE FROM card_offer WHERE uid = @Uid AND generation = @Generation", card);

    private static IReadOnlyList<OfferRow> Of(DbSession db, Card card) => db.List<OfferRow>(
        """
        SELECT offer, until_day, uses, kind, given_by, given_us FROM card_offer
        WHERE uid = @Uid AND generation = @Generation ORDER BY offer
        """,
        new { card.Uid, card.Generation });

    private void DropPast(DbSession db, Card card) => db.Run(
        """
        DELETE FROM card_offer
        WHERE uid = @Uid AND generation = @Generation AND until_day <> '' AND until_day < @today
        """,
        new
        {
            card.Uid,
            card.Generation,
            today = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime)
                .ToString("O", CultureInfo.InvariantCulture),
        });

    private static void Put(OpenBook book, Card card, WantedOffer wanted) => book.Db.Run(
        """
        INSERT INTO card_offer (uid, generation, offer, until_day, uses, kind, given_by, given_us)
        VALUES (@Uid, @Generation, @Id, @until, @Uses, @Kind, @by, @NowUs)
        ON CONFLICT (uid, generation, offer) DO UPDATE SET until_day = excluded.until_day,
            uses = excluded.uses, kind = excluded.kind, given_by = excluded.given_by,
            given_us = excluded.given_us
        """,
        new
        {
            card.Uid,
            card.Generation,
            wanted.Id,
            until = wanted.Until?.ToString("O", CultureInfo.InvariantCulture) ?? "",
            wanted.Uses,
            wanted.Kind,
            by = wanted.By.Trim(),
            book.NowUs,
        });

    private static void Publish(OpenBook book, Card card, string by, string action, long offer)
    {
        AuditLog.Write(
            book.Db, book.NowUs, by.Trim(), action, $"card:{card.Number}", $$"""{"offer":{{offer}}}""");
        CardActionQueue.SetFile(book, card, new MemberFile(card.Language)
        {
            Offers = [.. Of(book.Db, card).Select(row => row.OnCard)],
        });
    }
}
