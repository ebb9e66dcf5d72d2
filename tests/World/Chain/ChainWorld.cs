using Microsoft.Extensions.Logging.Abstractions;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.Server.Vault;
using SmartCardCrm.SyncContract;
using SmartCardCrm.Terminal;
using SmartCardCrm.Terminal.Keys;

namespace SmartCardCrm.World;

/// <summary>A whole chain: headquarters, terminals, cards and the people who use them.</summary>
internal sealed class ChainWorld : IDisposable
{
    private static readonly DateTimeOffset Beginning = new(2026, 1, 5, 12, 0, 0, TimeSpan.Zero);
    public static readonly TimeZoneInfo StoreZone = TimeZoneInfo.FindSystemTimeZoneById("America/New_York");

    private readonly List<TerminalMachine> _terminals = [];
    private readonly Dictionary<Uid, List<PhysicalCard>> _cards = [];
    private readonly SortedDictionary<string, long> _strikes = new(StringComparer.Ordinal);
    private readonly Dice _timeDice;
    private readonly Dice _startDice;

    public ChainWorld(WorldPlan plan)
    {
        Plan = plan;
        Timeline = new Timeline(Beginning);
        Story = new Story(Timeline);
        _timeDice = Dice.For(plan.Seed, "time");
        _startDice = Dice.For(plan.Seed, "server starts");
        NetworkDice = Dice.For(plan.Seed, "network");
        ServerDice = Dice.For(plan.Seed, "server");
        DiskDice = Dice.For(plan.Seed, "disk");
        Disks = new DiskRoom(Dice.For(plan.Seed, "sqlite"), Beginning);
        Vault = KeyVault.Holding(
            VaultContent.Create(Dice.For(plan.Seed, "vault").Fill, Signer.Key, Beginning));
        Truth = new Truth(this);
        Promises = new Promises(this);
        Book = new BookWatch(this);
        Frauds = new Frauds(this);
        Accounts = new Accounts(this);
        Knowing = new Knowing(this);
        Office = new HeadOffice(this);
        Personnel = new Personnel(this);
        Blocks = new BlockDesk(this);
        Thief = new Thief(this);
        Server = new ServerMachine(this);
        Cashier = new Cashier(this);
        Caretaker = new Caretaker(this);
        Weather = new Weather(this, TimeSpan.FromHours(1));
    }

    public WorldPlan Plan { get; }

    public Timeline Timeline { get; }

    public Story Story { get; }

    public RunDigest Digest { get; } = new();

    public DiskRoom Disks { get; }

    public KeyVault Vault { get; }

    public RepeatableSigner Signer { get; } = new();

    public TerminalTrust TrustOf(uint terminal) =>
        new(new TrustedAuthorities(Signer.Key), Signer.CertificateOf(terminal), Signer.SignBytes);

    public WorldSecrets Secrets => new(Vault, Signer);

    public Dice NetworkDice { get; }

    public Dice ServerDice { get; }

    public Dice DiskDice { get; }

    public Truth Truth { get; }

    public Promises Promises { get; }

    public BookWatch Book { get; }

    public Frauds Frauds { get; }

    public Accounts Accounts { get; }

    public Knowing Knowing { get; }

    public HeadOffice Office { get; }

    public Personnel Personnel { get; }

    public BlockDesk Blocks { get; }

    public Thief Thief { get; }

    public ServerMachine Server { get; }

    public Cashier Cashier { get; }

    public Caretaker Caretaker { get; }

    public Weather Weather { get; set; }

    public Visited Visited { get; } = new();

    /// <summary>The counters of all stores.</summary>
    public List<Place> Places { get; } = [];

    /// <summary>Simulated time of all counters together.</summary>
    public TimeSpan TerminalTime => (Timeline.Now - Timeline.Start) * Places.Count;

    /// <summary>All that were ever enrolled.</summary>
    public IReadOnlyList<TerminalMachine> Terminals => _terminals;

    /// <summary>How often each kind of fault struck.</summary>
    public IReadOnlyDictionary<string, long> Strikes => _strikes;

    /// <summary>The server has lost what it had acknowledged, by a backup or a lying disk.</summary>
    public bool WasRestored { get; set; }

    /// <summary>Opens headquarters for the first time.</summary>
    public void Open()
    {
        Truth.Demand(Server.Start(), "liveness", "the server does not start on a new disk");
    }

    /// <summary>A new terminal for a store, running; null where headquarters did not answer.</summary>
    public TerminalMachine? Enrol(int store)
    {
        if (!Server.IsUp || Office.Enrol(store) is not (> 0 and var number))
            return null;
        var terminal = new TerminalMachine(this, number, store);
        _terminals.Add(terminal);
        terminal.Start();
        terminal.Line.Connect();
        return terminal;
    }

    /// <summary>A card exists from now on.</summary>
    public void Take(PhysicalCard card)
    {
        if (!_cards.TryGetValue(card.Uid, out var cards))
            _cards[card.Uid] = cards = [];
        cards.Add(card);
    }

    /// <summary>All cards, the oldest first; copies of one card are cards of their own.</summary>
    public IEnumerable<PhysicalCard> Cards => _cards.Values.SelectMany(cards => cards);

    /// <summary>What chips with this UID have committed.</summary>
    public IEnumerable<TrueCommit> CommitsOf(Uid uid) =>
        _cards.TryGetValue(uid, out var cards) ? cards.SelectMany(card => card.Commits) : [];

    /// <summary>A fault has struck.</summary>
    public void Strike(Fault fault)
    {
        var name = fault.ToString();
        _strikes[name] = _strikes.GetValueOrDefault(name) + 1;
    }

