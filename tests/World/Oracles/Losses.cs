using SmartCardCrm.Server.Cards;
using SmartCardCrm.Server.Ledger;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.Server.Sync;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.World;

/// <summary>What headquarters can never learn, because a terminal was revoked or stolen before it reported
/// the intent: it must show as a gap, and nothing else may be missing.</summary>
internal sealed class Losses(ChainWorld world, DbSession db)
{
    /// <summary>Whether some of what this card committed can never be known.</summary>
    public bool Has(PhysicalCard card) => card.Commits.Any(IsLost);

    /// <summary>Commits of the card that are not in the book, oldest first.</summary>
    public IReadOnlyList<TrueCommit> Missing(PhysicalCard card)
    {
        var posted = db.List<long>(
            "SELECT counter FROM card_transaction WHERE uid = @uid", new { uid = card.Uid.ToString() });
        return [.. card.Commits.ExceptBy(posted, c => c.Record.Counter)];
    }

    /// <summary>The book has all but the missing commits, and says which they are.</summary>
    public void Check(Card card, PhysicalCard physical, IReadOnlyList<TrueCommit> missing)
    {
        var runs = Runs([.. missing.Select(c => c.Record.Counter)]);
        foreach (var (from, through) in runs)
        {
            Truth.Demand(
                missing.Any(c => c.Record.Counter >= from && c.Record.Counter <= through && IsLost(c)), "I7",
                $"card {card.Uid}: n {from}..{through} are not posted; headquarters has all their intents");
        }

        CheckGaps(card, runs);
        Truth.Demand(
            card.AcknowledgedCounter == runs[0].From - 1, "I5",
            $"card {card.Uid}: n {card.AcknowledgedCounter} acknowledged, {runs[0].From} is missing");
        var expected = physical.Points - missing.Sum(c => (long)Change(physical, c));
        var balance = LedgerBook.BalanceOnCard(db, card.Number);
        Truth.Demand(
            balance == expected, "I5",
            $"card {card.Uid}: {balance} points in the ledger, {expected} by what is posted");
    }

    /// <summary>What headquarters has of the card's own log is true, and is all that terminals told of the
    /// missing commits.</summary>
    public void CheckLog(PhysicalCard physical, IReadOnlyList<TrueCommit> missing)
    {
        var of = new { uid = physical.Uid.ToString() };
        var seen = Texts(db.List<byte[]>("SELECT record FROM seen_record WHERE uid = @uid", of));
        var made = Texts(physical.Commits.Select(c => c.Bytes));
        Truth.Demand(
            world.IsForged(of.uid) || seen.IsSubsetOf(made), "I9",
            $"something was seen in the log of card {of.uid}, which never committed that");

        var told = Texts(db
            .List<byte[]>("SELECT body FROM journal_entry WHERE uid = @uid AND verdict = 'accepted'", of)
            .Select(EntryBody.Parser.ParseFrom)
            .Where(body => body.CardLog is not null)
            .SelectMany(body => body.CardLog.Records, (_, record) => record.ToByteArray()));
        told.IntersectWith(Texts(missing.Select(c => c.Bytes)));
        seen.UnionWith(Texts(db.List<byte[]>(
            "SELECT record_read FROM card_transaction WHERE uid = @uid AND record_read IS NOT NULL", of)));
        Truth.Demand(
            told.IsSubsetOf(seen), "I7",
            $"headquarters forgot what terminals saw in the log of card {of.uid}");
    }

    /// <summary>Rising numbers as runs, ends included.</summary>
    public static IReadOnlyList<(uint From, uint Through)> Runs(IReadOnlyList<uint> counters)
    {
        var runs = new List<(uint From, uint Through)>();
        foreach (var counter in counters)
        {
            if (runs.Count > 0 && runs[^1].Through == counter - 1)
                runs[^1] = (runs[^1].From, counter);
            else
                runs.Add((counter, counter));
        }

        return runs;
    }

    // A counter of which a terminal said something that is not posted stands in that exception, all others in
    // gaps; none in both.
    private void CheckGaps(Card card, IReadOnlyList<(uint From, uint Through)> runs)
    {
        var gaps = db.List<string>(
            """
            SELECT detail FROM book_exception
            WHERE uid = @Uid AND cause IN ('gap', 'late') AND closed_us IS NULL
            """,
            new { card.Uid });
        var missing = runs.SelectMany(run => Counters(run.From, run.Through)).ToHashSet();
        var told = db.List<long>(
            """
            SELECT DISTINCT counter FROM book_exception
            WHERE uid = @Uid AND cause IN ('doubt', 'bad-proof', 'bad-reader-id') AND closed_us IS NULL
                AND counter IS NOT NULL
            """,
            new { card.Uid }).Select(counter => (uint)counter).Where(missing.Contains);
        var counted = gaps.Select(gap => gap.Split("..").Select(Whole).ToList())
            .SelectMany(gap => Counters(gap[0], gap[^1])).Concat(told).Order();
        Truth.Demand(
            counted.SequenceEqual(missing.Order()), "I7",
            $"card {card.Uid}: missing {string.Join(", ", missing.Order())}; gaps {string.Join(", ", gaps)}, "
                + $"in all {string.Join(", ", counted)}");
    }

    private static IEnumerable<uint> Counters(uint from, uint through) =>
        Enumerable.Range((int)from, (int)(through - from) + 1).Select(counter => (uint)counter);

    private static uint Whole(string text) =>
        uint.Parse(text, System.Globalization.CultureInfo.InvariantCulture);

    private bool IsLost(TrueCommit commit) =>
        world.Terminals.Any(t => t.Number == commit.Record.Terminal && t.IsGoneForGood)
        && Journals.Head(db, commit.Record.Terminal).Sequence < commit.Record.Sequence;

    private static int Change(PhysicalCard card, TrueCommit commit) =>
        commit.Points - card.Commits.Where(c => c.Record.Counter == commit.Record.Counter - 1)
            .Select(c => c.Points).FirstOrDefault();

    private static HashSet<string> Texts(IEnumerable<byte[]> bytes) =>
        bytes.Select(Convert.ToHexString).ToHashSet(StringComparer.Ordinal);
}
