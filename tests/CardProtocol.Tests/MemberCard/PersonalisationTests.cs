using CsCheck;

namespace SmartCardCrm.CardProtocol.Tests;

/// <summary>A factory card becomes one of ours, whatever happens on the way.</summary>
public sealed class PersonalisationTests
{
    [Fact]
    public void A_fresh_card_is_born_with_the_proof_laid_down()
    {
        var card = new ChipInReader(Example.Uid);

        var birth = Run(card);

        Assert.Equal(new CommitProof(1, Example.BirthTmv), birth.Proof);
        Assert.Equal(
            Example.Vector.GetProperty("birthProof").Text("tmi"),
            Convert.ToHexString(TransactionMac.Tmi(birth.Steps)));
        AssertIsAsPlanned(card);
    }

    [Fact]
    public void A_card_that_is_torn_anywhere_is_gone_on_with()
    {
        var whole = new ChipInReader(Example.Uid);
        Run(whole);
        for (var moment = 0; moment < 2 * whole.Exchanges; moment++)
        {
            var card = new ChipInReader(Example.Uid) { TornAt = moment };
            Assert.Throws<CardLostException>(() => Run(card));
            card.PutBack();

            var birth = Run(card);

            AssertIsBorn(birth);
            AssertIsAsPlanned(card);
        }
    }

    [Fact]
    public void A_card_that_is_torn_again_and_again_is_gone_on_with() =>
        Gen.Int[0, 100].Array[2, 6].Sample(
            moments =>
            {
                var card = new ChipInReader(Example.Uid);
                foreach (var moment in moments)
                {
                    card.TornAt = moment;
                    RunUntilTorn(card);
                    card.PutBack();
                }

                AssertIsBorn(Run(card));
                AssertIsAsPlanned(card);
            },
            iter: 200);

    [Fact]
    public void A_card_that_is_born_is_only_looked_at()
    {
        var card = Example.BornCard();

        AssertIsBorn(Run(card));

        var looking = new[] { "5A", "71", "AF", "6F", "AD", "64", "AB" };
        var sent = card.Transcript.Where(line => line[0] == '>').Select(line => line[4..6]);
        Assert.Empty(sent.Except(looking));
    }

    [Fact]
    public void A_key_of_ours_can_be_changed_again()
    {
        var card = Example.BornCard();
        using var old = Example.Key(CardKeyNumber.Partner);
        using var other = new CardKey(2, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]);
        using var key = Example.Key(CardKeyNumber.Issuer);
        new PlainChannel(card).Execute(new SelectApplication(CardLayout.Application));
        using var issuer = Ev2Handshake.First(card, key, CardKeyNumber.Issuer, new CountingRandom(0).Fill);

        issuer.Execute(new ChangeKey(CardKeyNumber.Partner, old, other));

