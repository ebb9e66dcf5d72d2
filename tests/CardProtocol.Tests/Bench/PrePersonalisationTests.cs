using System.Text.Json.Nodes;
using CsCheck;

namespace SmartCardCrm.CardProtocol.Tests;

/// <summary>A factory card becomes the chain's own, whatever happens on the way.</summary>
public sealed class PrePersonalisationTests
{
    // As the simulated card's file has it.
    private const int AesType = 1;

    private static readonly byte[] Bench = [.. Enumerable.Range(0xC0, 16).Select(value => (byte)value)];

    [Fact]
    public void A_factory_card_gets_keys_of_its_own_and_gives_nothing_freely()
    {
        var chip = new ChipInReader(Example.Uid);

        Run(chip);

        AssertIsOurs(chip);
        Transcript.MustBe("pre-personalise", chip.Transcript);
    }

    [Fact]
    public void A_card_that_is_torn_anywhere_is_gone_on_with()
    {
        var whole = new ChipInReader(Example.Uid);
        Run(whole);
        for (var moment = 0; moment < 2 * whole.Exchanges; moment++)
        {
            var chip = new ChipInReader(Example.Uid) { TornAt = moment };
            Assert.Throws<CardLostException>(() => Run(chip));
            chip.PutBack();

            Run(chip);

            AssertIsOurs(chip);
        }
    }

    [Fact]
    public void A_card_that_is_torn_again_and_again_is_gone_on_with() =>
        Gen.Int[0, 30].Array[2, 6].Sample(
            moments =>
            {
                var chip = new ChipInReader(Example.Uid);
                foreach (var moment in moments)
                {
                    chip.TornAt = moment;
                    RunUntilTorn(chip);
                    chip.PutBack();
                }

                Run(chip);
                AssertIsOurs(chip);
            },
            iter: 200);

    [Fact]
    public void A_card_of_ours_is_only_looked_at()
    {
        var chip = new ChipInReader(Example.Uid);
        Run(chip);
        chip.PutBack();

        Run(chip);

        Assert.Equal(["5A", "71", "AF", "45"], Sent(chip));
    }

    [Fact]
    public void A_card_of_others_is_left_alone()
    {
        var chip = new ChipInReader(Example.Uid);
        using (var others = new PiccKeys(Example.Uid, new RootKey(1, new byte[16])))
            PrePersonalisation.Run(chip, others, new CountingRandom(1).Fill);
        chip.PutBack();

        var foreign = Assert.Throws<CardForeignException>(() => Run(chip));

        Assert.Equal(CardForeignReason.UnknownKeys, foreign.Reason);
    }

    [Fact]
    public void Each_step_is_told_as_it_begins()
    {
        var told = new List<PrePersonalisationStep>();
        using var keys = Keys();

        PrePersonalisation.Run(
            new ChipInReader(Example.Uid), keys, new CountingRandom(1).Fill, new Listener(told));

        Assert.Equal(Enum.GetValues<PrePersonalisationStep>(), told);
    }

    [Fact]
    public void The_keys_of_a_card_are_those_laid_down()
    {
        var laidDown = Example.Vector.GetProperty("piccKeys");
        using var root = new RootKey(1, laidDown.Bytes("root"));

        using var keys = new PiccKeys(Example.Uid, root);

        Assert.Equal(laidDown.Text("master"), Convert.ToHexString(keys.Master.Bytes));
        Assert.Equal(laidDown.Text("default"), Convert.ToHexString(keys.Default.Bytes));
        Assert.Equal((1, 0), (keys.Master.Version, keys.Default.Version));
    }

    private static string[] Sent(ChipInReader chip) =>
        [.. chip.Transcript.Where(line => line[0] == '>').Select(line => line[4..6])];

    private static PiccKeys Keys()
    {
        using var root = new RootKey(1, Bench);
        return new PiccKeys(Example.Uid, root);
    }

    private static void Run(ICardChannel chip)
    {
        using var keys = Keys();
        PrePersonalisation.Run(chip, keys, new CountingRandom(1).Fill);
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

    private static void AssertIsOurs(ChipInReader chip)
    {
        using var keys = Keys();
        var memory = JsonNode.Parse(chip.Save()) as JsonObject ?? [];
        var master = memory["Keys"]![0]!;
        var first = Convert.FromBase64String((string)memory["DefaultKey"]!);

        Assert.Equal((AesType, 1), ((int)master["Type"]!, (int)master["Version"]!));
        Assert.Equal(Convert.ToBase64String(keys.Master.Bytes), (string)master["Value"]!);
        Assert.Equal(keys.Default.Bytes, first.AsSpan(..CardKey.Length));
        Assert.Equal(0, (int)memory["DefaultKeyVersion"]!);
        Assert.Equal(0x09, (int)memory["KeySettings"]!);
    }

    private sealed class Listener(List<PrePersonalisationStep> told) : IProgress<PrePersonalisationStep>
    {
        public void Report(PrePersonalisationStep value) => told.Add(value);
    }
}
