using Google.Protobuf;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.Server.Sync;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.World;

/// <summary>A terminal is told of the cards that were in its store, and of no others; in the end it has what
/// the feed says.</summary>
internal sealed class Knowing(ChainWorld world)
{
    private const string Invariant = "feed";

    private readonly HashSet<(int Store, Uid Card)> _seen = [];

    /// <summary>A chip with this UID lies on a reader of the store.</summary>
    public void Seen(int store, Uid card) => _seen.Add((store, card));

    /// <summary>A terminal has stored what headquarters told it.</summary>
    public void Told(TerminalMachine terminal, FeedBatch feed)
    {
        foreach (var card in feed.Items.Select(UidOf).OfType<ByteString>())
        {
            var uid = Uid.FromBytes(card.Span);
            Truth.Demand(
                _seen.Contains((terminal.Store, uid)), Invariant,
                $"terminal {terminal.Number} is told of card {uid}, which never was in its store");
        }
    }

    /// <summary>The end: everything is reported.</summary>
    public void Check()
    {
        foreach (var (card, store) in world.Cards.Where(card => !world.IsExcused(card)).SelectMany(StoresOf))
        {
            var unaware = world.Places.Find(
                place => place.Store == store && world.IsStranger(place.Terminal.Number, card.Uid));
            Truth.Demand(
                unaware is null, Invariant,
                $"terminal {unaware?.Terminal.Number} does not know card {card.Uid}, served in its store");
        }

        foreach (var place in world.Places)
            CheckFeed(place.Terminal);
    }

    private void CheckFeed(TerminalMachine terminal)
    {
        var replica = terminal.Till!.Replica;
        var feed = world.Server.Rooms!.Database.Read(
            db => Feed.After(db, terminal.Number, cursor: 0, most: int.MaxValue));
        foreach (var card in feed.Items.Select(item => item.Card).OfType<CardItem>())
        {
            Truth.Demand(
                card.Equals(replica.Find(Uid.FromBytes(card.Card.Uid.Span))?.Item), Invariant,
                $"terminal {terminal.Number} has card {card.Card.Uid.ToBase64()} as headquarters never said");
        }

        foreach (var listing in feed.Items.Select(item => item.Hotlist).OfType<HotlistItem>())
        {
            var uid = Uid.FromBytes(listing.Uid.Span);
            Truth.Demand(
                replica.IsListed(uid) == listing.Listed, Invariant,
                $"terminal {terminal.Number} takes card {uid} for {(listing.Listed ? "free" : "blocked")}");
        }
    }

    private IEnumerable<(PhysicalCard Card, int Store)> StoresOf(PhysicalCard card) =>
        card.Commits.Select(commit => commit.Record.Terminal)
            .Join(world.Terminals, number => number, terminal => terminal.Number, (_, t) => t.Store)
            .Distinct().Select(store => (card, store));

    private static ByteString? UidOf(FeedItem item) => item.Card?.Card.Uid ?? item.CardAction?.Uid;
}
