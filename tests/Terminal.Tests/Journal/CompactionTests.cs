using Microsoft.Extensions.Time.Testing;
using SmartCardCrm.Terminal.Tests.Kit;

namespace SmartCardCrm.Terminal.Tests;

/// <summary>What goes from the beginning of a journal, and what does not.</summary>
public sealed class CompactionTests : IDisposable
{
    private static readonly TimeSpan Keep = TimeSpan.FromDays(40);

    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 1, 5, 8, 0, 0, TimeSpan.Zero));
    private readonly LongLife _life;

    public CompactionTests() => _life = new LongLife(_clock);

    private Journal Journal => _life.Journal;

    private uint First => Journal.Unsent(0, 1, int.MaxValue)[0].Sequence;

    public void Dispose() => _life.Dispose();

    [Fact]
    public void What_headquarters_has_had_for_as_long_as_is_kept_goes_and_the_chain_goes_on()
    {
        Sell();
        CloseDay();
        var hash = Journal.HashOf(3);
        Sell();
        CloseDay();
        Pass(Keep + TimeSpan.FromDays(4));

        Compact();

        Assert.Equal((6u, 6u), (First, Journal.Head.Sequence));
        Assert.Null(Journal.HashOf(0));
        Assert.Null(Journal.HashOf(3));
        Assert.NotNull(Journal.HashOf(5));
        Assert.NotNull(hash);
        Assert.Equal((2u, 6u), Journal.NewestDay);
        Assert.Null(Journal.DayClosed(1));
        Assert.NotNull(Journal.DayClosed(2));
        Sell();
        _life.Restart();
        Assert.Equal((6u, 8u), (First, Journal.Head.Sequence));
        Assert.Equal((2u, 6u), Journal.NewestDay);
        Assert.Equal(3u, _life.Till.Days.Current().Number);
    }

    [Fact]
    public void A_younger_entry_stays()
    {
        SellAndClose();
        Pass(Keep - TimeSpan.FromDays(1));

        Compact();

        Assert.Equal(1u, First);
    }

    [Fact]
    public void What_headquarters_lacks_stays_however_old_it_is()
    {
        _life.Happened(_life.Begin(_life.NewId(), 0));
        _life.Till.Days.Close("z-1", null);
        _life.Happened(_life.Begin(_life.NewId(), 0));
        _life.Till.Days.Close("z-2", null);
        Journal.AcknowledgeThrough(2);
        Pass(Keep * 2);

        Compact();

        Assert.Equal(3u, First);
    }

    /// <summary>A book that was restored takes again what it lacks, and may be restored once more.</summary>
    [Fact]
    public void What_headquarters_has_lost_meanwhile_is_kept_as_long_again()
    {
        SellAndClose();
        SellAndClose();
        Pass(Keep / 2);
        Journal.AcknowledgeThrough(1);
        Journal.AcknowledgeThrough(Journal.Head.Sequence);
        Pass(Keep / 2 + TimeSpan.FromDays(4));

        Compact();

        Assert.Equal(1u, First);
    }

    [Fact]
    public void A_day_that_is_not_closed_stays_with_the_close_before_it()
    {
        SellAndClose();
        Sell();
        Pass(Keep * 2);

        Compact();

        Assert.Equal(3u, First);
        Assert.Equal(1, _life.Till.Days.Current().Totals[0].Count);
    }

    [Fact]
    public void An_open_doubt_is_set_aside_and_settles_still()
    {
        var operation = _life.NewId();
        var intent = _life.Begin(operation, redeemed: 7);
        _life.Doubt(intent);
        CloseDay();
        SellAndClose();
        Pass(Keep * 2);
        Compact();
        _life.Restart();

        Assert.Equal(intent, Assert.Single(Journal.OpenDoubts()).Sequence);
        Assert.Equal(6u, First);
        _life.Settle(intent, happened: true);
        Assert.True(Journal.Trace(operation)?.Happened);
        Assert.Equal(7, _life.Till.Days.Current().Totals[0].Redeemed);
        CloseDay();
        SellAndClose();
        Pass(Keep * 2);
        Compact();
        Assert.Null(Journal.Trace(operation));
        Assert.Equal(First, (uint)Rows("SELECT min(sequence) FROM entry"));
    }

    [Fact]
    public void A_doubt_that_headquarters_settled_counts_once_after_its_entries_are_old()
    {
        var operation = _life.NewId();
        var intent = _life.Begin(operation, redeemed: 7);
        _life.Doubt(intent);
        CloseDay();
        SellAndClose();
        Pass(Keep * 2);
        Compact();
        _life.Hear((intent, true));
        _life.Restart();
        Assert.Equal([intent], Journal.HappenedByWord().Select(told => told.Sequence));

        CloseDay();
        SellAndClose();
        Pass(Keep * 2);
        Compact();
        // Headquarters says all it ever said, from its feed's start.
        _life.Hear((intent, true));
        _life.Restart();

        Assert.Empty(Journal.HappenedByWord());
        Assert.Empty(_life.Till.Days.Current().Totals);
        Assert.Null(Journal.Trace(operation));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_was_settled_and_no_day_has_counted_is_set_aside(bool byHeadquarters)
    {
        var intent = _life.Begin(_life.NewId(), redeemed: 7);
        _life.Doubt(intent);
        CloseDay();
        SellAndClose();
        Pass(TimeSpan.FromDays(1));
        _clock.Advance(Keep * 2);
        if (!byHeadquarters)
            _life.Settle(intent, happened: true);
        _life.Hear(byHeadquarters ? [(intent, true)] : []);

        Compact();
        _life.Restart();

        Assert.Equal(6u, First);
        Assert.Equal(7, Assert.Single(_life.Till.Days.Current().Totals).Redeemed);
    }

    [Fact]
    public void An_entry_that_was_set_aside_is_verified_all_the_same()
    {
        _life.Doubt(_life.Begin(_life.NewId(), redeemed: 7));
        CloseDay();
        SellAndClose();
        Pass(Keep * 2);
        Compact();
        _life.Till.Database.Lazily(c => c.Run(
            "UPDATE entry SET body = zeroblob(length(body)) WHERE sequence = 1"));

        Assert.Throws<JournalFailedException>(_life.Restart);
    }

    [Fact]
    public void A_checkout_goes_with_its_entries_and_the_last_one_stays()
    {
        var (sold, asked, last) = (_life.NewId(), _life.NewId(), _life.NewId());
        _life.Remember(asked);
        _life.Happened(_life.Begin(sold, 0));
        Pass(Keep + TimeSpan.FromDays(4));
        Compact();
        var whileItsDayIsOpen = (_life.Recall(asked), _life.Recall(sold));
        CloseDay();
        _life.Remember(last);
        SellAndClose();
        Pass(Keep + TimeSpan.FromDays(4));

        Compact();

        Assert.Null(whileItsDayIsOpen.Item1);
        Assert.NotNull(whileItsDayIsOpen.Item2);
        Assert.Null(_life.Recall(sold));
        Assert.Equal(1, Rows("SELECT count(*) FROM checkout"));
    }

    [Fact]
    public void What_an_open_checkout_may_ask_for_stays()
    {
        var operation = _life.NewId();
        var intent = _life.Begin(operation, 0);
        _life.Doubt(intent);
        _life.Settle(intent, happened: false);
        CloseDay();
        SellAndClose();
        _life.Till.Database.Lazily(c => c.Run("UPDATE checkout SET is_over = 0 WHERE number = 1"));
        Pass(Keep * 2);

        Compact();

        Assert.Equal(1u, First);
    }

    /// <summary>Of the two clocks the earlier one says what is old.</summary>
    [Theory]
    [InlineData(400, 0)]
    [InlineData(0, 400)]
    [InlineData(-9000, 0)]
    public void One_clock_that_is_wrong_makes_nothing_go_now_or_later(int oursDays, int theirsDays)
    {
        SellAndClose();
        SellAndClose();
        Pass(TimeSpan.FromDays(1));
        var ours = new FakeTimeProvider(_clock.GetUtcNow() + TimeSpan.FromDays(oursDays));
        _life.Hear(ahead: TimeSpan.FromDays(theirsDays));

        Assert.False(new Compaction(_life.Till.Database, Journal, ours, Keep).Step(100));
        Look();
        Compact();

        Assert.Equal(1u, First);
    }

    [Fact]
    public void Five_years_of_sales_do_not_make_the_file_grow()
    {
        var bytes = new List<long>();
        for (var day = 1; day <= 5 * 365; day++)
        {
            Sell();
            Sell();
            if (day % 20 == 0)
                _life.Doubt(_life.Begin(_life.NewId(), 0));
            if (day % 40 == 0)
                _life.Settle(Journal.OpenDoubts()[0].Sequence, happened: true);
            if (day % 40 == 20)
                _life.Hear((Journal.OpenDoubts()[0].Sequence, day % 80 == 20));
            CloseDay();
            Pass(TimeSpan.FromDays(1));
            Compact();
            if (day % 365 == 0)
            {
                _life.Till.Database.Checkpoint();
                bytes.Add(_life.Bytes);
            }
        }

        Assert.InRange(bytes[4], 1, bytes[0] + 16_384);
        Assert.InRange(Rows("SELECT count(*) FROM entry"), 1, 8 * 40);
        Assert.InRange(Rows("SELECT count(*) FROM checkout"), 1, 4 * 40);
        Assert.InRange(Rows("SELECT count(*) FROM doubt_closed"), 0, 8);
        Assert.InRange(Rows("SELECT count(*) FROM acknowledged_day"), 1, 45);
        _life.Restart();
        Assert.Equal(5 * 365u, Journal.NewestDay?.Number);
    }

    private void SellAndClose()
    {
        Sell();
        CloseDay();
    }

    private void Sell()
    {
        _life.Happened(_life.Begin(_life.NewId(), 0));
        Journal.AcknowledgeThrough(Journal.Head.Sequence);
    }

    private void CloseDay()
    {
        _life.Till.Days.Close($"z-{Journal.Head.Sequence}", null);
        Journal.AcknowledgeThrough(Journal.Head.Sequence);
    }

    // What headquarters has is noted on the day after.
    private void Pass(TimeSpan time)
    {
        _clock.Advance(TimeSpan.FromDays(1));
        Look();
        _clock.Advance(time - TimeSpan.FromDays(1));
        Look();
    }

    private void Look()
    {
        _life.Hear();
        _life.Till.Compacting(Keep).Step(100);
    }

    private void Compact()
    {
        var compaction = _life.Till.Compacting(Keep);
        while (compaction.Step(100))
            Assert.NotEqual(0u, First);
    }

    private long Rows(string sql) => _life.Till.Database.Read(c => c.Number(sql));
}
