namespace SmartCardCrm.CardProtocol.Tests;

/// <summary>What the bench leaves is personalised like a card from the factory, and more safely.</summary>
public sealed class BenchCardTests
{
    private static readonly byte[] Bench = Example.Vector.GetProperty("piccKeys").Bytes("root");

    [Fact]
    public void A_card_from_the_bench_is_personalised_under_its_master_key()
    {
        var card = CardFromTheBench();
        using var keys = KeysWithBench();

        var birth = Run(card, keys);

        PersonalisationTests.AssertIsBorn(birth);
        PersonalisationTests.AssertIsAsPlanned(card);
    }

    [Fact]
    public void A_card_from_the_bench_that_is_torn_anywhere_is_gone_on_with()
    {
        using var keys = KeysWithBench();
        var whole = CardFromTheBench();
        Run(whole, keys);
        for (var moment = 0; moment < 2 * whole.Exchanges; moment++)
        {
            var card = CardFromTheBench();
            card.TornAt = moment;
            Assert.Throws<CardLostException>(() => Run(card, keys));
            card.PutBack();

            PersonalisationTests.AssertIsBorn(Run(card, keys));
            PersonalisationTests.AssertIsAsPlanned(card);
        }
    }

    [Fact]
    public void A_factory_card_is_personalised_by_who_has_a_bench_too()
    {
        var card = new ChipInReader(Example.Uid);
        using var keys = KeysWithBench();

        PersonalisationTests.AssertIsBorn(Run(card, keys));

        PersonalisationTests.AssertIsAsPlanned(card);
    }

    [Fact]
    public void A_card_from_the_bench_gives_nothing_to_who_has_no_key_of_it()
    {
        using var keys = Example.Keys();

        var refused = Assert.Throws<CardRefusedException>(() => Run(CardFromTheBench(), keys));

        Assert.Equal("The card refused CreateApplication: AE AUTHENTICATION_ERROR.", refused.Message);
    }

    private static CommitEvidence Run(ChipInReader card, PersonalisationKeys keys) =>
        Personalisation.Run(card, Example.Plan, keys, new CountingRandom(0x80).Fill);

    private static PersonalisationKeys KeysWithBench()
    {
        using var root = new RootKey(1, Bench);
        var masters = Enum.GetValues<CardKeyNumber>().Select(number => Example.Master(number, version: 1));
        return new PersonalisationKeys(Example.Uid, masters, root);
    }

    private static ChipInReader CardFromTheBench()
    {
        using var root = new RootKey(1, Bench);
        using var picc = new PiccKeys(Example.Uid, root);
        return ChipInReader.FromTheBench(Example.Uid, picc);
    }
}
