using CsCheck;
using Google.Protobuf;
using SmartCardCrm.Server.Sync;
using SmartCardCrm.Server.Terminals;
using SmartCardCrm.Server.Tests.Chain;
using SmartCardCrm.Server.Tests.Storage;

namespace SmartCardCrm.Server.Tests.Reconciliation;

/// <summary>Whatever arrives in whatever order: one history for each card, on every engine.</summary>
public abstract class ContinuityContract(Engine engine)
{
    private const int Cards = 2;
    private const int Tills = 3;

    private static readonly ByteString NoCard = ByteString.CopyFrom(new byte[7]);

    private static readonly Gen<Tap> Taps =
        from card in Gen.Int[0, Cards - 1]
        from till in Gen.Int[0, Tills - 1]
        from amount in Gen.Int[0, 30_00]
        from redeem in Gen.Int[0, 40]
        from fate in Gen.Frequency(
            (8, Gen.Const(Fate.Answered)),
            (1, Gen.Const(Fate.TornBeforeCommit)),
            (2, Gen.Const(Fate.AnswerLost)),
            (2, Gen.Const(Fate.CommitLost)),
            (1, Gen.Const(Fate.Died)))
        from settles in Gen.Bool
        select new Tap(card, till, new TestSale(amount) { Redeem = redeem, Fate = fate }, settles);

    private static readonly Gen<Piece> Pieces =
        from till in Gen.Int[0, Tills - 1]
        from back in Gen.Int[0, 6]
        from length in Gen.Int[0, 5]
        select new Piece(till, back, length);

    protected abstract int Histories { get; }

    [Fact]
    public void A_gap_opens_shrinks_and_heals()
    {
        using var hq = new Headquarters(engine.OpenBook());
        var chip = hq.Issue(1);
        Till[] tills = [.. Enumerable.Range(0, 4).Select(_ => hq.NewTill())];
        foreach (var till in tills)
            till.Sell(chip, new TestSale(1_00));

        hq.Sync(tills[3]);
        Assert.Equal(["gap 2..4"], hq.Open());
        hq.Sync(tills[1]);
        Assert.Equal(["gap 4", "gap 2"], hq.Open());
        hq.Sync(tills[2]);
        Assert.Equal(["gap 2"], hq.Open());
        Assert.Equal(1, hq.CardOf(chip).AcknowledgedCounter);
        hq.Sync(tills[0]);

        Assert.Empty(hq.Open());
        Assert.Equal(["gap arrived", "gap arrived"], hq.Healed());
        hq.AssertBalanced(chip);
    }

    [Fact]
    public void A_gap_names_the_terminal_that_signed_the_hidden_commit()
    {
        using var hq = new Headquarters(engine.OpenBook());
        var (chip, hiding, honest) = (hq.Issue(1), hq.NewTill(), hq.NewTill());
        hiding.Sell(chip, new TestSale(1_00));
        var hidden = hiding.Sell(chip, new TestSale(1_00));
        honest.Sell(chip, new TestSale(1_00));

        hq.Sync(honest);

        Assert.Equal([$"gap {hiding.Number}:{hidden}"], hq.Named());
    }

    [Fact]
    public void A_gap_names_nobody_where_the_hidden_commit_is_signed_with_another_terminals_key()
    {
        using var hq = new Headquarters(engine.OpenBook());
        var (chip, honest) = (hq.Issue(1), hq.NewTill());
        var thief = new Till(honest.Number, hq.Secrets, hq.Clock) { SignsAs = 77 };
        thief.Sell(chip, new TestSale(1_00));
        honest.Sell(chip, new TestSale(1_00));

        hq.Sync(honest);

        Assert.Equal(["gap nobody"], hq.Named());
    }