        Assert.Equal(2, issuer.Execute(new GetKeyVersion(CardKeyNumber.Partner)));
        using var partner =
            Ev2Handshake.NonFirst(issuer, other, CardKeyNumber.Partner, new CountingRandom(0).Fill);
        partner.Execute(new GetKeyVersion(CardKeyNumber.Partner));
    }

    [Fact]
    public void Each_step_is_told_as_it_begins()
    {
        var told = new List<PersonalisationStep>();
        using var keys = Example.Keys();

        Personalisation.Run(
            new ChipInReader(Example.Uid), Example.Plan, keys, new CountingRandom(0).Fill,
            new Listener(told));

        Assert.Equal(Enum.GetValues<PersonalisationStep>(), told);
    }

    [Fact]
    public void A_card_with_an_issuer_key_of_others_is_left_alone()
    {
        var card = Example.BornCard();
        using var masterOfOthers = new MasterKey(CardKeyNumber.Issuer, 1, new byte[16]);
        using var keys = KeysWith(masterOfOthers);

        AssertForeign(CardForeignReason.UnknownKeys, card, Example.Plan, keys);
    }

    [Fact]
    public void A_card_with_a_key_version_that_is_not_planned_is_left_alone()
    {
        var card = Example.BornCard();
        using var later = new MasterKey(CardKeyNumber.Spare4, 2, new byte[16]);
        using var keys = KeysWith(later);

        AssertForeign(CardForeignReason.UnknownKeys, card, Example.Plan, keys);
    }

    [Fact]
    public void A_card_that_is_somebody_elses_is_left_alone()
    {
        using var keys = Example.Keys();

        AssertForeign(
            CardForeignReason.OtherContent, Example.BornCard(),
            Example.Plan with { Identity = Example.Identity with { CardNumber = 2 } }, keys);
    }

    [Fact]
    public void A_card_that_was_born_to_another_plan_is_left_alone()
    {
        using var keys = Example.Keys();

        AssertForeign(
            CardForeignReason.OtherContent, Example.BornCard(),
            Example.Plan with { Birth = Example.Birth with { Sequence = 42 } }, keys);
    }

    [Fact]
    public void A_card_that_is_in_use_is_left_alone()
    {
        var card = Example.BornCard();
        Example.Sell(card, earned: 5, redeemed: 0);
        card.PutBack();
        using var keys = Example.Keys();

        AssertForeign(CardForeignReason.InUse, card, Example.Plan, keys);
    }

    [Fact]
    public void A_card_that_is_no_DESFire_is_named_so()
    {
        using var keys = Example.Keys();

        AssertForeign(CardForeignReason.NotDesfire, new AnsweringCard("6E00"), Example.Plan, keys);
    }

    [Fact]
    public void A_card_without_room_says_so()
    {
        using var keys = Example.Keys();
        var card = new ScriptedCard(
            "> 905A000003F5435200", "< 91A0",
            "> 905A00000300000000", "< 9100",
            "> 90CA000005F54352098600", "< 910E");

        var refused = Assert.Throws<CardRefusedException>(
            () => Personalisation.Run(card, Example.Plan, keys, new CountingRandom(0).Fill));

        Assert.Equal("The card refused CreateApplication: 0E OUT_OF_EEPROM.", refused.Message);
    }

    private static CommitEvidence Run(ChipInReader card)
    {
        using var keys = Example.Keys();
        return Personalisation.Run(card, Example.Plan, keys, new CountingRandom(0x80).Fill);
    }

    private static void RunUntilTorn(ChipInReader card)
    {
        try
        {
            Run(card);
        }
        catch (CardLostException)
        {
            // Torn, as asked for; a moment past the end does not come.
        }
    }

    internal static void AssertIsBorn(CommitEvidence birth)
    {
        Assert.Equal(new CommitProof(1, Example.BirthTmv), birth.Proof);
        using var key = Example.Key(CardKeyNumber.TransactionMac);
        Assert.True(TransactionMac.Verify(key, Example.Uid, birth.Proof.Tmc, birth.Steps, birth.Proof.Tmv));
    }

    internal static void AssertIsAsPlanned(ChipInReader reader)
    {
        reader.PutBack();
        using (var card = Example.Open(reader, CardKeyNumber.Enquiry))
        {
            Assert.Equal([Example.Birth], card.ReadLog(10));
            Assert.Equal(Example.Profile, card.ReadProfile());
            Assert.Equal(0, card.ReadBalance());
            Assert.Equal(new CommitProof(1, Example.BirthTmv), card.ReadLastCommit());
        }

        using var key = Example.Key(CardKeyNumber.Issuer);
        using var issuer =
            Ev2Handshake.First(reader, key, CardKeyNumber.Issuer, new CountingRandom(0).Fill);
        var identity = issuer.Execute(new ReadData(CardLayout.IdentityFile, 0, Identity.Length));
        Assert.Equal(Example.Vector.Text("identity"), Convert.ToHexString(identity.Span));
        for (var number = CardKeyNumber.Issuer; number <= CardKeyNumber.Spare5; number++)
            Assert.Equal(1, issuer.Execute(new GetKeyVersion(number)));
        Assert.Equal(
            Settings, Enumerable.Range(1, 5).Select(file => issuer.Execute(new RawCommand(
                0xF5, CommMode.Mac, [(byte)file], []))));
    }

    /// <summary>GetFileSettings of files 1 to 5, written by hand from docs/card.md.</summary>
    private static readonly string[] Settings =
    [
        "00030010200000",
        "0103201F800000",
        "0203201F0000000040420F000000000000",
        "0403201F4000000B0000010000",
        "0501201F0201",
    ];

    private static PersonalisationKeys KeysWith(MasterKey other)
    {
        var masters = Enum.GetValues<CardKeyNumber>().Where(number => number != other.Number)
            .Select(number => Example.Master(number, version: 1));
        return new PersonalisationKeys(Example.Uid, masters.Append(other));
    }

    private static void AssertForeign(
        CardForeignReason reason, ICardChannel card, PersonalisationPlan plan, PersonalisationKeys keys)
    {
        var foreign = Assert.Throws<CardForeignException>(
            () => Personalisation.Run(card, plan, keys, new CountingRandom(0).Fill));

        Assert.Equal(reason, foreign.Reason);
    }

    private sealed class Listener(List<PersonalisationStep> told) : IProgress<PersonalisationStep>
    {
        public void Report(PersonalisationStep value) => told.Add(value);
    }
}
