using System.Text.Json;
using System.Text.Json.Serialization;
using SmartCardCrm.Loyalty.Programme;
using SmartCardCrm.Server.Audit;
using SmartCardCrm.Server.Cards;
using SmartCardCrm.Server.Ledger;
using SmartCardCrm.Server.Members;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.Server.Sync;

namespace SmartCardCrm.Server.Reports;

/// <summary>What is held about a card of a member's.</summary>
internal sealed record HeldCard(
    CardRow Card, IReadOnlyList<HeldBlock> Blocks, IReadOnlyList<HeldOffer> Offers);

/// <summary>One time that a card was blocked, or let in again.</summary>
internal sealed record HeldBlock(bool Blocked, string Reason, long DoneUs);

/// <summary>An offer that a card has, or gets.</summary>
internal sealed record HeldOffer(long Offer, string UntilDay, long Uses, long GivenUs);

/// <summary>Something that a member did, with what was in the basket where the till has told.</summary>
internal sealed record HeldOperation(TransactionRow Operation, IReadOnlyList<BasketLine> Basket);

/// <summary>Points that were moved by hand for a member.</summary>
internal sealed record HeldAdjustment(
    long Number, long? Card, long Points, string Reason, string State, long AskedUs);

/// <summary>A tier that was given to a member.</summary>
internal sealed record HeldTier(long Tier, string FromDay, string ThroughDay, string Reason, long DoneUs);

/// <summary>All that headquarters holds about one member: nothing about its staff, and no key.</summary>
internal sealed record MemberRecord(Member Member, MemberPoints Points)
{
    public IReadOnlyList<HeldCard> Cards { get; init; } = [];

    /// <summary>The newest first.</summary>
    public IReadOnlyList<HeldOperation> Operations { get; init; } = [];
    public IReadOnlyList<AccountMove> AccountMoves { get; init; } = [];
    public IReadOnlyList<HeldAdjustment> Adjustments { get; init; } = [];
    public IReadOnlyList<HeldTier> Tiers { get; init; } = [];
}

/// <summary>Tells a member all that is held about him, as he may ask for.</summary>
internal sealed class MemberExport(
    Database database, MemberPointsReport points, CardList cards, BlockBook blocks, OfferBook offers,
    TransactionList transactions, TierGrants tiers, TimeProvider clock)
{
    private const int RowsAtOnce = 1_000;

    /// <summary>All of it; null where there is no such member.</summary>
    public MemberRecord? Of(long id)
    {
        if (database.Read(db => MemberBook.Find(db, id)) is not { } member)
            return null;
        return new MemberRecord(member, points.Of(member))
        {
            Cards = [.. cards.OfMember(id).Select(Held)],
            Operations = [.. Operations(id)],
            AccountMoves = new AccountMoves(database).Newest(id, int.MaxValue),
            Adjustments =
            [
                .. database.Read(db => Adjustment.Of(db, id)).Select(one => new HeldAdjustment(
                    one.Number, one.Card, one.Points, one.Reason, one.State, one.AskedUs)),
            ],
            Tiers =
            [
                .. tiers.Of(id)!.Grants.Select(grant => new HeldTier(
                    grant.Tier, grant.FromDay, grant.ThroughDay, grant.Reason, grant.DoneUs)),
            ],
        };
    }

    /// <summary>As a file, UTF-8 JSON; that it was asked for stands in the log of changes.</summary>
    /// <param name="id">The member.</param>
    /// <param name="by">Who asks.</param>
    /// <returns>Null where there is no such member.</returns>
    public byte[]? AsFile(long id, string by)
    {
        if (Of(id) is not { } held)
            return null;
        database.Write(db => AuditLog.Write(
            db, clock.Microseconds(), by, AuditAction.MemberExported, $"member:{id}"));
        return JsonSerializer.SerializeToUtf8Bytes(held, MemberExportJson.Default.MemberRecord);
    }

    private HeldCard Held(CardRow card) => new(
        card,
        [.. blocks.History(card.Number).Blocks.Select(b => new HeldBlock(b.Blocked, b.Reason, b.DoneUs))],
        [
            .. offers.Of(card.Number).Select(one =>
                new HeldOffer(one.Offer, one.UntilDay, one.Uses, one.GivenUs)),
        ]);

    private IEnumerable<HeldOperation> Operations(long member)
    {
        for (var skip = 0; ; skip += RowsAtOnce)
        {
            var page = transactions.OfMember(member, skip, RowsAtOnce);
            foreach (var row in page.Rows)
                yield return new HeldOperation(row, BasketOf(row));
            if (page.Rows.Count < RowsAtOnce)
                yield break;
        }
    }

    private static IReadOnlyList<BasketLine> BasketOf(TransactionRow row) =>
        row.Intent is { } body && JournalReading.TermsOf(body) is { } intent
            ? JournalReading.AskedBy(intent)?.Basket.Lines ?? []
            : [];
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    WriteIndented = true)]
[JsonSerializable(typeof(MemberRecord))]
internal sealed partial class MemberExportJson : JsonSerializerContext;
