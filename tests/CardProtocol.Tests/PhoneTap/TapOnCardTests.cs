using System.Text;
using SmartCardCrm.Simulator.Chip;

namespace SmartCardCrm.CardProtocol.Tests;

/// <summary>Cards that are given an address, torn anywhere on the way, and then held against a
/// phone.</summary>
public sealed class TapOnCardTests(ITestOutputHelper output)
{
    private const string Address = "https://example.org/t";
    private static readonly Uid Card = Uid.FromBytes([4, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66]);

    [Theory]
    [InlineData("ev3-4k", "")]
    [InlineData("ntag424", "")]
    [InlineData("ev3-4k", "sixteen letters!")]
    [InlineData("ntag424", "sixteen letters!")]
    public void A_phone_opens_an_address_that_proves_the_card(string profile, string content)
    {
        var card = new ChipInReader(Card, profile);
        Personalise(card, TapTemplate.Encrypted(Address, content));

        for (var tap = 1u; tap <= 3; tap++)
            Assert.Equal(new TapVerdict.Genuine(Card, tap, content), Tap(card, tap - 1));
    }

    [Theory]
    [InlineData("ev3-4k")]
    [InlineData("ntag424")]
    public void An_address_in_clear_proves_the_card_too(string profile)
    {
        var card = new ChipInReader(Card, profile);
        Personalise(card, TapTemplate.InClear(Address));

        Assert.Equal(new TapVerdict.Genuine(Card, 1, ""), Tap(card, 0));
        Assert.Equal(new TapVerdict.Refused(TapRefusal.Replayed), Tap(card, 2));
    }

    [Theory]
    [InlineData("ev3-4k")]
    [InlineData("ntag424")]
    public void Torn_at_any_exchange_and_run_again_the_card_is_the_same(string profile)
    {
        var template = TapTemplate.Encrypted(Address, "sixteen letters!");
        var whole = new ChipInReader(Card, profile);
        Personalise(whole, template);
        var moments = 2 * whole.Exchanges;

        for (var moment = 0; moment < moments; moment++)
        {
            var card = new ChipInReader(Card, profile) { TornAt = moment };
            Assert.Throws<CardLostException>(() => Personalise(card, template));
            card.PutBack();
            Personalise(card, template);
            Assert.Equal(whole.Save(), card.Save());
        }

        Assert.True(moments > 40);
        output.WriteLine($"tap personalisation on {profile}: torn at {moments} moments");
    }

    [Theory]
    [InlineData("ev3-4k")]
    [InlineData("ntag424")]
    public void Run_again_it_changes_nothing_and_the_counter_goes_on(string profile)
    {
        var card = new ChipInReader(Card, profile);
        var template = TapTemplate.Encrypted(Address);
        Personalise(card, template);
        Tap(card, 0);
        var before = card.Save();

        Personalise(card, template);

        Assert.Equal(before, card.Save());
        Assert.Equal(new TapVerdict.Genuine(Card, 2, ""), Tap(card, 1));
    }

    [Theory]
    [InlineData("ev3-4k")]
    [InlineData("ntag424")]
    public void A_simulated_card_is_signed_by_its_own_factory_and_by_no_other(string profile)
    {
        var card = new ChipInReader(Card, profile);
        var ours = new OriginalityKey("Simulator", OriginalityTestKey.PublicPoint);

        Assert.Same(ours, Originality.Check(card, Card, [.. Originality.NxpKeys, ours]));
        Assert.Null(Originality.Check(card, Card, Originality.NxpKeys));
    }

    private static void Personalise(ChipInReader card, TapTemplate template)
    {
        using var owner = Root(1);
        using var reading = Root(2);
        using var keys = new TapKeys(Card, owner, reading);
        TapPersonalisation.Run(card, template, keys, new CountingRandom(7).Fill);
    }

    private static TapVerdict Tap(ChipInReader card, uint lastSeen)
    {
        card.PutBack();
        var message = TapMessage.TryParse(ReadAddress(card));
        Assert.NotNull(message);
        using var reading = Root(2);
        using var verifier = new TapVerifier(reading);
        return verifier.Verify(message, _ => lastSeen);
    }

    /// <summary>As phones read a type 4 tag: name, container, the file that it names, length,
    /// message.</summary>
    private static string ReadAddress(ChipInReader card)
    {
        Send(card, "00A4040007D276000085010100");
        Send(card, "00A4000C02E103");
        var container = Send(card, "00B000000F");
        Send(card, $"00A4000C02{Convert.ToHexString(container.AsSpan(9, 2))}");
        var length = Send(card, "00B0000002")[1];
        var message = Send(card, $"00B00002{length:X2}");

        Assert.Equal("D101", Convert.ToHexString(message.AsSpan(..2)));
        Assert.Equal("5504", Convert.ToHexString(message.AsSpan(3, 2)));
        return "https://" + Encoding.ASCII.GetString(message.AsSpan(5));
    }

    private static byte[] Send(ChipInReader card, string apdu)
    {
        var answer = new byte[258];
        var length = card.Transmit(Convert.FromHexString(apdu), answer);
        Assert.Equal("9000", Convert.ToHexString(answer.AsSpan(length - 2, 2)));
        return answer[..(length - 2)];
    }

    private static RootKey Root(byte content) => new(1, Enumerable.Repeat(content, 16).ToArray());
}
