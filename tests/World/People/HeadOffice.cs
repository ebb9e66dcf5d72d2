using SmartCardCrm.CardProtocol;
using SmartCardCrm.Loyalty.Offline;
using SmartCardCrm.Loyalty.Programme;
using SmartCardCrm.Server.Cards;
using SmartCardCrm.Server.Members;
using SmartCardCrm.Server.Programmes;
using SmartCardCrm.Server.Sync;
using SmartCardCrm.Simulator.Faults;

namespace SmartCardCrm.World;

/// <summary>What people at headquarters do: members, cards, terminals, rules.</summary>
internal sealed class HeadOffice(ChainWorld world)
{
    private const int AttemptsMost = 40;
    private const string Zone = "America/New_York";

    private readonly Dice _dice = Dice.For(world.Plan.Seed, "head office");
    private readonly Dice _limitsDice = Dice.For(world.Plan.Seed, "adjustment limits");
    private readonly Dice _narrowDice = Dice.For(world.Plan.Seed, "narrow limits");
    private readonly Dice _validityDice = Dice.For(world.Plan.Seed, "validity");
    private readonly Dice _tierDice = Dice.For(world.Plan.Seed, "tiers");
    private readonly Dictionary<uint, Limits> _limits = [];
    private readonly Dictionary<long, string> _phoneOf = [];
    private DateOnly _lookedAtLots;
    private int _phones;
    private int _chips;

    /// <summary>Lets a new terminal in.</summary>
    /// <returns>Its number; 0 where the server did not answer.</returns>
    public uint Enrol(int store)
    {
        uint number = 0;
        world.Server.Guarded(() => number = world.Server.Rooms!.Database.Write(db =>
        {
            var next = Server.Terminals.TerminalBook.NextNumber(db);
            var certificate = world.Signer.CertificateOf(next);
            Server.Terminals.TerminalBook.Insert(db, new Server.Terminals.Terminal
            {
                Number = next,
                Name = $"Till {next}",
                Programme = 1,
                Store = store,
                StoreZone = Zone,
                EnrolledUs = 1,
            }, certificate);
            world.Server.Rooms.Limits.Issue(db, NewLimits(next), "test");
            return next;
        }));
        world.Weather.Decided();
        var isWritten = world.Server.IsUp;
        world.Server.Bury();
        return isWritten ? number : 0;
    }

    /// <summary>Says who decides at a terminal. Where it needs no keys any more, it has none after its next
    /// start.</summary>
    public void Decide(TerminalMachine terminal, OperationModes modes)
    {
        _limits[terminal.Number] = _limits[terminal.Number] with { Modes = modes };
        world.Server.Guarded(() => world.Server.Rooms!.Limits.Issue(_limits[terminal.Number], "test"));
        world.Server.Ring();
    }

    /// <summary>What a terminal may let redeem by itself.</summary>
    public Limits LimitsOf(uint terminal) => _limits[terminal];

    // As wide as limits go, or as narrow as a few visits use up.
    private Limits NewLimits(uint terminal)
    {
        var isNarrow = _dice.Chance(0.4);
        // Apart from the others: who may redeem little of a card does not reach the day's limit.
        var isStrict = _narrowDice.Chance(0.3);
        var adjustmentMost = 10 + _limitsDice.Below(100);
        return _limits[terminal] = new Limits(
            terminal, Version: 1,
            OperationMost: isNarrow ? 20 + _dice.Below(100) : int.MaxValue,
            CardMost: isNarrow ? 50 + _dice.Below(300) : int.MaxValue,
            CardOperationsMost: isStrict ? _narrowDice.Pick([3, 10, 255]) : 255,
            DayMost: isNarrow ? 60 + _dice.Below(400) : int.MaxValue,
            StrangerMost: _narrowDice.Pick([0, 0, 15, 60]),
            ReplicaHoursMost: isStrict ? _narrowDice.Pick([3, 24, 24 * 366]) : 24 * 366, adjustmentMost,
            AdjustmentDayMost: adjustmentMost * _limitsDice.Pick([1, 2, 3, 8]))
        {
            Modes = NewModes(),
        };
    }

    // Some terminals ask headquarters, and a few of those have no keys.
    private OperationModes? NewModes() => _dice.Below(8) switch
    {
        0 => OperationModes.NoKeys,
        1 => OperationModes.AllOf(new OperationMode(Mode.Centralised, Mode.Distributed)),
        2 => new OperationModes(Redeem: new OperationMode(Mode.Centralised, Mode.Distributed)),
        3 => OperationModes.AllOf(new OperationMode(Mode.Autonomous)),
        _ => null,
    };

    /// <summary>Takes on a member.</summary>
    /// <returns>Their number; 0 where the server did not answer.</returns>
    public long Join()
    {
        long id = 0;
        // One that is asked for again, because the server died, has a number of its own.
        var phone = $"+1 (555) {++_phones:000-0000}";
        world.Server.Guarded(
            () => id = world.Server.Rooms!.Members.Add(1, new NewMember("Анна Ada", phone, "en"), "test").Id);
        _phoneOf[id] = phone;
        world.Weather.Decided();
        var isWritten = world.Server.IsUp;
        world.Server.Bury();
        return isWritten ? id : 0;
    }

