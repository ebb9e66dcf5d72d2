namespace SmartCardCrm.CardProtocol.Tests;

/// <summary>The one door to a card, on a simulated chip.</summary>
public sealed class MemberCardTests
{
    [Theory]
    [InlineData(57, 0, 9)]
    [InlineData(0, 20, 9)]
    [InlineData(57, 20, 10)]
    [InlineData(0, 0, 8)]
    public void A_sale_takes_the_fewest_exchanges_and_is_proven(int earned, int redeemed, int exchanges)
    {
        var reader = Example.BornCard();
        Example.Sell(reader, earned: 100, redeemed: 0);
        reader.PutBack();

        var (proof, steps) = Example.Sell(reader, earned, redeemed);

        Assert.Equal(exchanges, reader.Exchanges);
        Assert.Equal(3u, proof.Tmc);
        using var key = Example.Key(CardKeyNumber.TransactionMac);
        Assert.True(TransactionMac.Verify(key, Example.Uid, proof.Tmc, steps, proof.Tmv));
        var content = TransactionContent.TryRead(steps);
        Assert.NotNull(content);
        Assert.Equal(100, content.BalanceRead);
        Assert.Equal(2u, content.RecordRead?.Counter);
        Assert.Equal(100 + earned - redeemed, content.RecordWritten?.BalanceAfter);
        Assert.Equal(earned - redeemed, content.ValueChanges.Sum());
    }

    [Fact]
    public void The_steps_of_a_sale_are_known_before_it()
    {
        var reader = Example.BornCard();
        Example.Sell(reader, earned: 100, redeemed: 0);
        reader.PutBack();

        var (_, steps) = Example.Sell(reader, earned: 57, redeemed: 20);

        var content = TransactionContent.TryRead(steps);
        var plan = new TransactionPlan(content?.RecordWritten ?? Example.Sale, content?.ReaderId ?? default)
        {
            Changes = [-20, 57],
        };
        TransactionStep[] planned = [.. plan.Steps];
        Assert.Equal(TransactionMac.Tmi(planned[..3]), TransactionMac.Tmi(steps.Skip(2).Take(3)));
        Assert.Equal(planned[3].Data.ToArray(), steps[^1].Data[..ReaderId.Length].ToArray());
    }

    [Fact]
    public void Who_committed_before_is_known_to_the_server_only()
    {
        var reader = Example.BornCard();
        var (proof, steps) = Example.Sell(reader, earned: 57, redeemed: 0);
        using var key = Example.Key(CardKeyNumber.TransactionMac);
        var encrypted = TransactionContent.TryRead(steps)?.PreviousReaderId ?? default;

        var previous = TransactionMac.DecryptPrevious(key, Example.Uid, proof.Tmc, encrypted);

        Assert.Equal(Example.Plan.ReaderId, previous);
    }

    [Fact]
    public void A_sale_that_is_torn_leaves_the_old_state_or_the_new_one()
    {
        for (var moment = 0; moment < 2 * 9; moment++)
        {
            var reader = Example.BornCard();
            reader.TornAt = moment;
            Assert.Throws<CardLostException>(() => Example.Sell(reader, earned: 57, redeemed: 0));
            reader.PutBack();

            using var card = Example.Open(reader, CardKeyNumber.Enquiry);
            var counter = card.ReadNewest().Counter;
            var balance = card.ReadBalance();
            var last = card.ReadLastCommit();

            // Only the answer to the last command, the commit, can be lost after the card has acted.
            var committed = moment == (2 * 9) - 1;
            Assert.Equal(committed ? 2u : 1u, counter);
            Assert.Equal(committed ? 57 : 0, balance);
            Assert.Equal(counter, last.Tmc);
        }
    }

    [Fact]
    public void The_enquiry_key_reads_and_cannot_commit()
    {
        var reader = Example.BornCard();
        using var card = Example.Open(reader, CardKeyNumber.Enquiry);

        var refused = Assert.Throws<CardRefusedException>(() => card.CommitReaderId(default));

        Assert.Equal("CommitReaderID", refused.Command);
        Assert.Throws<ObjectDisposedException>(() => card.ReadNewest());
    }

    [Fact]
    public void No_more_points_are_redeemed_than_the_card_holds()
    {
        var reader = Example.BornCard();
        using var card = Example.Open(reader, CardKeyNumber.Sale);

        var refused = Assert.Throws<CardRefusedException>(() => card.Debit(1));

        Assert.Equal("The card refused Debit: BE BOUNDARY_ERROR.", refused.Message);
    }

    [Fact]
    public void A_card_without_our_application_is_refused()
    {
        var refused = Assert.Throws<CardRefusedException>(
            () => Example.Open(new ChipInReader(Example.Uid), CardKeyNumber.Enquiry));

        Assert.Equal(CardStatus.ApplicationNotFound, refused.Status);
    }

    [Fact]
    public void The_log_is_read_newest_first_and_never_beyond_its_end()
    {
        var reader = Example.BornCard();
        for (var counter = 1u; counter <= 13; counter++)
        {
            for (var most = 1; most <= 11; most++)
            {
                reader.PutBack();
                using var card = Example.Open(reader, CardKeyNumber.Enquiry);

                var log = card.ReadLog(most);

                var expected = (int)Math.Min(Math.Min(counter, 10), (uint)most);
                Assert.Equal(
                    Enumerable.Range(0, expected).Select(age => counter - (uint)age),
                    log.Select(record => record.Counter));
                Assert.Equal(3 + 1 + ((expected - 1 + 2) / 3), reader.Exchanges);
            }

            reader.PutBack();
            Example.Sell(reader, earned: 1, redeemed: 0);
        }
    }

    [Fact]
    public void Starting_again_leaves_earlier_reads_out_of_the_proof()
    {
        var reader = Example.BornCard();
        using var card = Example.Open(reader, CardKeyNumber.Sale);
        card.ReadLog(10);
        card.Credit(5);

        card.Restart();
        Assert.Empty(card.Steps);
        card.Append(Example.Sale);
        card.CommitReaderId(Example.Plan.ReaderId);
        var proof = card.Commit();

        using var key = Example.Key(CardKeyNumber.TransactionMac);
        Assert.Equal(2, card.Steps.Count);
        Assert.True(TransactionMac.Verify(key, Example.Uid, proof.Tmc, card.Steps, proof.Tmv));

        var committed = card.Steps;
        Assert.Equal(0, card.ReadBalance());
        Assert.Single(card.Steps);
        Assert.Equal(2, committed.Count);
    }
}
