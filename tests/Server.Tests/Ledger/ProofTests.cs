using SmartCardCrm.CardProtocol;
using SmartCardCrm.Server.Ledger;
using SmartCardCrm.Server.Sync;
using SmartCardCrm.Server.Tests.Chain;
using SmartCardCrm.Server.Tests.Storage;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Server.Tests.Ledger;

/// <summary>The proof of one sale, as a pure function.</summary>
public sealed class ProofTests(SqliteEngine engine) : IClassFixture<SqliteEngine>
{
    [Fact]
    public void A_sale_is_proven_by_what_the_card_signed()
    {
        var (reported, number) = Sale();

        var proven = Assert.IsType<ProofResult.Proven>(Check(reported, number));

        Assert.Equal(2u, proven.Commit.Counter);
        Assert.Equal(12, proven.Commit.Written.Earned);
        Assert.Equal(0, proven.Commit.Adjusted);
        Assert.Equal(0u, proven.Commit.Previous.Terminal);
    }

    [Fact]
    public void No_bit_of_the_report_can_be_changed()
    {
        var (reported, number) = Sale();
        var (proof, steps) = reported.Evidence;

        for (var step = 0; step < steps.Count; step++)
        {
            for (var bit = 0; bit < BitsOf(steps[step]); bit++)
            {
                var forged = steps.ToArray();
                forged[step] = Flip(steps[step], bit);
                var report = reported with { Evidence = new CommitEvidence(proof, forged) };
                Assert.IsType<ProofResult.Refuted>(Check(report, number));
            }
        }
    }

    [Fact]
    public void A_card_of_another_number_proves_nothing() =>
        Assert.Equal(
            new ProofResult.Refuted("bad-proof", "card-number"), Check(Sale().Reported, cardNumber: 7));

    [Fact]
    public void Another_intent_of_the_same_terminal_cannot_claim_it()
    {
        var (reported, number) = Sale();
        var other = reported with { Place = reported.Place with { Sequence = 9 } };

        Assert.Equal(new ProofResult.Refuted("bad-reader-id", "reader-id-other"), Check(other, number));
    }

    private (ReportedCommit Reported, long Number) Sale()
    {
        using var hq = new Headquarters(engine.OpenBook());
        var (chip, till) = (hq.Issue(1), hq.NewTill());
        var intent = till.Sell(chip, new TestSale(12_34));
        var outcome = EntryBody.Parser.ParseFrom(till.Journal.Entries[(int)intent].Body).Outcome;
        var proof = new CommitProof(outcome.Tmc, TransactionMacValue.FromBytes(outcome.Tmv.Span));
        var reported = new ReportedCommit(
            new JournalPlace(till.Number, intent), chip.Uid,
            new CommitEvidence(proof, JournalReading.StepsOf(outcome.Steps)));
        return (reported, hq.CardOf(chip).Number);
    }

    private static ProofResult Check(ReportedCommit reported, long cardNumber)
    {
        var secrets = new TestSecrets();
        using var tmKey = secrets.TransactionMacKey(reported.Uid, TestSecrets.Version);
        using var readerKey = secrets.ReaderIdKey((uint)reported.Place.Terminal);
        return Proof.Check(reported, cardNumber, tmKey, readerKey);
    }

    private static int BitsOf(TransactionStep step) => 8 * (step.Header.Length + step.Data.Length);

    private static TransactionStep Flip(TransactionStep step, int bit)
    {
        byte[] bytes = [.. step.Header.Span, .. step.Data.Span];
        bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        var header = step.Header.Length;
        return new TransactionStep(bytes.AsMemory(..header), bytes.AsMemory(header..));
    }
}
