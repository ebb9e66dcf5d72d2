using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.Loyalty.Programme;
using SmartCardCrm.Terminal.Signals;
using SmartCardCrm.Terminal.Tests.Kit;

namespace SmartCardCrm.Terminal.Tests.Signals;

/// <summary>What one reader shows when.</summary>
public sealed class ReaderSignalsTests : IDisposable
{
    private static readonly ReaderScene Nobody = new(
        Available: true, CardPresent: false, Wanted: false, NotServing: null);

    private static readonly CheckoutState.Completed Completed = new(new CheckoutResult(
        LogKind.Sale, 1, 0, 100, 1, 42, 2, 1, [], 0));

    private readonly FakeTimeProvider _clock = new();
    private readonly MemoryWires _pins = new();
    private readonly FaultBook _faults = new();
    private readonly CarefulWires _wires;
    private readonly ReaderSignals _signals;

    public ReaderSignalsTests()
    {
        _wires = new CarefulWires(_pins, _faults, NullLogger.Instance);
        _signals = new ReaderSignals(
            MemoryWires.Counter, MemoryWires.Full, new SignalPatterns(), _wires, _clock);
        _signals.See(Nobody);
    }

    public void Dispose()
    {
        _signals.Dispose();
        _wires.Dispose();
    }

    [Fact]
    public void A_reader_at_rest_is_dark_and_one_that_is_wanted_blinks_yellow()
    {
        var rest = _pins.Lit;
        _signals.See(Nobody with { Wanted = true });

        Assert.Equal(Parts.None, rest);
        Assert.Equal([Parts.Yellow, Parts.None, Parts.Yellow], Over(500, 500));
    }

    [Fact]
    public void A_sale_is_yellow_while_the_card_is_read_then_green_with_one_short_beep_and_then_dark()
    {
        _signals.Tell(Of(new CheckoutState.Tapping(CancelAsked: false)));
        var reading = _pins.Lit;
        _signals.Tell(Of(Completed));
        _signals.See(Nobody);

        Assert.Equal(Parts.Yellow, reading);
        Assert.Equal([Parts.Green | Parts.Buzzer, Parts.Green, Parts.Green, Parts.None], Over(120, 2879, 1));
        Assert.Equal(Sign.Ready, _signals.Shown);
    }

    [Fact]
    public void A_card_that_stays_after_its_sale_is_asked_for_until_it_is_taken()
    {
        _signals.See(Nobody with { CardPresent = true });
        _signals.Tell(Of(Completed));
        Pass(3000);
        var left = _signals.Shown;
        _signals.See(Nobody with { CardPresent = true, Wanted = true });
        var nextWaits = _signals.Shown;
        _signals.See(Nobody with { Available = false });
        _signals.See(Nobody with { CardPresent = true, Wanted = true });
        var afterAGap = _signals.Shown;
        _signals.See(Nobody with { Wanted = true });

        Assert.Equal((Sign.TakeCard, Sign.TakeCard, Sign.TakeCard), (left, nextWaits, afterAGap));
        Assert.Equal(Sign.Waiting, _signals.Shown);
    }

    [Fact]
    public void A_declined_card_is_red_with_two_beeps()
    {
        _signals.Tell(Of(new CheckoutState.Declined(DeclineReason.CardBlocked)));
        _signals.See(Nobody);

        Assert.Equal(
            [Parts.Red | Parts.Buzzer, Parts.Red, Parts.Red | Parts.Buzzer, Parts.Red, Parts.None],
            Over(120, 120, 120, 2640));
    }

    [Fact]
    public void A_doubt_insists_until_it_is_settled_and_differs_from_nothing_happened()
    {
        _signals.Tell(Of(new CheckoutState.PresentAgain(RetryCode.CardLost)));
        var again = Over(150, 150, 150, 1050);
        _signals.Tell(Of(new CheckoutState.InDoubt(7)));
        var doubt = Over(100, 100, 60_000);
        _signals.Tell(Of(Completed));

        Assert.NotEqual(again[..3], doubt[..3]);
        Assert.DoesNotContain(doubt, lit => lit.HasFlag(Parts.Green));
        Assert.True(doubt[^1] is not Parts.None);
        Assert.Equal(Sign.Done, _signals.Shown);
    }