    /// <summary>The keys that a terminal holds in memory.</summary>
    public TerminalKeys KeysFor(uint terminal)
    {
        var keys = new TerminalKeys();
        keys.Replace(
            [.. Vault.TerminalMasters.Select(m => new MasterKey(m.Number, m.Version, m.Key))],
            Vault.ReaderIdKey(terminal));
        return keys;
    }

    /// <summary>What taps that headquarters decides take from outside.</summary>
    public TapSurroundings ServerTaps => new(Server.Clock, ServerDice.Fill, NullLogger.Instance);

    public static TerminalProfile ProfileOf(TerminalMachine terminal) =>
        new(terminal.Number, Programme: 1, (uint)terminal.Store, StoreZone);

    /// <summary>A terminal's own randomness, another after each start.</summary>
    public FillRandom RandomOf(TerminalMachine terminal) => new Dice(_timeDice.Next() ^ terminal.Number).Fill;

    /// <summary>The server's own randomness, another after each start.</summary>
    public FillRandom RandomOfServer() => new Dice(_startDice.Next()).Fill;

    /// <summary>Whether a terminal does not know a card, and so lets it redeem nothing.</summary>
    public bool IsStranger(uint terminal, Uid card) =>
        _terminals.Find(t => t.Number == terminal)?.Till?.Replica.Find(card) is null;

    /// <summary>Whether a terminal whose disk is to be trusted has been told not to serve a card.</summary>
    public bool IsListed(uint terminal, Uid card) =>
        _terminals.Find(t => t.Number == terminal) is { DiskBetrayed: false } told && told.Listing.Has(card);

    /// <summary>The newest rules that a terminal was told; 0 where it was told none.</summary>
    public int RulesKnownBy(uint terminal) =>
        _terminals.Find(t => t.Number == terminal)?.RulesKnown ?? 0;

    /// <summary>When a terminal last had all that headquarters says; the year 1 where it never had.</summary>
    public DateTimeOffset HeardAllAt(uint terminal) =>
        _terminals.Find(t => t.Number == terminal)?.HeardAll ?? default;

    /// <summary>A terminal has stored what headquarters told it.</summary>
    public void Told(TerminalMachine terminal, FeedBatch feed)
    {
        Knowing.Told(terminal, feed);
        terminal.Listing.Told(feed);
        if (feed.AsOfUs > 0)
            terminal.HeardAll = Timeline.Now;
        foreach (var item in feed.Items)
        {
            if (item.RuleSet is { } rules)
                terminal.RulesKnown = Math.Max(terminal.RulesKnown, (int)rules.Version);
        }
    }

    /// <summary>Time passes between a terminal and a card; now and then the network says something
    /// meanwhile.</summary>
    public void PassWithin(TimeSpan most)
    {
        Timeline.Pass(_timeDice.Chance(0.02) ? most * 40 : _timeDice.Within(most));
        if (_timeDice.Chance(0.3))
            Timeline.LetMessagesArrive();
    }

    /// <summary>Whether a terminal's disk has lost or changed what it had taken.</summary>
    public bool WasBetrayed(uint terminal) => _terminals.Exists(t => t.Number == terminal && t.DiskBetrayed);

    /// <summary>Another terminal stands in its place.</summary>
    public bool IsGone(TerminalMachine terminal) => Places.TrueForAll(p => p.Terminal != terminal);

    /// <summary>A customer leaves a counter with a doubt, and may go to others soon before coming back: up to
    /// more of them than a card's log can tell of.</summary>
    public void CarriedAway(PhysicalCard card, TerminalMachine from)
    {
        if (_timeDice.Chance(0.7))
            Wander(card, from, _timeDice.Pick([0, 1, 2, 4, 7, 10, 13]));
    }

    /// <summary>Whether the book need not match this card: what happened on it was lost with a disk, or it
    /// is not to be trusted, or it never came back.</summary>
    public bool IsExcused(PhysicalCard card) =>
        card.Tampered || card.Lost || card.IsRefused
        || card.Commits.Any(c => _terminals.Exists(
            t => t.Number == c.Record.Terminal
                && (t.DiskBetrayed || (t.Halted is not null && !t.IsGoneForGood))));

    /// <summary>Whether a thief has made a chip with this UID.</summary>
    public bool IsForged(string? uid) => Thief.Forged.Any(c => c.Uid.ToString() == uid);

    /// <summary>Whether what a terminal reports may contradict itself.</summary>
    public bool IsExcused(long? terminal) => _terminals.Exists(t => t.Number == terminal && t.DiskBetrayed);

    /// <summary>Whether the network delivers this message a second time.</summary>
    public bool DeliversTwice() => Plan.Faults.HasFlag(Fault.Network) && NetworkDice.Chance(0.03);

    public void Dispose()
    {
        foreach (var terminal in _terminals)
            terminal.End();
        Server.End();
        Thief.Dispose();
        Vault.Dispose();
        Disks.Dispose();
    }

    private void Wander(PhysicalCard card, TerminalMachine from, int others)
    {
        // Quickly: headquarters soon hears of the next commit, settles the doubt and tells the terminal. The
        // terminal serves nobody before its patience is over.
        var hop = _timeDice.Within(TimeSpan.FromSeconds(20));
        Timeline.After(others == 0 ? hop + (Purchase.Patience * 1.5) : hop, () =>
        {
            var terminal = others == 0 ? from : _timeDice.Pick(Places).Terminal;
            if (others == 0 || terminal != from)
                Cashier.Serve(terminal, card, 100 + _timeDice.Below(1000), _timeDice.Below(30));
            if (others > 0)
                Wander(card, from, others - 1);
        });
    }
}
