using SmartCardCrm.SyncContract;
using SmartCardCrm.Terminal.Keys;
using SmartCardCrm.Terminal.Tests.Kit;

namespace SmartCardCrm.Terminal.Tests.Keys;

/// <summary>Keys in memory, and how long they stay there.</summary>
public sealed class KeyExpiryTests : IDisposable
{
    private const uint Hour = 3600;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("expiry-");
    private readonly Chain _chain = new();
    private readonly Shop _shop;
    private readonly CardKeyDelivery _delivery;
    private int _due;

    public KeyExpiryTests()
    {
        _shop = new Shop(_chain);
        _delivery = DeliveryOf(CardKeyStorage.Memory);
        _delivery.Expired += () => _shop.Till.Desk.Stop(StopCode.KeysExpired);
        _delivery.Taken += () => _shop.Till.Desk.Resume(StopCode.KeysExpired);
        _delivery.Due += () => _due++;
        using var key = System.Security.Cryptography.ECDsa.Create();
        PrivateFile.Replace(new DataFolder(_folder.FullName).Key, key.ExportPkcs8PrivateKey());
    }

    public void Dispose()
    {
        _delivery.Dispose();
        _shop.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public void Keys_are_gone_when_their_time_is_over_and_no_card_is_served_until_they_come_again()
    {
        _delivery.Deliver(_chain.Delivery(1, heldSecondsMost: Hour));
        _chain.Clock.Advance(TimeSpan.FromSeconds(Hour - 1));
        var before = _shop.Keys.Ready;
        _chain.Clock.Advance(TimeSpan.FromSeconds(1));
        var after = (_shop.Keys.Ready, _shop.Till.Desk.StoppedBecause);
        var checkout = _shop.Post(100);
        var wire = _shop.Present(_chain.Issue());

        _delivery.Deliver(_chain.Delivery(1, heldSecondsMost: Hour));
        _shop.Present(_chain.Issue());

        Assert.True(before);
        Assert.Equal((false, StopCode.KeysExpired), after);
        Assert.Empty(wire);
        Assert.Null(_shop.Till.Desk.StoppedBecause);
        Assert.IsType<CheckoutState.Completed>(_shop.StateOf(checkout));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_terminal_that_is_to_hold_no_keys_wipes_those_it_had(bool sealsThem)
    {
        using var delivery = DeliveryOf(sealsThem ? CardKeyStorage.Sealed : CardKeyStorage.Memory);
        delivery.Deliver(_chain.Delivery(1, heldSecondsMost: Hour));

        delivery.Deliver(new CardKeysReply());

        Assert.False(_shop.Keys.Ready);
        delivery.Restore();
        Assert.False(_shop.Keys.Ready);
    }

    [Fact]
    public void Keys_that_had_expired_hold_nothing_up_where_none_are_wanted_any_more()
    {
        _delivery.Deliver(_chain.Delivery(1, heldSecondsMost: Hour));
        _chain.Clock.Advance(TimeSpan.FromHours(1));
        var before = _shop.Till.Desk.StoppedBecause;

        _delivery.Deliver(new CardKeysReply());

        Assert.Equal((StopCode.KeysExpired, null), (before, _shop.Till.Desk.StoppedBecause));
    }

    [Fact]
    public void They_are_wanted_anew_well_before_and_their_time_counts_from_the_last_delivery()
    {
        _delivery.Deliver(_chain.Delivery(1, heldSecondsMost: 4 * Hour));
        _chain.Clock.Advance(TimeSpan.FromHours(1));
        var due = _due;
        _delivery.Deliver(_chain.Delivery(1, heldSecondsMost: 4 * Hour));
        _chain.Clock.Advance(TimeSpan.FromHours(3.9));

        Assert.Equal(1, due);
        Assert.True(_shop.Keys.Ready);
    }

    [Fact]
    public void Keys_of_a_server_that_names_no_time_do_not_stay_for_ever()
    {
        _delivery.Deliver(_chain.Delivery(1));

        _chain.Clock.Advance(CardKeyDelivery.HeldMost);

        Assert.False(_shop.Keys.Ready);
    }

    [Fact]
    public void Sealed_keys_stay_as_the_shop_has_decided()
    {
        using var sealing = DeliveryOf(CardKeyStorage.Sealed);
        sealing.Deliver(_chain.Delivery(1, heldSecondsMost: Hour));

        _chain.Clock.Advance(TimeSpan.FromDays(30));

        Assert.True(_shop.Keys.Ready);
    }

    [Fact]
    public void A_forgotten_key_does_not_expire_once_more()
    {
        _delivery.Deliver(_chain.Delivery(1, heldSecondsMost: Hour));
        _delivery.Forget();

        _chain.Clock.Advance(TimeSpan.FromHours(2));

        Assert.Null(_shop.Till.Desk.StoppedBecause);
    }

    private CardKeyDelivery DeliveryOf(CardKeyStorage storage) => new(
        new EnrolledTerminal(
            1, "Till 3", 7, 42, "UTC", "USD", new Uri("https://127.0.0.1:5290"), storage),
        new DataFolder(_folder.FullName), _shop.Keys, _chain.Clock);
}
