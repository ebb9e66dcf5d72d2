using CsCheck;
using SmartCardCrm.Loyalty.Ledger;

namespace SmartCardCrm.Loyalty.Tests;

public sealed class PostingTests
{
    [Fact]
    public void Every_transaction_sums_to_zero_and_moves_the_card_by_what_it_did() =>
        Gen.Int[0, 999].Select(Gen.Int[0, 999], Gen.Int[-999, 999]).Sample((earned, redeemed, adjusted) =>
        {
            var postings = Postings.ForCardTransaction(42, earned, redeemed, adjusted);

            var onCard = postings.Where(p => p is { Account: AccountKind.MemberOnCard, Owner: 42 });
            Assert.Equal(0, postings.Sum(p => p.Points));
            Assert.Equal(earned - redeemed + adjusted, onCard.Sum(p => p.Points));
        });

    [Fact]
    public void A_visit_without_points_posts_nothing() =>
        Assert.Empty(Postings.ForCardTransaction(42, 0, 0, 0));
}
