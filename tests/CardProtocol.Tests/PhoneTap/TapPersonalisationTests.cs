using CsCheck;

namespace SmartCardCrm.CardProtocol.Tests;

/// <summary>An EV3 or a NTAG gets the address that phones open, whatever happens on the way.</summary>
public sealed class TapPersonalisationTests
{
    private static readonly byte[] Owner = [.. Enumerable.Range(0xA0, 16).Select(value => (byte)value)];
    private static readonly byte[] Reading = [.. Enumerable.Range(0xB0, 16).Select(value => (byte)value)];
    private static readonly byte[] Bench = [.. Enumerable.Range(0xC0, 16).Select(value => (byte)value)];

    private static readonly TapTemplate Template = TapTemplate.Encrypted("https://tap.example/m");

    [Theory]
    [InlineData(Stock.FactoryEv3)]
    [InlineData(Stock.BenchEv3)]
    [InlineData(Stock.Ntag)]
    public void A_blank_card_gets_its_address(Stock stock)
    {
        var chip = Blank(stock);

        Run(chip);

        var use = stock is Stock.Ntag ? "give-address-ntag" : "give-address-ev3";
        if (stock is not Stock.BenchEv3)
            Transcript.MustBe(use, chip.Transcript);
        AssertIsDone(chip);
    }

    [Theory]
    [InlineData(Stock.FactoryEv3)]
    [InlineData(Stock.BenchEv3)]
    [InlineData(Stock.Ntag)]
    public void A_card_that_is_torn_anywhere_is_gone_on_with(Stock stock)
    {
        var whole = Blank(stock);
        Run(whole);
        for (var moment = 0; moment < 2 * whole.Exchanges; moment++)
        {
            var chip = Blank(stock);
            chip.TornAt = moment;
            Assert.Throws<CardLostException>(() => Run(chip));
            chip.PutBack();

            Run(chip);

            AssertIsDone(chip);
        }
    }

    [Fact]
    public void A_card_that_is_torn_again_and_again_is_gone_on_with() =>
        Gen.Select(Gen.Enum<Stock>(), Gen.Int[0, 80].Array[2, 6]).Sample(
            (stock, moments) =>
            {
                var chip = Blank(stock);
                foreach (var moment in moments)
                {
                    chip.TornAt = moment;
                    RunUntilTorn(chip);
                    chip.PutBack();
                }

                Run(chip);
                AssertIsDone(chip);
            },
            iter: 200);

    [Theory]
    [InlineData(Stock.FactoryEv3)]
    [InlineData(Stock.Ntag)]
    public void A_card_that_is_done_is_only_looked_at(Stock stock)
    {
        var chip = Blank(stock);
        Run(chip);
        chip.PutBack();

        Run(chip);

        var looking = new[] { "60", "A4", "71", "AF", "6F", "64", "F5", "AD" };
        var sent = chip.Transcript.Where(line => line[0] == '>').Select(line => line[4..6]);
        Assert.Empty(sent.Except(looking));
    }

    [Theory]
    [InlineData(Stock.FactoryEv3)]
    [InlineData(Stock.Ntag)]
    public void Another_address_of_the_same_shape_leaves_the_counter_alone(Stock stock)
    {
        var chip = Blank(stock);
        Run(chip);
        chip.PutBack();

        Run(chip, TapTemplate.Encrypted("https://tap.example/n"));

        var sent = chip.Transcript.Where(line => line[0] == '>').Select(line => line[4..6]);
        Assert.Contains("8D", sent);
        Assert.DoesNotContain("5F", sent);
    }

    [Fact]
    public void A_card_with_keys_of_others_is_left_alone()
    {
        var chip = Blank(Stock.Ntag);
        using (var root = new RootKey(1, new byte[16]))
        using (var others = new TapKeys(Example.Uid, root, root))
            TapPersonalisation.Run(chip, Template, others, new CountingRandom(1).Fill);
        chip.PutBack();

        var foreign = Assert.Throws<CardForeignException>(() => Run(chip));

        Assert.Equal(CardForeignReason.UnknownKeys, foreign.Reason);
    }