    [Fact]
    public void What_an_enrolled_terminal_has_not_reported_yet_is_late()
    {
        using var hq = new Headquarters(engine.OpenBook());
        var (chip, slow, quick) = (hq.Issue(1), hq.NewTill(), hq.NewTill());
        hq.Enrol(slow.Number, store: 1);
        hq.NewTill().Sell(chip, new TestSale(1_00));
        slow.Sell(chip, new TestSale(1_00));
        quick.Sell(chip, new TestSale(1_00));

        hq.Sync(quick);

        Assert.Equal(["late 3", "gap 2"], hq.Open());
        hq.Intake.Take(slow.Number, [slow.Journal.Entries[0]]);
        Assert.Equal(["late 3", "gap 2"], hq.Open());
        hq.Sync(slow);
        Assert.Equal(["gap 2"], hq.Open());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_is_late_is_a_gap_once_its_terminal_has_passed_it_over_or_is_shut_out(bool shutOut)
    {
        using var hq = new Headquarters(engine.OpenBook());
        var (chip, other, hiding, honest) = (hq.Issue(1), hq.Issue(2), hq.NewTill(), hq.NewTill());
        hq.Enrol(hiding.Number, store: 1);
        var hidden = hiding.Sell(chip, new TestSale(1_00));
        honest.Sell(chip, new TestSale(1_00));
        hq.Sync(honest);
        Assert.Equal([$"late {hiding.Number}:{hidden}"], hq.Named());

        if (shutOut)
        {
            new TerminalBook(hq.Database, hq.Clock).Revoke(hiding.Number, "test");
        }
        else
        {
            hiding.Journal.Rewrite(hidden, body => body.Intent.Card.Uid = NoCard);
            hiding.Journal.Rewrite(hidden + 1, body => body.Outcome.Card.Uid = NoCard);
            hiding.Sell(other, new TestSale(1_00));
            hq.Sync(hiding);
        }

        Assert.Contains($"gap {hiding.Number}:{hidden}", hq.Named());
        Assert.DoesNotContain(hq.Open(), open => open.StartsWith("late", StringComparison.Ordinal));
    }

    [Fact]
    public void A_counter_stands_in_one_exception_and_is_a_gap_again_when_that_closes()
    {
        using var hq = new Headquarters(engine.OpenBook());
        var (chip, hasty, other, last) = (hq.Issue(1), hq.NewTill(), hq.NewTill(), hq.NewTill());
        var doubt = hasty.Sell(chip, new TestSale(1_00) { Fate = Fate.CommitLost });
        other.Sell(chip, new TestSale(2_00));
        other.Sell(chip, new TestSale(3_00));
        last.Sell(chip, new TestSale(4_00));
        hq.Sync(last);
        Assert.Equal(["gap 2..3"], hq.Open());

        hq.Sync(hasty);
        Assert.Equal(["gap 3", "doubt commit-unanswered"], hq.Open());
        hasty.Settle(chip, doubt);
        hq.Sync(hasty);

        Assert.Equal(["gap 2..3"], hq.Open());
        hq.Sync(other);
        Assert.Empty(hq.Open());
    }

    [Fact]
    public void A_sale_that_overtakes_the_birth_waits_for_it_as_a_gap()
    {
        using var hq = new Headquarters(engine.OpenBook());
        var (chip, till) = (Chip.FromFactory(1), hq.NewTill());
        var birth = hq.Personalise(chip);
        till.Sell(chip, new TestSale(1_00));
        hq.Sync(till);
        Assert.Equal(["gap 1"], hq.Open());

        hq.Cards.CompleteBirth(chip.Uid, birth, terminal: 0);

        Assert.Empty(hq.Open());
        hq.AssertBalanced(chip);
    }

    [Fact]
    public void Any_order_of_arrival_with_duplicates_gives_the_same_state_and_no_open_exception() =>
        Gen.Select(Taps.Array[1, 12], Pieces.Array[0, 12], Pieces.Array[0, 12])
            .Sample(
                (taps, first, second) =>
                {
                    var history = Run(taps);
                    Assert.Equal(Arrive(history, first), Arrive(history, second));
                },
                iter: Histories, threads: 1);

    // What happened in the shops: the same for every order in which headquarters hears of it.
    private History Run(Tap[] taps)
    {
        using var hq = new Headquarters(engine.OpenBook());
        Chip[] chips = [.. Enumerable.Range(0, Cards).Select(number => hq.Issue((uint)number))];
        Till[] tills = [.. Enumerable.Range(0, Tills).Select(_ => hq.NewTill())];
        var doubts = new List<(int Card, int Till, uint Intent)>();
        foreach (var tap in taps)
        {
            var settled = doubts.Where(one => tap.Settles && (one.Card, one.Till) == (tap.Card, tap.Till));
            foreach (var doubt in settled.ToList())
            {
                tills[doubt.Till].Settle(chips[doubt.Card], doubt.Intent);
                doubts.Remove(doubt);
            }

            var intent = tills[tap.Till].Sell(chips[tap.Card], tap.Sale);
            if (tap.Sale.Fate is Fate.AnswerLost or Fate.CommitLost)
                doubts.Add((tap.Card, tap.Till, intent));
        }

        // Each card is tapped once more, so that every doubt can be settled.
        foreach (var chip in chips)
            tills[0].Sell(chip, new TestSale(1_00));
        return new History(chips, tills);
    }

    // Everything arrives in pieces, some again, and at last all of it.
    private string Arrive(History history, Piece[] pieces)
    {
        using var hq = new Headquarters(engine.OpenBook());
        foreach (var chip in history.Chips)
            hq.Adopt(chip.Uid);
        foreach (var piece in pieces)
        {
            var till = history.Tills[piece.Till];
            var head = (int)hq.Database.Read(db => Journals.Head(db, till.Number)).Sequence;
            var from = Math.Max(head - piece.Back, 0);
            hq.Intake.Take(till.Number, [.. till.Journal.Entries.Skip(from).Take(piece.Back + piece.Length)]);
        }

        foreach (var till in history.Tills)
            hq.Sync(till);
        Assert.Empty(hq.Open());
        hq.AssertBalanced(history.Chips);
        return hq.State();
    }

    private sealed record Tap(int Card, int Till, TestSale Sale, bool Settles);

    private sealed record Piece(int Till, int Back, int Length);

    private sealed record History(Chip[] Chips, Till[] Tills);
}

public sealed class ContinuityOnSqlite(SqliteEngine engine)
    : ContinuityContract(engine), IClassFixture<SqliteEngine>
{
    protected override int Histories => 30;
}

public sealed class ContinuityOnPostgres(PostgresCluster cluster)
    : ContinuityContract(new PostgresEngine(cluster))
{
    protected override int Histories => 5;
}
