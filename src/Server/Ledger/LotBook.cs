using SmartCardCrm.CardProtocol;
using SmartCardCrm.Loyalty.Ledger;
using SmartCardCrm.Server.Cards;
using SmartCardCrm.Server.Members;
using SmartCardCrm.Server.Storage;

namespace SmartCardCrm.Server.Ledger;

/// <summary>
/// Posts what days do to members' points: those given for later become active, and others expire. A member's
/// lots are reckoned anew from all that has moved his points, and what is posted already is made to agree; so
/// what arrives late, or is taken back, puts it right by itself.
/// </summary>
internal static class LotBook
{
    /// <summary>A member's lots as they are today, by what has arrived so far.</summary>
    public static MemberLots Of(DbSession db, Member member, DateOnly today) =>
        Of(MemberRows.Of(db, member.Id), member, today);

    /// <inheritdoc cref="Of(DbSession, Member, DateOnly)"/>
    public static MemberLots Of(MemberRows rows, Member member, DateOnly today) =>
        Of(rows, member, today, PostedOf(rows, member.Id));

    /// <summary>Makes what is posted agree, moves it to or from the member's card, and tells the card what
    /// expires next.</summary>
    /// <returns>The next day that changes something by itself; null for none.</returns>
    public static DateOnly? Review(OpenBook book, Member member, DateOnly today)
    {
        var rows = MemberRows.Of(book.Db, member.Id);
        var posted = PostedOf(rows, member.Id);
        var lots = Of(rows, member, today, posted);
        var byNumber = lots.Lots.ToDictionary(lot => lot.Number);
        foreach (var number in byNumber.Keys.Union(posted.Keys.Select(place => place.Number)))
        {
            var place = JournalPlace.OfNumber(number);
            Post(
                book, member, place, posted.GetValueOrDefault(place) ?? new Posted(),
                byNumber.GetValueOrDefault(number), today);
        }

        AccountDelivery.Review(book, member.Id);
        Tell(book, member.Id, lots.NextExpiry(today));
        return lots.NextDay(today);
    }

    /// <summary>Points that operations gave a member for later, whether they have become active or
    /// not.</summary>
    public static IReadOnlyDictionary<JournalPlace, long> LaterOf(MemberRows rows, long member) =>
        LaterOf(PostedOf(rows, member));

    private static Dictionary<JournalPlace, long> LaterOf(Dictionary<JournalPlace, Posted> posted) =>
        posted.Where(one => one.Value.Later > 0).ToDictionary(one => one.Key, one => one.Value.Later);

    private static MemberLots Of(
        MemberRows rows, Member member, DateOnly today, Dictionary<JournalPlace, Posted> posted) =>
        MemberLots.Of(
            new LotHistory(rows, new MemberHistory(rows, member, today)).Of(LaterOf(posted)), today);

    // Where an operation is no longer one (the till went on without it) nothing of it counts.
    private static void Post(
        OpenBook book, Member member, JournalPlace place, Posted before, Lot? lot, DateOnly today)
    {
        var activated = lot?.ActiveOn <= today ? Math.Max(before.Later - before.TakenBefore, 0) : 0;
        var expired = lot?.Expired ?? 0;
        LedgerBook.Post(book, member.Programme, place,
        [
            .. Postings.Activated(member.Id, activated - before.Activated),
            .. Postings.HaveExpired(member.Id, expired - before.Expired),
            .. lot is null && before.Later > 0 ? Postings.ForLater(member.Id, -(int)before.Later) : [],
        ]);
        if ((activated, expired) == (before.Activated, before.Expired))
            return;
        book.Db.Run(
            """
            INSERT INTO lot (terminal, sequence, member, activated, expired)
            VALUES (@Terminal, @Sequence, @Id, @activated, @expired)
            ON CONFLICT (terminal, sequence) DO UPDATE
                SET activated = excluded.activated, expired = excluded.expired
            """,
            new { place.Terminal, place.Sequence, member.Id, activated, expired });
    }

    // A gap in what is known of the card is waited for.
    private static void Tell(OpenBook book, long member, (DateOnly Day, long Points)? next)
    {
        if (Card.FindOf(book.Db, member) is { IsUnbroken: true } card)
        {
            ToldExpiries.Tell(book, card, next is { } some
                ? new NextExpiry(some.Day, (int)Math.Min(some.Points, int.MaxValue))
                : NextExpiry.None);
        }
    }

    private static Dictionary<JournalPlace, Posted> PostedOf(MemberRows rows, long member)
    {
        var posted = new Dictionary<JournalPlace, Posted>();
        foreach (var row in rows.Lots[member])
        {
            posted[row.Place] = new Posted
            {
                Later = row.Activated,
                Activated = row.Activated,
                Expired = row.Expired,
            };
        }

        foreach (var row in rows.Pending[member])
        {
            var one = posted.GetValueOrDefault(row.Place) ?? new Posted();
            posted[row.Place] = one with { Later = row.Pending + one.Activated };
        }

        foreach (var row in rows.TakenBefore[member])
        {
            var one = posted.GetValueOrDefault(row.Place) ?? new Posted();
            posted[row.Place] = one with { TakenBefore = -row.Pending };
        }

        return posted;
    }

    /// <summary>What is posted of an operation's points.</summary>
    private sealed record Posted
    {
        /// <summary>Given for later; below zero a return's, which took some.</summary>
        public long Later { get; init; }

        /// <summary>What of that was taken back before it was active.</summary>
        public long TakenBefore { get; init; }
        public long Activated { get; init; }
        public long Expired { get; init; }
    }
}