    [Fact]
    public void A_chip_that_cannot_sign_for_phones_is_left_alone()
    {
        var card = new ScriptedCard(
            "> 9060000000", "< 0401010100180591AF",
            "> 90AF000000", "< 0401010104180591AF",
            "> 90AF000000", "< 04112233445566000000000000009100");

        var foreign = Assert.Throws<CardForeignException>(() => Run(card));

        Assert.Equal(CardForeignReason.UnsuitableProduct, foreign.Reason);
        Assert.True(card.IsThrough);
    }

    [Fact]
    public void Each_step_is_told_as_it_begins()
    {
        var told = new List<TapStep>();
        using var keys = Keys();

        TapPersonalisation.Run(
            Blank(Stock.FactoryEv3), Template, keys, new CountingRandom(1).Fill, new Listener(told));

        Assert.Equal(Enum.GetValues<TapStep>(), told);
    }

    [Fact]
    public void The_keys_of_a_card_are_those_laid_down()
    {
        var laidDown = Example.Vector.GetProperty("tapKeys");
        using var owner = new RootKey(1, laidDown.Bytes("ownerRoot"));
        using var reading = new RootKey(1, laidDown.Bytes("readingRoot"));

        using var keys = new TapKeys(Example.Uid, owner, reading);

        Assert.Equal(
            laidDown.Lines("derived"),
            Enum.GetValues<TapKeyNumber>().Select(number => Convert.ToHexString(keys[number].Bytes)));
    }

    public enum Stock
    {
        FactoryEv3,
        BenchEv3,
        Ntag,
    }

    private static ChipInReader Blank(Stock stock)
    {
        var chip = new ChipInReader(Example.Uid, stock is Stock.Ntag ? "ntag424" : "ev3-4k");
        if (stock is Stock.BenchEv3)
        {
            using var root = new RootKey(1, Bench);
            using var keys = new PiccKeys(Example.Uid, root);
            PrePersonalisation.Run(chip, keys, new CountingRandom(1).Fill);
            chip.PutBack();
        }

        return chip;
    }

    private static TapKeys Keys()
    {
        using var owner = new RootKey(1, Owner);
        using var reading = new RootKey(1, Reading);
        using var bench = new RootKey(1, Bench);
        return new TapKeys(Example.Uid, owner, reading, bench);
    }

    private static void Run(ICardChannel chip, TapTemplate? template = null)
    {
        using var keys = Keys();
        TapPersonalisation.Run(chip, template ?? Template, keys, new CountingRandom(1).Fill);
    }

    private static void RunUntilTorn(ChipInReader chip)
    {
        try
        {
            Run(chip);
        }
        catch (CardLostException)
        {
            // Torn, as asked for; a moment past the end does not come.
        }
    }

    private static void AssertIsDone(ChipInReader chip)
    {
        chip.PutBack();
        using var keys = Keys();
        Assert.True(new PlainChannel(chip).TrySelect(TapLayout.Name));
        using var owner = Ev2Handshake.First(
            chip, keys[TapKeyNumber.Owner], TapKeyNumber.Owner, new CountingRandom(9).Fill);

        var settings = owner.Execute(new GetFileSettings(TapLayout.Address.Number));
        Assert.Equal(
            new FileSettings(TapLayout.Address.Mode, TapLayout.Rights, TapLayout.AddressSize, Template.Sdm),
            settings);
        var content = owner.Execute(new ReadData(TapLayout.Address, 0, Template.File.Length));
        Assert.Equal(Template.File, content.Span);
        foreach (var number in Enum.GetValues<TapKeyNumber>())
            Assert.Equal(1, owner.Execute(new GetKeyVersion(number)));
    }

    private sealed class Listener(List<TapStep> told) : IProgress<TapStep>
    {
        public void Report(TapStep value) => told.Add(value);
    }
}
