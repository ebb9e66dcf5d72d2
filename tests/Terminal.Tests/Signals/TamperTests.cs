using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using SmartCardCrm.SyncContract;
using SmartCardCrm.Terminal.Keys;
using SmartCardCrm.Terminal.Signals;
using SmartCardCrm.Terminal.Tests.Kit;

namespace SmartCardCrm.Terminal.Tests.Signals;

/// <summary>A terminal whose housing is opened.</summary>
public sealed class TamperTests : IAsyncLifetime
{
    private const int Pin = 23;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("tamper-");
    private readonly Chain _chain = new();
    private readonly Shop _shop;
    private readonly DataFolder _data;
    private readonly MemoryWires _pins = new();
    private readonly FaultBook _faults = new();
    private readonly CarefulWires _wires;
    private CardKeyDelivery _delivery;
    private TamperSwitch _switch;

    public TamperTests()
    {
        _shop = new Shop(_chain);
        _data = new DataFolder(_folder.FullName);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        PrivateFile.Replace(_data.Key, key.ExportPkcs8PrivateKey());
        _wires = new CarefulWires(_pins, _faults, NullLogger.Instance);
        (_delivery, _switch) = Start();
        _delivery.Deliver(Keys());
    }

    public async ValueTask InitializeAsync() => await _switch.StartAsync(CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await _switch.StopAsync(CancellationToken.None);
        _delivery.Dispose();
        _wires.Dispose();
        _shop.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public void An_opened_terminal_serves_no_card_and_has_no_keys_in_memory_or_on_disk()
    {
        var checkout = _shop.Post(100);

        Open();
        var wire = _shop.Present(_chain.Issue());

        Assert.Equal(StopCode.Tamper, _shop.Till.Desk.StoppedBecause);
        Assert.False(_shop.Keys.Ready);
        Assert.False(File.Exists(_data.SealedCardKeys));
        Assert.Empty(wire);
        Assert.IsType<CheckoutState.Waiting>(_shop.StateOf(checkout));
    }

    [Fact]
    public void A_contact_that_bounces_is_no_open_housing()
    {
        for (var i = 0; i < 20; i++)
        {
            _pins.HighPins.Add(Pin);
            Pass(90);
            _pins.HighPins.Clear();
            Pass(30);
        }

        Assert.Null(_shop.Till.Desk.StoppedBecause);
        Assert.True(_shop.Keys.Ready);
    }

    [Fact]
    public async Task Closing_it_or_starting_again_does_not_make_it_forget()
    {
        Open();
        _pins.HighPins.Clear();
        _chain.Clock.Advance(TimeSpan.FromHours(1));
        var closed = _shop.Till.Desk.StoppedBecause;

        await Restart();
        _delivery.Restore();
        _delivery.Deliver(Keys());

        Assert.Equal((StopCode.Tamper, StopCode.Tamper), (closed, _shop.Till.Desk.StoppedBecause));
        Assert.False(_shop.Keys.Ready);
        Assert.False(_delivery.MayHave);
        Assert.False(File.Exists(_data.SealedCardKeys));
    }

    [Fact]
    public void A_released_terminal_wants_its_keys_anew_and_sells()
    {
        var wanted = 0;
        _delivery.Due += () => wanted++;
        Open();
        _pins.HighPins.Clear();

        var released = TamperSeal.Release(_data);
        Pass(1000);
        var without = _shop.Keys.Ready;
        _delivery.Deliver(Keys());

        Assert.True(released);
        Assert.Equal((1, false), (wanted, without));
        Assert.Null(_shop.Till.Desk.StoppedBecause);
        Assert.IsType<CheckoutState.Completed>(_shop.Sell(_chain.Issue(), 100));
        Assert.False(TamperSeal.Release(_data));
    }

    [Fact]
    public void A_release_of_an_open_housing_does_not_last()
    {
        Open();

        TamperSeal.Release(_data);
        Pass(1000);

        Assert.Equal(StopCode.Tamper, _shop.Till.Desk.StoppedBecause);
        Assert.True(TamperSeal.IsBroken(_data));
    }

    [Fact]
    public void A_disk_that_refuses_the_note_saves_no_keys_and_is_asked_again()
    {
        Directory.CreateDirectory(_data.Tampered + ".new");
        File.WriteAllText(Path.Combine(_data.Tampered + ".new", "in the way"), "");
        Open();
        var ready = _shop.Keys.Ready;
        _pins.HighPins.Clear();

        Directory.Delete(_data.Tampered + ".new", recursive: true);
        Pass(1000);

        Assert.False(ready);
        Assert.Equal(StopCode.Tamper, _shop.Till.Desk.StoppedBecause);
        Assert.True(TamperSeal.IsBroken(_data));
    }

    [Fact]
    public void A_switch_that_cannot_be_read_is_a_fault_and_stops_nobody()
    {
        _pins.BrokenPins.Add(Pin);

        _chain.Clock.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal(["tamper switch on pin 23: This pin is broken."], _faults.Lines);
        Assert.IsType<CheckoutState.Completed>(_shop.Sell(_chain.Issue(), 100));
    }

    [Fact]
    public void An_opened_terminal_lends_no_card_to_headquarters()
    {
        Open();
        _shop.Till.Guests.Announce(new ReaderGuest(null, (_, _) => Assert.Fail("It was lent.")));

        _shop.Present(_chain.Issue());

        Assert.True(_shop.Till.Guests.Wants("counter"));
    }

    private void Open()
    {
        _pins.HighPins.Add(Pin);
        Pass(200);
    }

    // A jump would show the switch only where it ends.
    private void Pass(int milliseconds)
    {
        for (var ms = 0; ms < milliseconds; ms += 5)
            _chain.Clock.Advance(TimeSpan.FromMilliseconds(5));
    }

    private async Task Restart()
    {
        await _switch.StopAsync(CancellationToken.None);
        _delivery.Dispose();
        _shop.Restart();
        (_delivery, _switch) = Start();
        await _switch.StartAsync(CancellationToken.None);
    }

    private (CardKeyDelivery Delivery, TamperSwitch Switch) Start()
    {
        var enrolled = new EnrolledTerminal(
            1, "Till 3", 7, 42, "UTC", "USD", new Uri("https://127.0.0.1:5290"), CardKeyStorage.Sealed);
        var delivery = new CardKeyDelivery(enrolled, _data, _shop.Keys, _chain.Clock);
        var plan = SignalsPlan.Of(
            new SignalsFile(SignalsPlan.ConsoleLines) { Tamper = new SignalsFile.TamperEntry(Pin) }, []);
        var seal = new TamperSeal(
            _data, _shop.Till.Desk, delivery, _chain.Clock, NullLogger<TamperSeal>.Instance);
        return (delivery, new TamperSwitch(plan, _wires, seal, _chain.Clock));
    }

    private CardKeysReply Keys() => _chain.Delivery(terminal: 1);
}
