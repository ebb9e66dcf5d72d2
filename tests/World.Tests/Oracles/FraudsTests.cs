using SmartCardCrm.CardProtocol;
using SmartCardCrm.Loyalty.Programme;

namespace SmartCardCrm.World.Tests;

/// <summary>What copies and forgeries do must come out.</summary>
public sealed class FraudsTests : IDisposable
{
    private static readonly CheckoutResult Spent = new(
        LogKind.Sale, Earned: 0, Redeemed: 30, DueMinor: 0, BalanceAfter: 0, CardNumber: 1, Counter: 9,
        RuleSetVersion: 1, CardActions: [], CardActionPoints: 0);

    private readonly SmallChain _chain = new();

    public void Dispose() => _chain.Dispose();

    [Fact]
    public void A_copy_that_was_used_and_is_not_in_the_book_is_seen()
    {
        var copy = Copy();
        _chain.Sell();
        _chain.World.Cashier.Serve(_chain.World.Places[1].Terminal, copy, 1000, 0);
        _chain.Settle();

        _chain.Forge("DELETE FROM book_exception");

        Assert.Equal("I2", SmallChain.Violated(Check));
    }

    [Fact]
    public void A_till_that_takes_a_copy_of_what_it_had_served_is_seen()
    {
        var again = _chain.Untapped();
        var counter = Assert.IsType<CheckoutState.Completed>(_chain.Sale.Told).Result.Counter;
        var taken = new CheckoutState.Completed(Spent with { Counter = counter });

        Assert.Equal(
            "I9", SmallChain.Violated(() => _chain.World.Frauds.Heard(_chain.Terminal, again, taken)));
    }

    [Fact]
    public void A_suspicion_that_is_not_in_the_book_is_seen()
    {
        var suspected = new OpenException
        {
            Cause = "copy-or-rollback",
            Terminal = _chain.Terminal.Number,
            Uid = _chain.Card.Uid.ToString(),
        };

        Frauds.CheckSuspicion([suspected], _chain.Sale);

        Assert.Equal("I7", SmallChain.Violated(() => Frauds.CheckSuspicion([], _chain.Sale)));
        Assert.Equal("I7", SmallChain.Violated(
            () => Frauds.CheckSuspicion([suspected with { Terminal = 2 }], _chain.Sale)));
    }

    [Theory]
    [InlineData("bad-proof", 1)]
    [InlineData("gap", 2)]
    public void A_thiefs_points_are_in_an_exception_that_names_a_terminal(string cause, int terminal)
    {
        var exception = new OpenException
        {
            Cause = cause,
            Terminal = terminal,
            Uid = _chain.Card.Uid.ToString(),
        };

        Frauds.CheckSpent([exception], _chain.Sale, Spent);

        Assert.Equal("I9", SmallChain.Violated(() => Frauds.CheckSpent([], _chain.Sale, Spent)));
        Assert.Equal("I9", SmallChain.Violated(
            () => Frauds.CheckSpent([exception with { Terminal = null }], _chain.Sale, Spent)));
    }

    [Theory]
    [InlineData(false, null)]
    [InlineData(true, "I9")]
    public void Only_points_of_a_card_that_a_thief_wrote_on_are_stolen(bool wasMinted, string? invariant)
    {
        (_chain.Card.IsThiefs, _chain.Card.WasMinted) = (true, wasMinted);

        _chain.World.Frauds.Heard(_chain.Terminal, _chain.Untapped(), new CheckoutState.Completed(Spent));

        Assert.Equal(invariant, (Record.Exception(Check) as ViolationException)?.Violation.Invariant);
    }

    [Fact]
    public void A_card_that_nobody_issued_and_that_redeems_is_seen()
    {
        using var forger = new Forger(_chain.World, _chain.Terminal.Number, 100);
        var purchase = _chain.Untapped() with { Card = forger.Invent(50) };

        Assert.Equal("I9", SmallChain.Violated(
            () => _chain.World.Frauds.Heard(_chain.Terminal, purchase, new CheckoutState.Completed(Spent))));
    }

    [Fact]
    public void A_sound_card_that_is_suspected_is_seen() =>
        Assert.Equal("I4", SmallChain.Violated(() => _chain.World.Frauds.Heard(
            _chain.Terminal, _chain.Untapped(), new CheckoutState.Declined(DeclineReason.CardSuspect))));

    [Fact]
    public void A_posted_forgery_is_seen()
    {
        _chain.Forge("UPDATE card_transaction SET record_written = x'00' WHERE counter = 2");

        Assert.Equal("I9", SmallChain.Violated(() => _chain.World.Book.Restarted(_chain.Book)));
    }

    private PhysicalCard Copy()
    {
        var copy = new PhysicalCard(_chain.World, _chain.Card.Chip.Clone(), 0) { Tampered = true };
        copy.Inherit(_chain.Card.Commits);
        _chain.World.Take(copy);
        _chain.Card.Tampered = true;
        return copy;
    }

    private void Check() => _chain.Book.Database.Read(db =>
    {
        _chain.World.Frauds.Check(db);
        return true;
    });
}
