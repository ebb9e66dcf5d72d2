namespace SmartCardCrm.World.Tests;

/// <summary>The reference model sees what no card may commit.</summary>
public sealed class TruthTests : IDisposable
{
    private readonly SmallChain _chain = new();

    public void Dispose() => _chain.Dispose();

    [Fact]
    public void What_the_rules_say_may_be_committed()
    {
        var purchase = _chain.Untapped();

        Commit(_chain.Next(purchase));

        Assert.Single(purchase.Commits);
    }

    [Fact]
    public void A_counter_must_not_be_skipped()
    {
        var commit = _chain.Next(_chain.Untapped());

        Assert.Equal("I12", Violated(commit with { Record = commit.Record with { Counter = 9 } }));
    }

    [Fact]
    public void A_purchase_must_not_be_committed_twice() =>
        Assert.Equal("I6", Violated(_chain.Next(_chain.Sale)));

    [Fact]
    public void A_terminal_must_not_sign_as_another()
    {
        var commit = _chain.Next(_chain.Untapped());

        Assert.Equal("I9", Violated(commit with { Record = commit.Record with { Terminal = 77 } }));
    }

    [Fact]
    public void A_card_must_not_commit_for_nobody() =>
        Assert.Equal("I9", Violated(_chain.Next(_chain.Untapped()) with { Purchase = null }));

    [Fact]
    public void A_sale_must_not_earn_more_than_the_rules_say()
    {
        var commit = _chain.Next(_chain.Untapped());

        Assert.Equal("I10", Violated(commit with { Record = commit.Record with { Earned = 11 } }));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Only_a_terminal_whose_disk_lied_may_sell_an_older_checkout_again(bool lied)
    {
        var other = _chain.Untapped() with { Amount = 5000 };
        _chain.Terminal.DiskBetrayed = lied;

        var seen = Record.Exception(() => Commit(_chain.Next(other)));      // 1000, as the sale before

        Assert.Equal(lied ? null : "I10", (seen as ViolationException)?.Violation.Invariant);
    }

    [Fact]
    public void Rules_must_have_been_published()
    {
        var commit = _chain.Next(_chain.Untapped());

        Assert.Equal("I10", Violated(commit with { Record = commit.Record with { RuleSetVersion = 50 } }));
    }

    [Fact]
    public void The_chip_must_hold_what_the_model_holds()
    {
        var commit = _chain.Next(_chain.Untapped());

        Assert.Equal("model", Violated(commit with { Points = commit.Points + 1 }));
    }

    [Fact]
    public void The_member_file_must_be_what_the_last_action_said()
    {
        var (purchase, file) = (_chain.Untapped(), new string('0', 256));
        var commit = _chain.Next(purchase);
        Assert.Equal("I8", Violated(commit with { File = file }));
        _chain.World.Truth.Queued(
            _chain.Card.Uid, 1, new TrueAction(0, IsDelivery: false, Tier: null, File: file));

        purchase.Commits.Clear();
        Commit(commit with { File = file, Record = commit.Record with { LastCardAction = 1 } });
    }

    [Fact]
    public void A_card_is_marked_as_blocked_only_where_headquarters_wants_it_and_with_nothing_else()
    {
        var next = _chain.Next(_chain.Untapped());
        var mark = next with
        {
            Purchase = null,
            Points = _chain.Card.Points,
            Record = next.Record with
            {
                Kind = CardProtocol.LogKind.CardAction,
                Earned = 0,
                Redeemed = 0,
                Amount = 0,
                BalanceAfter = _chain.Card.Points,
                Blocked = true,
                LastCardAction = 1,
            },
        };
        Assert.Equal("I8", Violated(mark));
        _chain.World.Truth.Queued(
            _chain.Card.Uid, 1, new TrueAction(0, IsDelivery: false, Tier: null, Blocks: true));

        Commit(mark);
        Assert.Equal("I8", Violated(mark with { Record = mark.Record with { Blocked = false } }));
        Assert.Equal("model", Violated(mark with { Record = mark.Record with { Earned = 1 } }));
    }

    [Fact]
    public void A_card_action_must_have_been_queued()
    {
        var commit = _chain.Next(_chain.Untapped());

        Assert.Equal("I8", Violated(commit with { Record = commit.Record with { LastCardAction = 1 } }));
    }

    [Fact]
    public void A_queued_card_action_must_stay_as_it_is()
    {
        _chain.World.Truth.Queued(_chain.Card.Uid, 1, new TrueAction(-10, IsDelivery: false, Tier: null));

        Assert.Equal(
            "I8",
            SmallChain.Violated(() => _chain.World.Truth.Queued(
                _chain.Card.Uid, 1, new TrueAction(-9, IsDelivery: false, Tier: null))));
    }

    private string Violated(TrueCommit commit) => SmallChain.Violated(() => Commit(commit));

    private void Commit(TrueCommit commit) => _chain.World.Truth.Committed(
        _chain.Card, commit, new Presentation(commit.Purchase, Operation.Earn, mishap: null) { Commits = 1 });
}
