using CsCheck;
using SmartCardCrm.Loyalty.Ledger;
using SmartCardCrm.Loyalty.Programme;

namespace SmartCardCrm.Loyalty.Tests;

public sealed class PostingTests
{
    [Fact]
    public void Every_transaction_sums_to_zero_and_moves_the_card_by_what_it_did() =>
        Gen.Int[0, 999].Select(Gen.Int[0, 999], Gen.Int[-999, 999]).Sample((earned, redeemed, adjusted) =>
        {
            var postings = Postings.ForSale(42, earned, redeemed, adjusted);

            var onCard = postings.Where(p => p is { Account: AccountKind.MemberOnCard, Owner: 42 });
            Assert.Equal(0, postings.Sum(p => p.Points));
            Assert.Equal(earned - redeemed + adjusted, onCard.Sum(p => p.Points));
        });

    [Fact]
    public void A_sale_and_its_return_leave_every_account_as_it_was() =>
        Gen.Int[0, 999].Select(Gen.Int[0, 999], Gen.Int[0, 999]).Sample((earned, redeemed, held) =>
        {
            var back = Return.OnCard(
                new ReturnTerms(redeemed, earned, default), held, new RuleSet(1, 1, "USD", 100, 1200, []));

            var all = Postings.ForSale(42, earned, redeemed, 0)
                .Concat(Postings.ForReturn(42, back.Given, back.Taken, 0))
                .Concat(Postings.OnAccount(7, back.OnAccount)).ToList();

            Assert.Equal(0, all.Sum(p => p.Points));
            Assert.InRange(held + back.Given - back.Taken, 0, 1200);
            Assert.Equal(0, Of(all, AccountKind.MemberOnCard) + Of(all, AccountKind.MemberOnAccount));
            Assert.Equal(0, Of(all, AccountKind.Redeemed) + Of(all, AccountKind.ProgrammeIssued));
        });

    [Fact]
    public void A_visit_without_points_posts_nothing() =>
        Assert.Empty(Postings.ForSale(42, 0, 0, 0));

    private static long Of(IEnumerable<Posting> postings, AccountKind account) =>
        postings.Where(p => p.Account == account).Sum(p => p.Points);
}
