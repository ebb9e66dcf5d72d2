using SmartCardCrm.Terminal;

namespace SmartCardCrm.World.Tests;

/// <summary>When faults stop, everything must come to rest.</summary>
public sealed class ReckoningTests : IDisposable
{
    private readonly SmallChain _chain = new();

    public void Dispose() => _chain.Dispose();

    [Fact]
    public void A_chain_in_which_nothing_went_wrong_comes_to_rest() => _chain.Settle();

    [Fact]
    public void A_terminal_that_nobody_replaces_is_seen()
    {
        var forgotten = _chain.World.Enrol(0)!;
        forgotten.Halt("nobody knows that it is at a counter");
        _chain.World.Places.Insert(0, new Place(0, forgotten));

        Assert.Equal("liveness", SmallChain.Violated(_chain.Settle));
    }

    [Fact]
    public void A_server_that_knows_a_journal_otherwise_than_its_terminal_is_seen()
    {
        _chain.Forge("INSERT OR REPLACE INTO journal_head VALUES (2, 100, zeroblob(32), 0, 0)");

        Assert.Equal("I3", SmallChain.Violated(_chain.Settle));
    }

    [Fact]
    public void A_server_that_has_lost_what_it_acknowledged_is_seen()
    {
        var before = _chain.World.Server.Disk.Copy();
        _chain.Sell();
        _chain.Pass(TimeSpan.FromHours(1));
        _chain.World.Server.Die(power: false);
        _chain.World.Server.Bury();
        _chain.World.Server.Disk.Restore(before);

        Assert.Equal("acknowledged", SmallChain.Violated(() => _chain.World.Server.Start()));
    }

    [Fact]
    public void A_card_that_one_terminal_refuses_for_a_forged_chip_is_settled_where_its_doubt_is()
    {
        LeaveInDoubt(_chain.Terminal, Forged());
        LeaveInDoubt(_chain.World.Places[1].Terminal, _chain.Card);

        _chain.Settle();

        Assert.False(_chain.Card.IsRefused);
    }

    [Fact]
    public void A_card_that_every_terminal_refuses_for_a_forged_chip_is_left_to_people()
    {
        var forged = Forged();
        foreach (var place in _chain.World.Places)
            LeaveInDoubt(place.Terminal, forged);

        _chain.Settle();

        Assert.True(_chain.Card.IsRefused);
    }

    [Fact]
    public void A_card_that_is_refused_though_nobody_forged_it_is_seen()
    {
        LeaveInDoubt(_chain.Terminal, Forged());
        _chain.Card.Imitated = false;

        Assert.Equal("I4", SmallChain.Violated(_chain.Settle));
    }

    // Further on than the real card will ever be in a test.
    private PhysicalCard Forged()
    {
        _chain.Card.Imitated = true;
        using var forger = new Forger(_chain.World, _chain.Terminal.Number, 100);
        var forged = forger.Imitate(_chain.Card.Uid, _chain.Card.Newest!.Record, counter: 50, points: 500);
        return _chain.World.Thief.Has(forged);
    }

    private void LeaveInDoubt(TerminalMachine terminal, PhysicalCard card)
    {
        var desk = terminal.Till!.Desk;
        var purchase = new Purchase(100, card, 1000, 0) { Terminal = terminal.Number };
        var creation = desk.Create(purchase.Request, $"{card.Newest!.Record.Counter}");
        purchase.Checkout = Assert.IsType<CheckoutCreation.Created>(creation).Checkout.Id;
        var torn = new Mishap(MishapKind.TearAfter, HitPlace.Commit);
        terminal.Reader.Put(card, new Presentation(purchase, Operation.Earn, torn));
        terminal.Run();
        terminal.Reader.Take();
        terminal.Run();
        Assert.IsType<CheckoutState.InDoubt>(desk.Get(purchase.Checkout)!.State);
        desk.Cancel(purchase.Checkout);
        purchase.Told = desk.Get(purchase.Checkout)!.State;
    }
}
