using SmartCardCrm.Loyalty.CardActions;
using SmartCardCrm.Server.Tests.Chain;
using SmartCardCrm.Server.Tests.Storage;

namespace SmartCardCrm.Server.Tests.Ledger;

/// <summary>Changes that headquarters asks for, and what terminals make of them, on every engine.</summary>
public abstract class CardActionContract : IDisposable
{
    private readonly Headquarters _hq;
    private readonly Chip _chip;
    private readonly Till _till;

    // An abandoned sale that happened: 8 points too many, which action 1 takes back.
    protected CardActionContract(Engine engine)
    {
        _hq = new Headquarters(engine.OpenBook());
        _chip = _hq.Issue(1);
        _till = _hq.NewTill();
        _till.Sell(_chip, new TestSale(50_00));
        var doubt = _till.Sell(_chip, new TestSale(8_00) { Fate = Fate.AnswerLost });
        _till.Abandon(doubt);
        _till.Settle(_chip, doubt);
        _hq.Sync(_till);
    }

    public void Dispose()
    {
        _hq.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void An_action_applied_at_a_tap_is_posted_as_an_adjustment_and_done()
    {
        Assert.Equal([new CardAction(1, -8)], _hq.Actions(_chip));
        _till.Sell(_chip, new TestSale(1_00) { Pending = _hq.Actions(_chip) });

        _hq.Sync(_till);

        Assert.Equal(-8, Value("SELECT SUM(adjusted) FROM card_transaction"));
        Assert.Equal(4, Value("SELECT applied_counter FROM card_action"));
        Assert.Equal(1, _hq.CardOf(_chip).LastCardAction);
        Assert.Equal(51, _chip.Points);
        Assert.Empty(_hq.Open());
        _hq.AssertBalanced(_chip);
    }

    [Fact]
    public void A_debit_takes_no_more_than_the_card_has()
    {
        _till.Sell(_chip, new TestSale(1_00) { Redeem = 58 });
        _till.Sell(_chip, new TestSale(0) { Redeem = 0, Pending = _hq.Actions(_chip) });
        _hq.Sync(_till);

        Assert.Equal(0, _chip.Points);
        Assert.Empty(_hq.Open());
        _hq.AssertBalanced(_chip);
    }

    [Fact]
    public void A_terminal_that_notes_an_action_without_applying_it_is_caught()
    {
        _till.Sell(_chip, new TestSale(1_00) { Forge = record => record with { LastCardAction = 1 } });

        _hq.Sync(_till);

        AssertCaught("rule-mismatch card-actions");
    }

    [Fact]
    public void A_terminal_that_applies_another_amount_is_caught()
    {
        _till.Sell(_chip, new TestSale(1_00) { Pending = [new CardAction(1, -3)] });

        _hq.Sync(_till);

        AssertCaught("rule-mismatch card-actions");
    }

    [Fact]
    public void A_terminal_that_makes_up_an_action_is_caught()
    {
        _till.Sell(_chip, new TestSale(1_00)
        {
            Pending = [.. _hq.Actions(_chip), new CardAction(2, 1000)],
        });

        _hq.Sync(_till);

        AssertCaught("rule-mismatch card-actions");
    }

    [Fact]
    public void A_terminal_that_gives_more_than_the_rules_is_caught()
    {
        _till.Sell(_chip, new TestSale(1_00)
        {
            Forge = record => record with
            {
                Earned = record.Earned + 5,
                BalanceAfter = record.BalanceAfter + 5,
            },
        });

        _hq.Sync(_till);

        AssertCaught("rule-mismatch points");
    }

    [Fact]
    public void A_terminal_that_lifts_a_block_or_a_tier_is_caught()
    {
        _till.Sell(_chip, new TestSale(1_00) { Forge = record => record with { Tier = 3 } });

        _hq.Sync(_till);

        AssertCaught("rule-mismatch state");
    }

    [Fact]
    public void A_record_whose_balance_is_not_the_chips_is_parked()
    {
        _till.Sell(_chip, new TestSale(1_00)
        {
            Forge = record => record with { BalanceAfter = record.BalanceAfter + 1000 },
        });

        _hq.Sync(_till);

        Assert.Equal(["bad-proof balance"], _hq.Open());
        Assert.Equal(0, Value("SELECT SUM(points) FROM posting"));
    }

    private long Value(string sql) => _hq.Database.Read(db => db.Value<long>(sql));

    // The card signed it, so it is posted; the terminal has to explain it.
    private void AssertCaught(string exception)
    {
        Assert.Equal([exception], _hq.Open());
        _hq.AssertBalanced(_chip);
    }
}

public sealed class CardActionsOnSqlite(SqliteEngine engine)
    : CardActionContract(engine), IClassFixture<SqliteEngine>;

public sealed class CardActionsOnPostgres(PostgresCluster cluster)
    : CardActionContract(new PostgresEngine(cluster));
