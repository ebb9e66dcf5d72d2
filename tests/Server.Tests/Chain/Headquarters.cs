using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.Loyalty.CardActions;
using SmartCardCrm.Server.Cards;
using SmartCardCrm.Server.Ledger;
using SmartCardCrm.Server.Members;
using SmartCardCrm.Server.Programmes;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.Server.Sync;
using SmartCardCrm.Server.Terminals;
using SmartCardCrm.SyncContract;
using SmartCardCrm.Taps;

namespace SmartCardCrm.Server.Tests.Chain;

/// <summary>A server's book with its doors, and a chain of tills around it.</summary>
internal sealed class Headquarters : IDisposable
{
    private uint _tills;

    public Headquarters(Database database)
    {
        Database = database;
        Intake = new Server.Sync.Intake(
            database, Secrets, Clock, NullLogger<Server.Sync.Intake>.Instance);
        Cards = new CardBook(database, Secrets, Clock);
        Members = new MemberBook(database, Secrets, Clock);
        Restart(epoch: 1);
        new ProgrammeBook(database, Secrets, Clock).SeedFirst();
    }

    public TestSecrets Secrets { get; } = new();

    public FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 1, 5, 9, 0, 0, TimeSpan.Zero));

    public Database Database { get; }

    public Server.Sync.Intake Intake { get; }

    public CardBook Cards { get; }

    public MemberBook Members { get; }

    /// <summary>The server starts on its book.</summary>
    /// <param name="epoch">The number drawn for this start, as all its bytes.</param>
    public void Restart(byte epoch) => FeedEpoch.Begin(Database, bytes => bytes.Fill(epoch));

    public Till NewTill() => new(++_tills, Secrets, Clock);

    /// <summary>The till's number is an enrolled terminal's.</summary>
    public void Enrol(uint number, long store, string zone = "UTC") =>
        Database.Write(db => TerminalBook.Insert(
            db,
            new Terminal
            {
                Number = number,
                Name = $"Till {number}",
                Programme = 1,
                Store = store,
                StoreZone = zone,
                EnrolledUs = 1,
            },
            BitConverter.GetBytes(number)));

    /// <summary>Issues a card to a new member and books its birth.</summary>
    public Chip Issue(uint number, string? phone = null, uint terminal = 0) =>
        IssueTo(Members.Add(1, new NewMember("Ada", phone, "en"), "test"), number, terminal);

    /// <summary>Issues a card to a member and books its birth.</summary>
    public Chip IssueTo(Member member, uint number, uint terminal = 0)
    {
        var chip = Chip.FromFactory(number);
        Assert.IsType<Verdict.Accepted>(
            Cards.CompleteBirth(chip.Uid, Personalise(chip, Plan(chip.Uid, member)), terminal));
        return chip;
    }

    /// <summary>Books the birth of a card that a twin of this book has issued: both make the same
    /// plans.</summary>
    public void Adopt(Uid uid)
    {
        var twin = Chip.Blank(uid);
        Assert.IsType<Verdict.Accepted>(Cards.CompleteBirth(uid, Personalise(twin), terminal: 0));
    }

    /// <summary>Plans and personalises a card; its birth is not booked yet.</summary>
    public CommitEvidence Personalise(Chip chip) => Personalise(chip, Plan(chip.Uid));

    public static CommitEvidence Personalise(Chip chip, CardPlan plan)
    {
        using var keys = TestSecrets.KeysFor(chip.Uid);
        return Personalisation.Run(chip, plan.Content, keys, RandomNumberGenerator.Fill);
    }

    /// <summary>Plans a card for a new member.</summary>
    public CardPlan Plan(Uid uid) => Plan(uid, Members.Add(1, new NewMember("Ada", null, "en"), "test"));

    private CardPlan Plan(Uid uid, Member member) =>
        Assert.IsType<PlanAnswer.Planned>(Cards.Plan(uid, member.Id, TestSecrets.Versions, "test")).Plan;

    /// <summary>Takes all that a till has written and that was not taken yet.</summary>
    public IReadOnlyList<Verdict> Sync(Till till)
    {
        var head = (int)Database.Read(db => Journals.Head(db, till.Number)).Sequence;
        return Intake.Take(till.Number, [.. till.Journal.Entries.Skip(head)]);
    }

    /// <summary>Takes one entry.</summary>
    public Verdict Take(Till till, JournalEntry entry) => Assert.Single(Intake.Take(till.Number, [entry]));

    public Card CardOf(Chip chip) => Database.Read(db => Card.Find(db, chip.Uid.ToString(), 0))!;

    /// <summary>Points on the card's account.</summary>
    public long Balance(Chip chip) => Database.Read(db => LedgerBook.BalanceOnCard(db, CardOf(chip).Number));

    /// <summary>Open exceptions as cause and detail, in the order in which they were opened.</summary>
    public IReadOnlyList<string> Open() =>
        Database.Read(db => db.List<string>(
            "SELECT cause || ' ' || detail FROM book_exception WHERE closed_us IS NULL ORDER BY id"));

    /// <summary>Whom the open exceptions name, as cause, terminal and sequence.</summary>
    public IReadOnlyList<string> Named() =>
        Database.Read(db => db.List<string>(
            """
            SELECT cause || ' ' || COALESCE(terminal || ':' || sequence, 'nobody')
            FROM book_exception WHERE closed_us IS NULL ORDER BY id
            """));

    /// <summary>Closed exceptions as cause and resolution.</summary>
    public IReadOnlyList<string> Healed() =>
        Database.Read(db => db.List<string>(
            "SELECT cause || ' ' || resolution FROM book_exception WHERE closed_us IS NOT NULL ORDER BY id"));

    /// <summary>The card's posted counters with how each was proved.</summary>
    public IReadOnlyList<string> Posted(Chip chip) =>
        Database.Read(db => db.List<string>(
            "SELECT counter || ' ' || proof FROM card_transaction WHERE uid = @uid ORDER BY counter",
            new { uid = chip.Uid.ToString() }));

    /// <summary>What terminals were told and has not been replaced since.</summary>
    public IReadOnlyList<FeedItem> Feed() =>
        [.. Database.Read(db => db.List<byte[]>("SELECT body FROM feed ORDER BY position"))
            .Select(FeedItem.Parser.ParseFrom)];

    /// <summary>The next part of the feed as a terminal is told it.</summary>
    public FeedPart FeedFor(uint terminal, ulong cursor = 0, int most = 1000) =>
        Database.Read(db => Server.Sync.Feed.After(db, terminal, cursor, most));

    /// <summary>The card actions that terminals know of for a card.</summary>
    public IReadOnlyList<CardAction> Actions(Chip chip) =>
        [.. Feed().Where(item => item.CardAction is not null)
            .Select(item => item.CardAction)
            .Where(action => Uid.FromBytes(action.Uid.Span) == chip.Uid)
            .Select(action => new CardAction(
                (int)action.Number, action.Points, action.HasTier ? (byte)action.Tier : null,
                action.HasBlocks ? action.Blocks : null,
                action.File is null ? null : MemberFiles.OfItem(action.File)))];

    /// <summary>The book agrees with itself and with the cards.</summary>
    public void AssertBalanced(params ReadOnlySpan<Chip> chips)
    {
        Assert.Equal(0, Database.Read(LedgerBook.Sum));
        foreach (var chip in chips)
        {
            Assert.Equal(chip.Points, Balance(chip));
            Assert.Equal(chip.Tmc, CardOf(chip).AcknowledgedCounter);
            Assert.Equal(chip.Points, CardOf(chip).AcknowledgedBalance);
        }
    }

    /// <summary>All that is posted and settled, whatever the order in which it came.</summary>
    public string State() =>
        string.Join(' ', Database.Read(db => db.List<string>(
            """
            SELECT uid || ':' || counter || ':' || terminal || ':' || sequence || ':' || proof
                || ':' || earned || ':' || redeemed || ':' || balance_after
            FROM card_transaction ORDER BY uid, counter
            """)));

    public void Dispose() => Database.Dispose();
}
