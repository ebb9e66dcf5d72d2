using SmartCardCrm.CardProtocol;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Terminal.Tests.Kit;

/// <summary>What a journal says has happened, reckoned by the test itself.</summary>
internal static class Books
{
    /// <summary>The intents that an outcome or a settlement says happened.</summary>
    public static IReadOnlyList<Intent> Happened(this Shop shop)
    {
        var entries = shop.Entries;
        var happened = entries.Select(e => e.ContentCase switch
        {
            EntryBody.ContentOneofCase.Outcome => e.Outcome.IntentSequence,
            EntryBody.ContentOneofCase.Settlement when e.Settlement.Happened => e.Settlement.IntentSequence,
            _ => 0u,
        });
        return [.. happened.Where(s => s > 0).Select(s => entries[(int)s - 1].Intent)];
    }

    /// <summary>What those intents changed on cards.</summary>
    public static int PointsHappened(this Shop shop) =>
        shop.Happened().Sum(i => i.BalanceAfter - i.BalanceBefore);

    /// <summary>Steps as the card's proof takes them.</summary>
    /// <param name="previous">What the card answered to CommitReaderID, where the steps do not have
    /// it.</param>
    public static IReadOnlyList<TransactionStep> Plain(
        IEnumerable<Step> steps, ReadOnlySpan<byte> previous = default)
    {
        var plain = new List<TransactionStep>();
        foreach (var step in steps)
        {
            var isReaderId = step.Header.Span is [0xC8];
            var data = isReaderId ? [.. step.Data.Span, .. previous] : step.Data.ToByteArray();
            plain.Add(new TransactionStep(step.Header.ToByteArray(), data));
        }

        return plain;
    }

    /// <summary>Whether the card made this MAC over these steps.</summary>
    public static bool Proves(
        this Chain chain, Uid uid, uint tmc, ReadOnlySpan<byte> tmv, IReadOnlyList<TransactionStep> steps)
    {
        using var key = chain.TransactionMacKey(uid);
        return TransactionMac.Verify(key, uid, tmc, steps, TransactionMacValue.FromBytes(tmv));
    }
}
