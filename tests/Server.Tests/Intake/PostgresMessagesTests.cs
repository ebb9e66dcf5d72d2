using System.Collections.Concurrent;
using System.Diagnostics;
using SmartCardCrm.Server.Sync;
using SmartCardCrm.Server.Tests.Chain;
using SmartCardCrm.Server.Tests.Storage;

namespace SmartCardCrm.Server.Tests.Intake;

/// <summary>Each message to PostgreSQL and back is a wait for another process.</summary>
public sealed class PostgresMessagesTests(PostgresCluster cluster)
{
    // What is foreseen: cards, their newest commits, where they were, and which sales are returned. The head
    // of the feed, and what is written, with what is late at the terminal. And once for the transaction: its
    // lock, the journal's head, rules and currency, and the newest posting. Many rows go by COPY, two
    // messages for each of four tables.
    [Theory]
    [InlineData(2, 11)]
    [InlineData(150, 20)]
    public void Sales_taken_together_cost_as_many_messages_however_many_they_are(int sales, int most)
    {
        using var hq = new Headquarters(new PostgresEngine(cluster).OpenBook());
        hq.Enrol(1, store: 1);
        var till = hq.NewTill();
        var chips = Enumerable.Range(1, sales).Select(number => hq.Issue((uint)number)).ToList();
        chips.ForEach(chip => till.Sell(chip, new TestSale(1000)));
        var entries = hq.Intake.Read(new Delivery(till.Number, till.Journal.Entries));

        var messages = MessagesOf(() => hq.Intake.Take(entries));

        Assert.InRange(messages.Count, 1, most);
        Assert.Equal(sales, hq.Database.Read(
            db => db.Value<long>("SELECT COUNT(*) FROM card_transaction WHERE kind = 2")));
    }

    // The driver has a span for each, within the one that is current.
    private static IReadOnlyList<string> MessagesOf(Action work)
    {
        var messages = new ConcurrentQueue<string>();
        using var around = new Activity("test").SetIdFormat(ActivityIdFormat.W3C).Start();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Npgsql",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = span =>
            {
                if (span.TraceId == around.TraceId)
                    messages.Enqueue($"{span.OperationName}: {span.GetTagItem("db.query.text")}");
            },
        };
        ActivitySource.AddActivityListener(listener);
        work();
        return [.. messages];
    }
}