    [Fact]
    public void A_doubt_is_not_forgotten_over_another_customers_sale()
    {
        var doubtful = Guid.CreateVersion7(_clock.GetUtcNow());
        _signals.Tell(Of(new CheckoutState.InDoubt(7), doubtful));
        _signals.Tell(Of(Completed));
        _signals.See(Nobody);
        Pass(3000);
        var after = _signals.Shown;
        _signals.Tell(Of(new CheckoutState.Abandoned(), doubtful));

        Assert.Equal(Sign.Doubt, after);
        Assert.Equal(Sign.Ready, _signals.Shown);
    }

    [Fact]
    public void A_second_sale_beeps_again()
    {
        _signals.Tell(Of(Completed));
        Pass(1000);

        _signals.Tell(Of(Completed, Guid.CreateVersion7(_clock.GetUtcNow())));

        Assert.Equal(Parts.Green | Parts.Buzzer, _pins.Lit);
    }

    [Theory]
    [InlineData(false, null, (int)Sign.OutOfService)]
    [InlineData(true, "terminal-revoked", (int)Sign.OutOfService)]
    [InlineData(true, SignalRooms.NotReady, (int)Sign.OutOfService)]
    [InlineData(true, StopCode.KeysExpired, (int)Sign.OutOfService)]
    [InlineData(true, StopCode.Tamper, (int)Sign.Tamper)]
    public void A_reader_that_serves_nobody_says_so(bool available, string? code, int sign)
    {
        _signals.See(Nobody with { Available = available, NotServing = code, Wanted = true });

        Assert.Equal((Sign)sign, _signals.Shown);
        Assert.Equal(Parts.Red, _pins.Lit);
    }

    [Fact]
    public void Other_readers_checkouts_are_passed_over()
    {
        _signals.Tell(Of(Completed) with { Reader = "window" });

        Assert.Equal(Sign.Ready, _signals.Shown);
    }

    [Fact]
    public void A_broken_pin_is_noted_once_and_all_others_go_on()
    {
        _pins.BrokenPins.Add(1);
        _signals.Tell(Of(Completed));
        var lit = _pins.Lit;
        var faults = _faults.Lines;
        _pins.BrokenPins.Clear();
        Pass(3000);

        Assert.Equal(Parts.Buzzer, lit);
        Assert.Equal(["green of counter on pin 1: This pin is broken."], faults);
        Assert.Empty(_faults.Lines);
    }

    // What is lit now, and after each time.
    private Parts[] Over(params int[] milliseconds)
    {
        List<Parts> seen = [_pins.Lit];
        foreach (var ms in milliseconds)
        {
            Pass(ms);
            seen.Add(_pins.Lit);
        }

        return [.. seen];
    }

    // A timer that is set while time jumps counts from the end of the jump.
    private void Pass(int milliseconds)
    {
        for (var ms = 0; ms < milliseconds; ms++)
            _clock.Advance(TimeSpan.FromMilliseconds(1));
    }

    [Fact]
    public void Lights_for_whichever_reader_there_is_show_what_happens_at_any_and_not_what_waits()
    {
        using var any = new ReaderSignals(null, MemoryWires.Full, new SignalPatterns(), _wires, _clock);
        any.See(Nobody);

        any.Tell(Of(new CheckoutState.Tapping(CancelAsked: false)));
        var reading = any.Shown;
        any.Tell(Of(Completed));
        any.Tell(Of(new CheckoutState.Waiting()) with { Reader = null });

        Assert.Equal((Sign.Reading, Sign.Done), (reading, any.Shown));
    }

    private static Checkout Of(CheckoutState state, Guid id = default) => new(
        id, Shop.Basket(100), "key", DateTimeOffset.UnixEpoch, state, 1, 0, DateTimeOffset.UnixEpoch)
    {
        Reader = MemoryWires.Counter,
    };
}
