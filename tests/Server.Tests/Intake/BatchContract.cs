using CsCheck;
using SmartCardCrm.Server.Ledger;
using SmartCardCrm.Server.Sync;
using SmartCardCrm.Server.Tests.Chain;
using SmartCardCrm.Server.Tests.Storage;

namespace SmartCardCrm.Server.Tests.Intake;

/// <summary>Entries that are taken together leave what they would have left one by one.</summary>
public abstract class BatchContract(Engine engine, int stories)
{
    private const int Cards = 3;
    private const int Tills = 3;

    // The order of the feed is not part of it: what a batch tells twice of a card it tells once.
    private static readonly IReadOnlyList<(string Table, string Order)> Book =
    [
        ("SELECT * FROM journal_entry", "terminal, sequence"),
        ("SELECT * FROM journal_head", "terminal"),
        ("SELECT * FROM intent", "terminal, sequence"),
        ("SELECT * FROM card_transaction", "terminal, sequence"),
        ("SELECT * FROM posting", "id"),
        ("SELECT * FROM card", "uid"),
        ("SELECT * FROM card_action", "uid, number"),
        ("SELECT * FROM book_exception", "id"),
        ("SELECT * FROM sale_return", "terminal, sequence"),
        ("SELECT * FROM known_card", "uid, store"),
        ("SELECT name, body, for_terminal, for_card FROM feed", "name"),
    ];

    private static readonly Gen<Step> Steps = Gen.Select(
        Gen.Int[0, Cards - 1], Gen.Int[0, Tills - 1], Gen.Int[0, 11], Gen.Int[1, 50],
        (card, till, what, amount) => new Step(card, till, what, amount * 100));

    [Fact]
    public void A_batch_leaves_the_book_as_its_entries_do_one_by_one() =>
        Gen.Select(Steps.Array[4, 14], Gen.Int[0, Tills - 1].Array[80]).Sample(
            TakeBoth, iter: stories, threads: 1);

    // So long that rows go to the engine in bulk, and while entries are still judged.
    [Fact]
    public void So_does_a_long_one() =>
        Gen.Select(Steps.Array[400], Gen.Int[0, Tills - 1].Array[800]).Sample(TakeBoth, iter: 1, threads: 1);

    private void TakeBoth(Step[] story, int[] turns)
    {
        using var together = New();
        using var apart = New();
        var chips = Enumerable.Range(1, Cards).Select(n => together.Issue((uint)n)).ToList();
        chips.ForEach(chip => apart.Adopt(chip.Uid));
        var tills = Enumerable.Range(0, Tills).Select(_ => together.NewTill()).ToList();
        foreach (var step in story)
            Play(chips[step.Card], tills[step.Till], step);
        var entries = Mixed(tills, turns);

        var verdicts = together.Intake.Take(entries);

        Assert.Equal(entries.SelectMany(one => apart.Intake.Take([one])), verdicts);
        Assert.Equal(Everything(apart), Everything(together));
    }

    private Headquarters New()
    {
        var hq = new Headquarters(engine.OpenBook());
        // The third till is not enrolled here.
        hq.Enrol(1, store: 1);
        hq.Enrol(2, store: 2);
        return hq;
    }

    // Mostly sales; some end badly, some come back.
    private static void Play(Chip chip, Till till, Step step)
    {
        var fate = step.What switch
        {
            8 => Fate.TornBeforeCommit,
            9 => Fate.AnswerLost,
            10 => Fate.CommitLost,
            11 => Fate.Died,
            _ => Fate.Answered,
        };
        var redeem = step.What == 7 ? Math.Min(chip.Points, 5) : 0;
        var intent = till.Sell(chip, new TestSale(step.Amount) { Redeem = redeem, Fate = fate });
        if (fate == Fate.Answered && step.Amount % 7 == 0)
        {
            till.Sell(chip, new TestSale(step.Amount)
            {
                Return = new TestReturn(
                    till.OperationOf(intent), redeem, Math.Min(chip.Points, step.Amount / 100)),
            });
        }

        if (fate is Fate.AnswerLost && step.Amount % 2 == 0)
            till.Settle(chip, intent);
    }

    // Each till's entries in order, the tills' as the turns say; some come twice.
    private static IReadOnlyList<ReadEntry> Mixed(IReadOnlyList<Till> tills, IReadOnlyList<int> turns)
    {
        var next = new int[Tills];
        var mixed = new List<ReadEntry>();
        foreach (var turn in turns.Concat(Enumerable.Range(0, 1000 * Tills).Select(at => at % Tills)))
        {
            var journal = tills[turn].Journal.Entries;
            if (next[turn] == journal.Count)
                continue;
            var entry = journal[next[turn]++];
            mixed.Add(new ReadEntry(new JournalPlace(tills[turn].Number, entry.Sequence), entry));
            if (entry.Body.Length % 17 == 0)
                mixed.Add(mixed[^1]);
        }

        return mixed;
    }

    private static IReadOnlyList<string> Everything(Headquarters hq) => hq.Database.Read(db => Book
        .SelectMany(part => db.List<dynamic>($"{part.Table} ORDER BY {part.Order}")
            .Select(row => $"{part.Table}: {Text((IDictionary<string, object?>)row)}"))
        .ToList());

    private static string Text(IDictionary<string, object?> row) =>
        string.Join(", ", row.Select(column => $"{column.Key} {Text(column.Value)}"));

    private static string Text(object? value) =>
        value is byte[] bytes ? Convert.ToHexString(bytes) : $"{value ?? "null"}";

    private sealed record Step(int Card, int Till, int What, int Amount);
}

public sealed class BatchOnSqlite(SqliteEngine engine)
    : BatchContract(engine, stories: 40), IClassFixture<SqliteEngine>;

public sealed class BatchOnPostgres(PostgresCluster cluster)
    : BatchContract(new PostgresEngine(cluster), stories: 10);