    /// <summary>Issues a card to a member, however often it is torn away.</summary>
    /// <returns>The card; null where it was given up.</returns>
    public PhysicalCard? Issue(long member, int shopper)
    {
        Span<byte> uid = [0x04, 0x20, 0, 0, 0, 0, 0];
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(uid[3..], ++_chips);
        var chip = SimulatedCard.Factory("ev3-4k", uid, Dice.For(world.Plan.Seed, $"chip {_chips}").Fill);
        var card = new PhysicalCard(world, chip, shopper) { Phone = _phoneOf[member] };
        world.Take(card);
        for (var attempt = 1; attempt <= AttemptsMost; attempt++)
        {
            if ((world.Server.IsUp || world.Server.Start()) && Attempt(card, member))
                return card;
            world.Server.Bury();
        }

        // Half made: it goes into the bin.
        card.Lost = true;
        return null;
    }

    /// <summary>Publishes new rules.</summary>
    public void ChangeRules()
    {
        world.Server.Guarded(() =>
        {
            world.Server.Rooms!.Programmes.Publish(ProgrammeBook.FirstRules with
            {
                Rules = [.. NewRules()],
                Redemption = new Redemption(
                    PointValueMinor: 1 + _dice.Below(3), RedeemedPartEarns: _dice.Chance(0.5)),
                Validity = new Validity(
                    Months: _validityDice.Pick([0, 1, 1, 3]),
                    Ends: _validityDice.Pick([ValidityEnd.Day, ValidityEnd.Month, ValidityEnd.Year]),
                    GivenAnew: _validityDice.Chance(0.3)),
                Tiers = NewTiers(),
            }, "test");
            world.Book.Watch(world.Server.Rooms!);
        });
        world.Weather.Decided();
        world.Server.Ring();
        world.Server.Bury();
    }

    /// <summary>Once a day points that are no longer valid expire.</summary>
    public void LookAtLots()
    {
        var today = DateOnly.FromDateTime(world.Server.Clock.GetUtcNow().UtcDateTime);
        if (today == _lookedAtLots || !world.Server.IsUp)
            return;
        if (!world.Server.Guarded(() => world.Server.Rooms!.Lots.Run(CancellationToken.None)))
            return;
        _lookedAtLots = today;
        world.Book.Watch(world.Server.Rooms!);
        world.Server.Ring();
    }

    private IEnumerable<Rule> NewRules()
    {
        yield return new Rule("base", new Effect.PerAmount(1 + _dice.Below(5), 100));
        if (_dice.Chance(0.3))
            yield return new Rule("visit", new Effect.PerVisit(1 + _dice.Below(10)));
        if (_dice.Chance(0.3))
            yield return new Rule("times", new Effect.Times(500 + _dice.Below(2000)));
        if (_dice.Chance(0.3))
            yield return new Rule("most", new Effect.AtMost(20 + _dice.Below(500)));
        if (_tierDice.Chance(0.6))
        {
            yield return new Rule("better", new Effect.Times(1100 + _tierDice.Below(900)))
            {
                When = new Conditions { Tiers = _tierDice.Chance(0.5) ? [1, 2] : [2] },
            };
        }
    }

    private Tiers NewTiers() => new()
    {
        Levels = !_tierDice.Chance(0.6) ? [] :
        [
            new TierLevel(1, "Silver", 50 + _tierDice.Below(500)),
            new TierLevel(2, "Gold", 1_000 + _tierDice.Below(2_000)),
        ],
        Counts = _tierDice.Pick([TierMeasure.Points, TierMeasure.Money]),
        CycleMonths = _tierDice.Pick([1, 12]),
        KeptCycles = _tierDice.Below(2),
        Fall = _tierDice.Pick([TierFall.AsQualified, TierFall.OneLevel]),
    };

    private bool Attempt(PhysicalCard card, long member)
    {
        world.Weather.Decided();
        var rooms = world.Server.Rooms!;
        PlanAnswer? answer = null;
        if (!world.Server.Guarded(
            () => answer = rooms.Cards.Plan(card.Uid, member, world.Vault.NewestVersions, "test")))
        {
            return false;
        }

        if (answer is not PlanAnswer.Planned(var plan))
            return Settled(card);
        if (Personalise(card, plan) is not { } evidence)
            return false;
        Verdict? verdict = null;
        var place = world.Places[_chips % world.Places.Count];
        world.Knowing.Seen(place.Store, card.Uid);
        if (!world.Server.Guarded(
            () => verdict = rooms.Cards.CompleteBirth(card.Uid, evidence, place.Terminal.Number)))
        {
            return false;
        }

        Truth.Demand(
            verdict is Verdict.Accepted or Verdict.Duplicate, "issue",
            $"the birth of card {card.Uid} is {verdict}");
        world.Server.Ring();
        return true;
    }

    // The server died between booking the birth and saying so.
    private bool Settled(PhysicalCard card) =>
        card.Newest is not null && world.Server.Rooms!.Database.Read(
            db => Card.Find(db, card.Uid.ToString(), 0)) is { Status: SyncContract.CardStatus.Active };

    private CommitEvidence? Personalise(PhysicalCard card, CardPlan plan)
    {
        card.Chip.Insert();
        if (world.Plan.Faults.HasFlag(Fault.Tear) && _dice.Chance(0.3))
        {
            card.Chip.Tear(1 + _dice.Below(45), _dice.Chance(0.5) ? TearMoment.Before : TearMoment.After);
            world.Strike(Fault.Tear);
        }

        try
        {
            using var keys = world.Vault.KeysForNewCard(card.Uid);
            return Personalisation.Run(new BenchChannel(world, card), plan.Content, keys, _dice.Fill);
        }
        catch (CardLostException)
        {
            return null;
        }
        finally
        {
            card.Chip.Remove();
        }
    }
}
