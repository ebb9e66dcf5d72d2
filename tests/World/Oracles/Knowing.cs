using Google.Protobuf;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.World;

/// <summary>A terminal is told of the cards that were in its store, and of no others.</summary>
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
    }

    private IEnumerable<(PhysicalCard Card, int Store)> StoresOf(PhysicalCard card) =>
        card.Commits.Select(commit => commit.Record.Terminal)
            .Join(world.Terminals, number => number, terminal => terminal.Number, (_, t) => t.Store)
            .Distinct().Select(store => (card, store));

    private static ByteString? UidOf(FeedItem item) => item.Card?.Card.Uid ?? item.CardAction?.Uid;
}
