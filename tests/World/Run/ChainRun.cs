namespace SmartCardCrm.World;

/// <summary>Runs a world from its opening to its reckoning.</summary>
internal sealed class ChainRun
{
    private static readonly TimeSpan FarFuture = TimeSpan.FromDays(365 * 60);

    private readonly ChainWorld _world;
    private readonly Dice _dice;
    private readonly List<Customer> _customers = [];
    private readonly CardMischief _mischief;
    private readonly double _pace;
    private TimeSpan _betweenVisits;

    private ChainRun(ChainWorld world)
    {
        _world = world;
        _dice = Dice.For(world.Plan.Seed, "run");
        _mischief = new CardMischief(world);
        _pace = _dice.Pick([1.0, 20, 400]);
    }

    /// <summary>Runs a plan; the same plan gives the same outcome.</summary>
    public static WorldOutcome Run(WorldPlan plan)
    {
        using var world = new ChainWorld(plan);
        Violation? violation = null;
        try
        {
            new ChainRun(world).Live();
        }
        catch (ViolationException found)
        {
            violation = found.Violation;
        }
        catch (Exception crash) when (crash is not OutOfMemoryException)
        {
            violation = new Violation("crash", crash.ToString());
        }

        world.Visited.End();
        violation ??= CoverageMatrix.Check(world.Visited.Cells);
        return new WorldOutcome(
            plan, world.Cashier.Taps, world.TerminalTime, world.Strikes, world.Visited.Cells,
            $"{world.Disks.Digest}-{world.Digest}", violation, world.Story.Lines())
        {
            StolenPoints = world.Frauds.StolenPoints,
            Loss = world.Promises.Loss,
        };
    }

    private void Live()
    {
        Open();
        foreach (var customer in _customers)
            Expect(customer);
        _world.Timeline.RunUntil(
            _world.Timeline.Now + FarFuture, () => _world.Cashier.Taps >= _world.Plan.Taps);
        new Reckoning(_world).Settle();
    }

    private void Open()
    {
        _world.Open();
        for (var i = 0; i < _world.Plan.Terminals; i++)
            _world.Places.Add(new Place(i % Stores, _world.Enrol(i % Stores)!));
        for (var i = 0; i < _world.Plan.Members; i++)
            Join();
        var gaps = _customers.Select(c => c.Shopper.MeanGap.TotalDays).Sum(days => 1 / days);
        _betweenVisits = TimeSpan.FromDays(1 / gaps / _pace);
        _world.Weather = new Weather(_world, _betweenVisits);
    }

    private int Stores => Math.Max(1, _world.Plan.Terminals / 2);

    private void Join()
    {
        var index = _customers.Count;
        var shopper = new Shopper(Dice.For(_world.Plan.Seed, $"shopper {index}"), Stores);
        var member = _world.Office.Join();
        if (member > 0 && _world.Office.Issue(member, index) is { } card)
            _customers.Add(new Customer(member, shopper, card));
    }

    private void Meddle(Customer customer)
    {
        _world.Thief.Lurk(_betweenVisits);
        _world.Personnel.Decide();
        _world.Blocks.Decide();
        if (_world.Personnel.SomebodyJoins())
            Welcome();
        _mischief.Befall(customer);
    }

    private void Welcome()
    {
        var known = _customers.Count;
        Join();
        if (_customers.Count > known)
            Expect(_customers[^1]);
    }

    private void Expect(Customer customer) => _world.Timeline.After(
        customer.Shopper.UntilNextVisit(_world.Timeline.Now) / _pace, () => Visit(customer));

    private void Visit(Customer customer)
    {
        // The shops are closed for the reckoning.
        if (_world.Weather.IsOver)
            return;
        _world.Office.LookAtLots();
        _world.Weather.Blow();
        if (!_world.Weather.IsOver)
            Meddle(customer);
        if (_dice.Chance(0.004) && _world.Server.IsUp)
            _world.Office.ChangeRules();
        var visit = customer.Shopper.NextVisit();
        var places = _world.Places.Where(p => p.Store == visit.Store).ToList();
        _world.Cashier.Serve(
            _dice.Pick(places).Terminal, customer.Pick(_dice), visit.AmountMinor, visit.PointsAsked);
        Expect(customer);
    }
}
