namespace SmartCardCrm.CardProtocol.Tests;

/// <summary>A prepared card is given to a member at a shop, with a terminal's two keys alone.</summary>
public sealed class BindingTests
{
    private static readonly BindingPlan Plan = Example.Plan.Binding;

    [Fact]
    public void A_prepared_card_is_born_with_the_proof_laid_down()
    {
        var card = PreparedCard();

        var birth = Bind(card);

        Assert.Equal(new CommitProof(1, Example.BirthTmv), birth.Proof);
        AssertIsProven(birth);
        Assert.Equal(11, card.Exchanges);
    }

    [Fact]
    public void A_prepared_card_is_nobodys()
    {
        using var card = Example.Open(PreparedCard(), CardKeyNumber.Enquiry);

        Assert.Equal(default, card.ReadLastCommit());
        Assert.Throws<CardRefusedException>(() => card.ReadNewest());
    }

    [Fact]
    public void A_binding_that_is_torn_anywhere_is_gone_on_with()
    {
        for (var moment = 0; moment < 2 * 11; moment++)
        {
            var card = PreparedCard();
            card.TornAt = moment;
            Assert.Throws<CardLostException>(() => Bind(card));
            card.PutBack();

            AssertIsProven(Completed(Bind(card)));
        }
    }

    [Fact]
    public void A_birth_whose_answer_was_lost_lacks_what_only_headquarters_can_add()
    {
        var card = PreparedCard();
        var whole = Bind(card);
        card.PutBack();

        var again = Bind(card);

        Assert.Equal(whole.Proof, again.Proof);
        Assert.Equal(ReaderId.Length, again.Steps[^1].Data.Length);
        Assert.Equal(TransactionMac.Tmi(whole.Steps), TransactionMac.Tmi(Completed(again).Steps));
        Assert.Same(whole, Completed(whole));
    }

    [Fact]
    public void A_card_that_is_another_members_is_left_alone()
    {
        var card = PreparedCard();
        Bind(card);
        card.PutBack();

        AssertForeign(
            CardForeignReason.OtherContent, card, Plan with { Birth = Example.Birth with { Sequence = 42 } });
    }

    [Fact]
    public void A_card_in_use_is_left_alone()
    {
        var card = Example.BornCard();
        Example.Sell(card, earned: 5, redeemed: 0);
        card.PutBack();

        AssertForeign(CardForeignReason.InUse, card, Plan);
    }

    [Fact]
    public void A_card_that_is_not_prepared_says_so()
    {
        var refused = Assert.Throws<CardRefusedException>(() => Bind(new ChipInReader(Example.Uid)));

        Assert.Equal(CardStatus.ApplicationNotFound, refused.Status);
    }

    [Fact]
    public void Nothing_but_a_birth_binds() =>
        Assert.Throws<ArgumentException>(() => Bind(PreparedCard(), Plan with { Birth = Example.Sale }));

    [Fact]
    public void Binding_has_its_golden_bytes()
    {
        var card = PreparedCard();

        Bind(card);

        Transcript.MustBe("bind", card.Transcript);
    }

    private static ChipInReader PreparedCard()
    {
        var card = new ChipInReader(Example.Uid);
        using var keys = Example.Keys();
        Personalisation.Prepare(card, Example.Plan.Preparation, keys, new CountingRandom(0x80).Fill);
        card.PutBack();
        return card;
    }

    private static CommitEvidence Bind(ICardChannel card, BindingPlan? plan = null)
    {
        using var enquiry = Example.Key(CardKeyNumber.Enquiry);
        using var sale = Example.Key(CardKeyNumber.Sale);
        return Binding.Run(card, plan ?? Plan, enquiry, sale, new CountingRandom(0x30).Fill);
    }

    private static CommitEvidence Completed(CommitEvidence birth)
    {
        using var key = Example.Key(CardKeyNumber.TransactionMac);
        return Binding.Complete(birth, Example.Uid, key);
    }

    private static void AssertIsProven(CommitEvidence birth)
    {
        using var key = Example.Key(CardKeyNumber.TransactionMac);
        Assert.True(TransactionMac.Verify(key, Example.Uid, birth.Proof.Tmc, birth.Steps, birth.Proof.Tmv));
    }

    private static void AssertForeign(CardForeignReason reason, ICardChannel card, BindingPlan plan)
    {
        var foreign = Assert.Throws<CardForeignException>(() => Bind(card, plan));

        Assert.Equal(reason, foreign.Reason);
    }
}
