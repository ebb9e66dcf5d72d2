using System.Text.Json;
using SmartCardCrm.Simulator.Chip.Memory;
using SmartCardCrm.Simulator.Faults;

namespace SmartCardCrm.Simulator.Tests;

/// <summary>A card in the hand: torn, flipped, copied, kept.</summary>
public sealed class SimulatedCardTests
{
    private static readonly byte[] FreeMem = Convert.FromHexString("906E000000");
    private static readonly byte[] ReadUid = Convert.FromHexString("FFCA000000");
    private static readonly byte[] Create = Convert.FromHexString("90CA000005F54352098600");
    private static readonly byte[] Select = Convert.FromHexString("905A000003F5435200");

    private readonly SimulatedCard _card = SimulatedCard.Factory("ev3-4k", TestCard.Uid, TestCard.Counting());

    [Theory]
    [InlineData(TearMoment.Before, "91A0")]
    [InlineData(TearMoment.After, "9100")]
    public void A_torn_card_acted_or_not_and_is_gone(TearMoment moment, string found)
    {
        _card.Insert();
        _card.Tear(2, moment);
        Assert.NotNull(_card.Transmit(FreeMem));

        Assert.Null(_card.Transmit(Create));

        Assert.False(_card.IsInserted);
        Assert.Null(_card.Transmit(FreeMem));
        _card.Insert();
        Assert.Equal(found, Convert.ToHexString(_card.Transmit(Select)!));
    }

    [Fact]
    public void The_readers_own_commands_are_not_counted()
    {
        _card.Insert();
        _card.Transmit(ReadUid);
        _card.Transmit(FreeMem);
        _card.Remove();
        _card.Insert();
        _card.Transmit(FreeMem);
        _card.Transmit(FreeMem);

        Assert.Equal((2, 3L), (_card.Apdus, _card.ApdusTotal));
        Assert.Equal([1], _card.History);
    }

    [Fact]
    public void A_flipped_answer_is_wrong_once()
    {
        _card.Insert();
        var right = Convert.ToHexString(_card.Transmit(FreeMem)!);
        _card.Arm(new CardFault(FaultKind.Flip, 2));

        Assert.NotEqual(right, Convert.ToHexString(_card.Transmit(FreeMem)!));
        Assert.Equal(right, Convert.ToHexString(_card.Transmit(FreeMem)!));
    }

    [Fact]
    public async Task A_card_that_leaves_before_its_slow_answer_has_acted()
    {
        _card.Insert();
        _card.Arm(new CardFault(FaultKind.Slow, 1, 300_000));
        var answer = Task.Run(() => _card.Transmit(Create));
        Assert.True(SpinWait.SpinUntil(() => _card.Apdus == 1, TimeSpan.FromSeconds(20)));

        _card.Remove();

        Assert.Null(await answer);
        _card.Insert();
        Assert.Equal("9100", Convert.ToHexString(_card.Transmit(Select)!));
    }

    [Fact]
    public void A_fault_cannot_be_armed_for_the_past()
    {
        _card.Insert();
        _card.Transmit(FreeMem);

        Assert.Throws<ArgumentOutOfRangeException>(() => _card.Tear(1, TearMoment.Before));
    }

    [Fact]
    public void A_copy_goes_its_own_way()
    {
        var copy = _card.Clone();
        _card.Insert();
        _card.Transmit(Create);
        copy.Insert();

        Assert.Equal("91A0", Convert.ToHexString(copy.Transmit(Select)!));
        Assert.Equal(_card.Uid, copy.Uid);
    }

    [Fact]
    public void A_kept_card_comes_back_with_all_its_files_and_committed_values()
    {
        var chip = TestCard.CreateWhole();
        var reader = new TestReader(chip).Open(2);
        reader.Credit(11);
        reader.WriteRecord(0x42);
        reader.CommitReaderId();
        reader.Commit();
        reader.Credit(1);

        var look = SimulatedCard.Load(chip.Memory.Save()).Look();

        Assert.Equal(
            new ChipLook(111, 1, string.Concat(Enumerable.Repeat("42", 16)))
            {
                MemberFile = new string('0', 96),
            },
            look);
    }

    [Fact]
    public void A_kept_card_is_the_same_again()
    {
        var chip = TestCard.CreateWhole();
        var kept = chip.Memory.Save();

        var again = ChipMemory.Load(kept);

        Assert.Equal(kept, again.Save());
        Assert.Equal(chip.Memory.Ats.ToArray(), again.Ats.ToArray());
        Assert.Null(again.Applications[0].DfName);
    }

    [Theory]
    [InlineData("\"standard\"", "\"strange\"")]
    [InlineData("\"$type\": \"standard\",", "")]
    [InlineData("\"ev3-4k\"", "\"ev9\"")]
    [InlineData("\"Uid\": \"B", "\"Uid\": \"AAAAB")]
    [InlineData("\"Value\": \"", "\"Value\": \"AAAA")]
    [InlineData("\"Trials\": {}", "\"Trials\": null")]
    [InlineData("\"Records\": []", "\"Records\": null")]
    [InlineData("\"LastValue\": \"AAAAAAAAAAA=\"", "\"LastValue\": null")]
    [InlineData("\"FurtherRights\": []", "\"FurtherRights\": null")]
    public void A_damaged_file_is_no_card(string original, string damage)
    {
        var kept = TestCard.CreateWhole().Memory.Save();
        Assert.Contains(original, kept, StringComparison.Ordinal);

        var damaged = kept.Replace(original, damage, StringComparison.Ordinal);

        Assert.Throws<JsonException>(() => SimulatedCard.Load(damaged));
    }

    [Fact]
    public void What_no_chip_can_hold_is_no_card()
    {
        AssertNoCard(app => app.Files[6] = TestCard.Mac());
        AssertNoCard(app => ((StandardFile)app.Files[1]).Sdm = new SdmSettings
        {
            Options = 0xC1,
            Rights = new AccessRights(0xFF, 0xEF),
            UidAt = 30,
            CounterAt = 0,
        });
        AssertNoCard(app => app.KeySets!.Others[0].Keys.Add(
            new CardKey { Type = KeyType.Aes, Value = [1], Version = 1 }));
        AssertNoCard(app => app.KeySets!.Others[0] = null!);
    }

    private static void AssertNoCard(Action<Application> spoil)
    {
        var whole = TestCard.CreateWhole().Memory;
        var app = whole.Applications[0];
        var sets = new ApplicationKeySets { Version = 1, RollKey = 0, Others = [new KeySet()] };
        whole.Applications[0] = new Application
        {
            Aid = app.Aid,
            KeySettings = app.KeySettings,
            KeySettings2 = app.KeySettings2,
            Keys = app.Keys,
            Files = app.Files,
            KeySets = sets,
        };
        _ = SimulatedCard.Load(whole.Save());

        spoil(whole.Applications[0]);

        Assert.Throws<JsonException>(() => SimulatedCard.Load(whole.Save()));
    }

    [Fact]
    public void A_look_at_a_card_without_the_application_finds_nothing() =>
        Assert.Equal(new ChipLook(null, null, null), _card.Look());
}
