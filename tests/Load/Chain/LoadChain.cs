using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.Demo;
using SmartCardCrm.Server.Cards;
using SmartCardCrm.Server.Members;
using SmartCardCrm.Server.Programmes;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.Server.Sync;
using SmartCardCrm.Server.Terminals;
using SmartCardCrm.Server.Vault;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Load.Chain;

/// <summary>A chain whose cards go from terminal to terminal and buy: all that its server is to have in the
/// end.
/// </summary>
internal sealed class LoadChain
{
    private const string Zone = "America/New_York";

    // Of a hundred sales so many are in the card's own store; each terminal is one.
    private const int AtHome = 95;

    private readonly List<LoadTerminal> _terminals = [];
    private readonly List<PaperCard> _cards = [];
    private readonly Dice _dice;
    private readonly TimeProvider _clock;

    private LoadChain(Dice dice, TimeProvider clock) => (_dice, _clock) = (dice, clock);

    public IReadOnlyList<LoadTerminal> Terminals => _terminals;

    public IReadOnlyList<PaperCard> Cards => _cards;

    public int Sales { get; private set; }

    public long Earned { get; private set; }

    /// <summary>Writes terminals, members and cards into a new book that no server has yet.</summary>
    public static LoadChain Found(
        Database book, KeyVault vault, int terminals, int cards, Dice dice, TimeProvider clock)
    {
        var chain = new LoadChain(dice, clock);
        FeedEpoch.Begin(book, RandomNumberGenerator.Fill);
        new ProgrammeBook(book, vault, clock).SeedFirst();
        var authority = new TerminalAuthority(vault, clock);
        for (var terminal = 1u; terminal <= terminals; terminal++)
            chain._terminals.Add(Enrol(book, vault, authority, terminal));
        new LimitsBook(book, vault, clock).SeedMissing();
        var (members, births) = (new MemberBook(book, vault, clock), new CardBook(book, vault, clock));
        for (var card = 1; card <= cards; card++)
        {
            var member = members.Add(1, new NewMember($"Member {card}", Phone: null, "en"), "test");
            var home = chain._terminals[(card - 1) % terminals].Number;
            chain._cards.Add(Issue(births, vault, UidOf(card), member.Id, home));
        }

        return chain;
    }

    /// <summary>Some card buys something somewhere.</summary>
    public void Sell()
    {
        var one = _dice.Below(_cards.Count);
        var card = _cards[one];
        var terminal = _terminals[(_dice.Below(100) < AtHome ? one : _dice.Below(_terminals.Count))
            % _terminals.Count];
        Sell(card, terminal, 100 + _dice.Below(10_000));
    }

    /// <summary>A card buys something at a terminal.</summary>
    /// <param name="amount">Minor units.</param>
    public void Sell(PaperCard card, LoadTerminal terminal, int amount)
    {
        var read = card.Newest;
        var record = read with
        {
            Counter = read.Counter + 1,
            Time = DateTimeOffset.FromUnixTimeSeconds(_clock.GetUtcNow().ToUnixTimeSeconds()),
            Terminal = terminal.Number,
            Sequence = terminal.Head + 1,
            Kind = LogKind.Sale,
            Circumstances = Circumstances.Offline,
            RuleSetVersion = 1,
            Earned = amount / 100,
            Redeemed = 0,
            Amount = amount,
            BalanceAfter = read.BalanceAfter + (amount / 100),
        };
        var commit = card.Sell(record, terminal.Sign(card.Uid, record.Counter));
        var now = _clock.Microseconds();
        var meant = PaperWire.IntentOf(card, read, commit, ContextOf(record));
        meant.Lines.Add(new BasketLine { QuantityMilli = 1000, AmountMinor = record.Amount });
        var intent = terminal.Write(new EntryBody { RecordedAtUs = now, Intent = meant });
        terminal.Write(new EntryBody
        {
            RecordedAtUs = now,
            Outcome = PaperWire.OutcomeOf(card, intent, commit),
        });
        Sales++;
        Earned += record.Earned;
    }

    /// <summary>Of the first card, the second, …</summary>
    public static Uid UidOf(int card) =>
        Uid.FromBytes(
            [0x04, 0x4C, 0x4F, 0x41, (byte)(card >> 16), (byte)((card >> 8) & 0xFF), (byte)(card & 0xFF)]);

    private static LoadTerminal Enrol(
        Database book, KeyVault vault, TerminalAuthority authority, uint number)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=load", key, HashAlgorithmName.SHA256).CreateSigningRequest();
        using var open = authority.IssueForTerminal(request, number);
        book.Write(db => TerminalBook.Insert(
            db,
            new Server.Terminals.Terminal
            {
                Number = number,
                Name = $"Till {number}",
                Programme = 1,
                Store = number,
                StoreZone = Zone,
                EnrolledUs = 1,
            },
            open.RawData));
        return new LoadTerminal(number, open.CopyWithPrivateKey(key), vault.ReaderIdKey(number))
        {
            Authority = X509CertificateLoader.LoadCertificate(authority.Certificate.Span),
        };
    }

    private static PaperCard Issue(CardBook births, KeyVault vault, Uid uid, long member, uint home)
    {
        var plan = ((PlanAnswer.Planned)births.Plan(uid, member, vault.NewestVersions, "test")).Plan;
        var card = new PaperCard(
            uid, (ulong)plan.Card.Number, vault.TransactionMacKey(uid, plan.Card.TmKeyVersion));
        var born = births.CompleteBirth(uid, card.Bear(plan.Content).Evidence, home);
        return born is Verdict.Accepted ? card : throw new InvalidOperationException($"{uid}: {born}");
    }

    private static SaleContext ContextOf(LogRecord written) => new()
    {
        Programme = 1,
        Currency = "USD",
        Store = written.Terminal,
        StoreZone = Zone,
        BusinessDate = written.Time.UtcDateTime.ToString(
            "yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture),
        RuleSetVersion = written.RuleSetVersion,
        LocalTime = written.Time.UtcDateTime.ToString(
            "yyyy-MM-ddTHH:mm:ss", System.Globalization.CultureInfo.InvariantCulture),
    };
}
