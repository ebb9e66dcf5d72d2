namespace SmartCardCrm.CardProtocol.Tests;

/// <summary>What whoever watches a rotation is told. That it can be torn anywhere is
/// <see cref="DrivenTearingTests"/>'.</summary>
public sealed class KeyRotationTests
{
    private readonly Reported _reported = new();
    private ChipInReader _card = Example.BornCard();

    [Fact]
    public void Each_key_is_told_as_it_is_changed_the_issuers_last_and_none_again()
    {
        using var target = HeldKeys.NewerKeys();
        using var earlier = Example.Keys();

        Rotate(target, earlier);
        Rotate(target, earlier);

        Assert.Equal(
            [
                CardKeyNumber.Enquiry, CardKeyNumber.Sale, CardKeyNumber.Partner, CardKeyNumber.Spare4,
                CardKeyNumber.Spare5, CardKeyNumber.Issuer,
            ],
            _reported.Keys);
    }

    [Fact]
    public void A_card_whose_issuer_key_nobody_has_is_foreign()
    {
        using var newer = HeldKeys.NewerKeys();
        using var earlier = Example.Keys();
        Rotate(newer, earlier);
        using var target = Example.Keys(version: 3);

        var foreign = Assert.Throws<CardForeignException>(() => Rotate(target, earlier));

        Assert.Contains("issuer", foreign.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_card_with_one_key_that_nobody_has_is_foreign_and_says_which_version()
    {
        using var newer = HeldKeys.NewerKeys();
        using var earlier = Example.Keys();
        for (var moment = 0; _reported.Keys.Count == 0; moment++)
        {
            _card = Example.BornCard();
            _card.TornAt = moment;
            Assert.Throws<CardLostException>(() => Rotate(newer, earlier));
            _card.PutBack();
        }

        using var target = Example.Keys(version: 3);
        var foreign = Assert.Throws<CardForeignException>(() => Rotate(target, earlier));

        Assert.Contains("Enquiry key has version 2", foreign.Message, StringComparison.Ordinal);
    }

    private void Rotate(PersonalisationKeys target, PersonalisationKeys earlier) => KeyRotation.Run(
        _card, target, [earlier], new CountingRandom(0x80).Fill, _reported);

    // Progress of the framework's own tells on other threads.
    private sealed class Reported : IProgress<CardKeyNumber>
    {
        public List<CardKeyNumber> Keys { get; } = [];

        public void Report(CardKeyNumber value) => Keys.Add(value);
    }
}
