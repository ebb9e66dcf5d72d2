using SmartCardCrm.Loyalty.CardActions;
using SmartCardCrm.Server.Sync;
using SmartCardCrm.Server.Tests.Chain;
using SmartCardCrm.Server.Tests.Storage;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Server.Tests.Reconciliation;

/// <summary>How headquarters settles what a terminal could not see the end of, on every engine.</summary>
public abstract class DoubtContract : IDisposable
{
    private readonly Headquarters _hq;
    private readonly Chip _chip;
    private readonly Till _till;
    private readonly Till _other;

    protected DoubtContract(Engine engine)
    {
        _hq = new Headquarters(engine.OpenBook());
        _chip = _hq.Issue(1);
        _till = _hq.NewTill();
        _other = _hq.NewTill();
        _till.Sell(_chip, new TestSale(50_00));
    }

    public void Dispose()
    {
        _hq.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void A_doubt_stays_open_until_something_tells()
    {
        _till.Sell(_chip, new TestSale(9_00) { Fate = Fate.AnswerLost });

        _hq.Sync(_till);

        Assert.Equal(["doubt commit-unanswered"], _hq.Open());
        Assert.Equal(["1 proven", "2 proven"], _hq.Posted(_chip));
    }

    [Fact]
    public void The_mac_found_on_the_card_settles_it()
    {
        var doubt = _till.Sell(_chip, new TestSale(9_00) { Fate = Fate.AnswerLost });
        _till.Settle(_chip, doubt);

        _hq.Sync(_till);

        Assert.Equal(["1 proven", "2 proven", "3 proven"], _hq.Posted(_chip));
        AssertSettled("doubt happened");
        Assert.Empty(ClosedByHeadquarters());
    }

    [Fact]
    public void The_mac_settles_it_also_where_the_card_had_not_named_who_came_before()
    {
        var doubt = _till.Sell(_chip, new TestSale(9_00) { Fate = Fate.AnswerLost });
        _till.Journal.Rewrite(doubt + 1, body => body.Doubt.ClearEncrypted());
        _till.Settle(_chip, doubt);

        _hq.Sync(_till);

        Assert.Equal(["1 proven", "2 proven", "3 proven"], _hq.Posted(_chip));
        AssertSettled("doubt happened");
    }

    [Fact]
    public void A_mac_that_comes_before_its_predecessor_waits_for_it()
    {
        _other.Sell(_chip, new TestSale(1_00));
        var doubt = _till.Sell(_chip, new TestSale(9_00) { Fate = Fate.AnswerLost });
        _till.Journal.Rewrite(doubt + 1, body => body.Doubt.ClearEncrypted());
        _till.Settle(_chip, doubt);

        _hq.Sync(_till);
        Assert.Equal(["doubt commit-unanswered"], _hq.Open());
        _hq.Sync(_other);

        Assert.Equal(["1 proven", "2 proven", "3 proven", "4 proven"], _hq.Posted(_chip));
        AssertSettled("doubt happened");
    }

    [Fact]
    public void A_forged_mac_settles_nothing()
    {
        var doubt = _till.Sell(_chip, new TestSale(9_00) { Fate = Fate.CommitLost });
        _till.Journal.Add(new EntryBody
        {
            Settlement = new Settlement
            {
                IntentSequence = doubt,
                Happened = true,
                Tmc = 3,
                Tmv = Google.Protobuf.ByteString.CopyFrom(new byte[8]),
            },
        });

        _hq.Sync(_till);

        Assert.Equal(["doubt commit-unanswered", "bad-proof settlement-mac"], _hq.Open());
        _hq.AssertBalanced(_chip);
    }

    [Fact]
    public void Without_the_mac_it_is_inferred_from_both_neighbours()
    {
        var doubt = _till.Sell(_chip, new TestSale(9_00) { Fate = Fate.AnswerLost });
        _other.Sell(_chip, new TestSale(3_00) { Redeem = 4 });
        _till.Settle(_chip, doubt);
        _hq.Sync(_till);
        Assert.Equal(["doubt commit-unanswered"], _hq.Open());

        _hq.Sync(_other);

        Assert.Equal(["1 proven", "2 proven", "3 inferred", "4 proven"], _hq.Posted(_chip));
        AssertSettled("doubt happened");
    }

    [Fact]
    public void It_is_not_inferred_while_a_neighbour_is_missing()
    {
        var third = _hq.NewTill();
        third.Sell(_chip, new TestSale(2_00));
        var doubt = _till.Sell(_chip, new TestSale(9_00) { Fate = Fate.AnswerLost });
        _other.Sell(_chip, new TestSale(3_00));
        _till.Settle(_chip, doubt);

        _hq.Sync(_till);
        _hq.Sync(_other);

        Assert.Equal(["1 proven", "2 proven", "5 proven"], _hq.Posted(_chip));
        Assert.Equal(["doubt commit-unanswered", "gap 3"], _hq.Open());

        _hq.Sync(third);

        Assert.Equal(["1 proven", "2 proven", "3 proven", "4 inferred", "5 proven"], _hq.Posted(_chip));
        AssertSettled("gap arrived", "doubt happened");
    }

    [Fact]
    public void It_is_not_inferred_where_the_next_terminal_read_another_record()
    {
        var doubt = _till.Sell(_chip, new TestSale(9_00) { Fate = Fate.AnswerLost });
        _till.Journal.Rewrite(doubt, body =>
        {
            var record = body.Intent.Steps.Single(step => step.Header[0] == 0x8B);
            var bytes = record.Data.ToByteArray();
            bytes[4] ^= 1; // the time
            record.Data = Google.Protobuf.ByteString.CopyFrom(bytes);
        });
        _other.Sell(_chip, new TestSale(3_00));

        _hq.Sync(_till);
        _hq.Sync(_other);

        Assert.Equal(["1 proven", "2 proven", "4 proven"], _hq.Posted(_chip));
        Assert.Equal(["doubt commit-unanswered"], _hq.Open());
    }

    [Fact]
    public void The_next_terminals_report_says_that_it_happened()
    {
        var doubt = _till.Sell(_chip, new TestSale(9_00) { Fate = Fate.AnswerLost });
        _hq.Sync(_till);
        _other.Sell(_chip, new TestSale(3_00));

        _hq.Sync(_other);

        Assert.Equal(["1 proven", "2 proven", "3 inferred", "4 proven"], _hq.Posted(_chip));
        Assert.Equal([(doubt, true)], ClosedByHeadquarters());
        AssertSettled("doubt happened");
    }

    [Fact]
    public void The_next_terminals_report_says_that_it_did_not()
    {
        var doubt = _till.Sell(_chip, new TestSale(9_00) { Fate = Fate.CommitLost });
        _hq.Sync(_till);
        _other.Sell(_chip, new TestSale(3_00));

        _hq.Sync(_other);

        Assert.Equal(["1 proven", "2 proven", "3 proven"], _hq.Posted(_chip));
        Assert.Equal([(doubt, false)], ClosedByHeadquarters());
        AssertSettled("doubt did-not-happen");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_settlement_that_the_cards_history_denies_is_named(bool settledFirst)
    {
        var doubt = _till.Sell(_chip, new TestSale(9_00) { Fate = Fate.CommitLost });
        _hq.Sync(_till);
        _other.Sell(_chip, new TestSale(1_00));
        if (!settledFirst)
            _hq.Sync(_other);
        // A copy of the card, or a forged one, showed the terminal a record of its own.
        _till.Journal.Add(new EntryBody
        {
            Settlement = new Settlement { IntentSequence = doubt, Happened = true, NewestCounter = 9 },
        });

        _hq.Sync(_till);
        _hq.Sync(_other);

        Assert.Equal(["copy-or-rollback settled-otherwise"], _hq.Open());
    }

    [Fact]
    public void The_report_may_come_before_the_doubt()
    {
        var happened = _till.Sell(_chip, new TestSale(9_00) { Fate = Fate.AnswerLost });
        _other.Sell(_chip, new TestSale(3_00));
        var didNot = _till.Sell(_chip, new TestSale(8_00) { Fate = Fate.CommitLost });
        _other.Sell(_chip, new TestSale(4_00));

        _hq.Sync(_other);
        _hq.Sync(_till);

        Assert.Equal([(happened, true), (didNot, false)], ClosedByHeadquarters());
        Assert.Empty(_hq.Open());
        _hq.AssertBalanced(_chip);
    }

    [Fact]
    public void Doubts_of_several_terminals_in_a_row_are_settled_together()
    {
        var third = _hq.NewTill();
        _till.Sell(_chip, new TestSale(9_00) { Fate = Fate.AnswerLost });
        _other.Sell(_chip, new TestSale(3_00) { Fate = Fate.AnswerLost });
        third.Sell(_chip, new TestSale(2_00));
        _hq.Sync(_till);
        _hq.Sync(third);
        Assert.Equal(["doubt commit-unanswered", "gap 4"], _hq.Open());

        _hq.Sync(_other);

        Assert.Equal(["1 proven", "2 proven", "3 inferred", "4 inferred", "5 proven"], _hq.Posted(_chip));
        Assert.Empty(_hq.Open());
        _hq.AssertBalanced(_chip);
    }

    [Fact]
    public void A_terminal_that_died_is_settled_like_a_doubt()
    {
        _till.Sell(_chip, new TestSale(9_00) { Fate = Fate.Died });
        _hq.Sync(_till);
        Assert.Empty(_hq.Open());
        _other.Sell(_chip, new TestSale(3_00));

        _hq.Sync(_other);

        Assert.Equal(["1 proven", "2 proven", "3 inferred", "4 proven"], _hq.Posted(_chip));
        AssertSettled();
    }

    [Fact]
    public void What_is_inferred_becomes_proven_when_its_outcome_comes_late()
    {
        var intent = _till.Sell(_chip, new TestSale(9_00));
        _hq.Intake.Take(_till.Number, [.. _till.Journal.Entries.Take((int)intent)]);
        _other.Sell(_chip, new TestSale(3_00));
        _hq.Sync(_other);
        Assert.Equal(["1 proven", "2 proven", "3 inferred", "4 proven"], _hq.Posted(_chip));

        var verdicts = _hq.Sync(_till);

        Assert.Equal([new Verdict.Accepted()], verdicts);
        Assert.Equal(["1 proven", "2 proven", "3 proven", "4 proven"], _hq.Posted(_chip));
        _hq.AssertBalanced(_chip);
    }

    [Fact]
    public void A_terminal_that_denies_what_the_card_did_is_named()
    {
        var doubt = _till.Sell(_chip, new TestSale(9_00) { Fate = Fate.AnswerLost });
        _till.Journal.Add(new EntryBody
        {
            Settlement = new Settlement { IntentSequence = doubt, Happened = false },
        });
        _hq.Sync(_till);
        _other.Sell(_chip, new TestSale(3_00));

        _hq.Sync(_other);

        Assert.Equal(["1 proven", "2 proven", "3 inferred", "4 proven"], _hq.Posted(_chip));
        Assert.Equal(["bad-proof denied"], _hq.Open());
        _hq.AssertBalanced(_chip);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_abandoned_operation_that_happened_is_made_good_once(bool abandonedFirst)
    {
        var doubt = _till.Sell(_chip, new TestSale(9_00) { Redeem = 20, Fate = Fate.AnswerLost });
        _other.Sell(_chip, new TestSale(3_00));
        if (!abandonedFirst)
            _hq.Sync(_till);
        _till.Abandon(doubt);

        _hq.Sync(_till);
        _hq.Sync(_other);
        _hq.Sync(_till);

        Assert.Equal([new CardAction(1, 20 - 8)], _hq.Actions(_chip));
        _hq.AssertBalanced(_chip);
    }

    [Fact]
    public void An_abandonment_that_comes_after_the_settling_is_made_good_too()
    {
        var doubt = _till.Sell(_chip, new TestSale(9_00) { Fate = Fate.AnswerLost });
        _other.Sell(_chip, new TestSale(3_00));
        _hq.Sync(_till);
        _hq.Sync(_other);

        _till.Abandon(doubt);
        _hq.Sync(_till);

        Assert.Equal([new CardAction(1, -9)], _hq.Actions(_chip));
    }

    [Fact]
    public void An_abandoned_operation_that_did_not_happen_needs_nothing()
    {
        var doubt = _till.Sell(_chip, new TestSale(9_00) { Fate = Fate.CommitLost });
        _till.Abandon(doubt);
        _other.Sell(_chip, new TestSale(3_00));

        _hq.Sync(_till);
        _hq.Sync(_other);

        Assert.Empty(_hq.Actions(_chip));
        AssertSettled("doubt did-not-happen");
    }

    private IReadOnlyList<(uint, bool)> ClosedByHeadquarters() =>
        [.. _hq.Feed().Where(item => item.DoubtClosed?.Terminal == _till.Number)
            .Select(item => (item.DoubtClosed.IntentSequence, item.DoubtClosed.Happened)).Order()];

    private void AssertSettled(params string[] healed)
    {
        Assert.Empty(_hq.Open());
        Assert.Equal(healed.Order(), _hq.Healed().Order());
        _hq.AssertBalanced(_chip);
    }
}

public sealed class DoubtsOnSqlite(SqliteEngine engine) : DoubtContract(engine), IClassFixture<SqliteEngine>;

public sealed class DoubtsOnPostgres(PostgresCluster cluster) : DoubtContract(new PostgresEngine(cluster));

internal static class DoubtEntries
{
    /// <summary>As where the card had not answered CommitReaderID.</summary>
    public static void ClearEncrypted(this Doubt doubt) =>
        doubt.EncryptedPreviousReaderId = Google.Protobuf.ByteString.Empty;
}
