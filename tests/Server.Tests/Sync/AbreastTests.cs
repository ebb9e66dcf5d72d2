using Google.Protobuf;
using SmartCardCrm.Server.Ledger;
using SmartCardCrm.Server.Sync;
using SmartCardCrm.Server.Tests.Chain;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Server.Tests.Sync;

public sealed class AbreastTests
{
    private const int Many = 100;

    [Fact]
    public void Journals_that_are_behind_are_taken_up_to_where_the_first_of_them_ends() =>
        Assert.Equal([50, Many], Cut(Delivery(1, from: 50, Many), Delivery(2, from: 0, Many)));

    [Fact]
    public void One_alone_is_taken_whole_and_so_is_what_a_terminal_sends_that_is_not_behind()
    {
        Assert.Equal([Many], Cut(Delivery(1, from: 50, Many)));
        Assert.Equal([Many, 5], Cut(Delivery(1, from: 50, Many), Delivery(2, from: 0, 5)));
        Assert.Equal([5, 5], Cut(Delivery(1, from: 50, 5), Delivery(2, from: 0, 5)));
    }

    [Fact]
    public void Nothing_waits_a_second_time() =>
        Assert.Equal(
            [Many, Many],
            Abreast.Cut([Delivery(1, from: 50, Many), Delivery(2, from: 0, Many)], at => at != 0));

    [Fact]
    public void Nothing_is_taken_before_what_comes_before_it_in_its_journal()
    {
        var later = Delivery(1, from: 0, Many, firstSequence: Many + 2);

        Assert.Equal(
            [0, 0, Many],
            Cut(Delivery(1, from: 500, Many), later, Delivery(2, from: 0, Many)));
    }

    [Fact]
    public void A_time_that_nobody_can_read_keeps_nobody_waiting_for_long()
    {
        var unreadable = Enumerable.Range(1, Many).Select(at => new ReadEntry(
            new JournalPlace(2, at), new JournalEntry { Body = ByteString.CopyFromUtf8("?") })).ToList();
        var journal = Delivery(1, from: 50, Many);

        Assert.Equal([0, Many], Cut(journal, unreadable));
        Assert.Equal([Many, Many], Abreast.Cut([journal, unreadable], at => at != 0));
    }

    private static IReadOnlyList<int> Cut(params IReadOnlyList<ReadEntry>[] deliveries) =>
        Abreast.Cut(deliveries, _ => true);

    // An entry each microsecond.
    private static List<ReadEntry> Delivery(long terminal, int from, int count, int firstSequence = 2) =>
        [.. Enumerable.Range(0, count).Select(at => Entry(terminal, firstSequence + at, from + at + 1))];

    private static ReadEntry Entry(long terminal, int sequence, long recordedAtUs)
    {
        var secrets = new TestSecrets();
        var body = new EntryBody
        {
            ProtocolVersion = 1,
            RecordedAtUs = recordedAtUs,
            Failure = new Failure { IntentSequence = 1 },
        };
        var entry = new ReadEntry(
            new JournalPlace(terminal, sequence),
            new JournalEntry { Sequence = (uint)sequence, Body = body.ToByteString() });
        using var readerKey = secrets.ReaderIdKey((uint)terminal);
        entry.ReadAhead(secrets, readerKey);
        return entry;
    }
}
