using System.Security.Cryptography;
using Google.Protobuf;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.Loyalty.Programme;
using SmartCardCrm.Server.Cards;
using SmartCardCrm.Server.Members;
using SmartCardCrm.Server.Programmes;
using SmartCardCrm.Server.Storage.Sqlite;
using SmartCardCrm.Server.Sync;
using SmartCardCrm.Server.Terminals;
using SmartCardCrm.Server.Tests.Chain;

namespace SmartCardCrm.Server.Tests.Console;

/// <summary>
/// A small chain's book with something of everything: sales, a gap, a doubt, a bad proof, a member without
/// a card. Card 1000001 is Ada's, 1000002 Анна's.
/// </summary>
internal static class SeededBook
{
    public const long AdasCard = 1_000_001;
    public const long AnnasCard = 1_000_002;
    public const string AdasUid = "04112233000001";

    /// <summary>Writes the book where a server will find it.</summary>
    /// <param name="path">The SQLite file, not there yet.</param>
    public static void Write(string path)
    {
        using var hq = new Headquarters(SqliteDatabase.Open(path));
        Enrol(hq, 1, "Till 1");
        Enrol(hq, 2, "Till 2");
        var (first, second) = (hq.NewTill(), hq.NewTill());
        var ada = Issue(hq, 1, new NewMember("Ada <b>Lovelace</b>", "+44 20 7946 0018", "en"));
        var anna = Issue(hq, 2, new NewMember("Анна Каренина", null, "ru"));
        hq.Members.Add(1, new NewMember("Nobody's Card", null, "en"), "test");

        SellToAda(hq, first, second, ada);
        first.Sell(anna, new TestSale(9_999));
        first.Sell(anna, new TestSale(4_200) { Fate = Fate.AnswerLost });
        var forged = second.Sell(anna, new TestSale(1_000));
        second.Journal.Rewrite(forged + 1, body => body.Outcome.Tmv = ByteString.CopyFrom(new byte[8]));
        hq.Sync(first);
        hq.Intake.Take(second.Number, [.. second.Journal.Entries]);
        DraftEverything(hq);
    }

    // A draft with every kind of rule and condition.
    private static void DraftEverything(Headquarters hq)
    {
        var drafts = new RuleDrafts(
            hq.Database, new ProgrammeBook(hq.Database, hq.Secrets, hq.Clock), hq.Clock);
        var rules = RuleSet.FromDocument(File.ReadAllBytes(
            Path.Combine(AppContext.BaseDirectory, "rule-set-example.json")));
        Assert.IsType<DraftAnswer.Done>(drafts.Add("Everything", rules, "test"));
    }

    // The third of them stays in the second till's journal until the gap has been seen: it is never sent.
    private static void SellToAda(Headquarters hq, Till first, Till second, Chip ada)
    {
        Sell(hq, first, ada, new TestSale(1_234));
        Sell(hq, first, ada, new TestSale(80));
        new Till(3, hq.Secrets, hq.Clock).Sell(ada, new TestSale(25_000));
        Sell(hq, first, ada, new TestSale(2_000) { Redeem = 50 });
        Sell(hq, second, ada, new TestSale(0));
    }

    private static void Sell(Headquarters hq, Till till, Chip chip, TestSale sale)
    {
        hq.Clock.Advance(TimeSpan.FromMinutes(7));
        till.Sell(chip, sale);
        hq.Sync(till);
    }

    private static Chip Issue(Headquarters hq, uint number, NewMember owner)
    {
        var chip = Chip.FromFactory(number);
        var plan = hq.Cards.Plan(chip.Uid, hq.Members.Add(1, owner, "test").Id, TestSecrets.Versions, "test");
        using var keys = TestSecrets.KeysFor(chip.Uid);
        var evidence = Personalisation.Run(
            chip, Assert.IsType<PlanAnswer.Planned>(plan).Plan.Content, keys, RandomNumberGenerator.Fill);
        Assert.IsType<Verdict.Accepted>(hq.Cards.CompleteBirth(chip.Uid, evidence, terminal: 0));
        return chip;
    }

    private static void Enrol(Headquarters hq, long number, string name) =>
        hq.Database.Write(db => TerminalBook.Insert(
            db,
            new Terminal
            {
                Number = number,
                Name = name,
                Programme = 1,
                Store = 319,
                StoreZone = "America/New_York",
                SoftwareVersion = "0.1.0",
            },
            [(byte)number]));
}
