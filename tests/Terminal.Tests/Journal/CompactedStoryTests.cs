using Microsoft.Extensions.Time.Testing;
using SmartCardCrm.Terminal.Tests.Kit;

namespace SmartCardCrm.Terminal.Tests;

/// <summary>Two terminals with one story, one of which drops the beginning of its journal.</summary>
public sealed class CompactedStoryTests : IDisposable
{
    private const int Days = 60;
    private const int RowsAtOnce = 11;
    private static readonly TimeSpan Keep = TimeSpan.FromDays(7);

    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 1, 5, 8, 0, 0, TimeSpan.Zero));
    private readonly LongLife _whole;
    private readonly LongLife _short;
    private readonly List<(Guid Operation, DateTimeOffset At)> _operations = [];
    private readonly List<(string Key, uint Number, DateTimeOffset At)> _closes = [];
    private uint _dice;
    private int _restarts;

    public CompactedStoryTests() => (_whole, _short) = (new LongLife(_clock), new LongLife(_clock));

    public void Dispose()
    {
        _whole.Dispose();
        _short.Dispose();
    }

    /// <summary>Sales, failures, doubts that the card or headquarters settles sooner, later or never,
    /// returns, operations without a card, days without a close or without a network, a restored
    /// server.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void A_compacted_journal_answers_as_a_whole_one_does(uint seed)
    {
        _dice = seed * 7919;

        for (var day = 0; day < Days; day++)
        {
            for (var act = Below(8); act >= 0; act--)
                Act();
            if (Below(5) > 0)
                CloseDay();
            if (Below(4) > 0)
                Talk();
            _clock.Advance(TimeSpan.FromDays(1));
            Compact();
        }

        Assert.InRange(_restarts, 20, int.MaxValue);
        var first = _short.Journal.Unsent(0, 1, int.MaxValue)[0].Sequence;
        Assert.InRange(first, _short.Journal.Head.Sequence / 2, _short.Journal.Head.Sequence);
    }

    private void Act()
    {
        switch (Below(9))
        {
            case 0:
                Both((life, id) => life.SellWithoutCard(id));
                break;
            case 1:
                Both((life, id) => life.Journal.Append(Entries.Failure(life.Begin(id, 3), "card-lost")));
                break;
            case 2:
                Both((life, id) => life.Doubt(life.Begin(id, 5)));
                break;
            case 3 when Doubted() is { } doubt:
                var did = Below(2) == 0;
                Both((life, _) => life.Settle(doubt, did), isOperation: false);
                break;
            case 4 when Doubted() is { } doubt:
                var happened = Below(3) > 0;
                Both((life, _) => life.Hear((doubt, happened)), isOperation: false);
                break;
            case 5 when Doubted() is { } doubt && Below(3) == 0:
                Both((life, _) => life.Journal.Append(Entries.Abandonment(doubt)), isOperation: false);
                break;
            case 6 when _operations.Count > 0:
                var sale = _operations[Math.Max(0, _operations.Count - 1 - Below(20))].Operation;
                Both((life, id) => life.Happened(life.Begin(id, 1, sale)));
                break;
            default:
                Both((life, id) => life.Happened(life.Begin(id, 2)));
                break;
        }
    }

    private void CloseDay()
    {
        var key = $"z-{_closes.Count}";
        Both((life, _) => life.Till.Days.Close(key, null), isOperation: false);
        _closes.Add((key, _whole.Journal.NewestDay!.Value.Number, _clock.GetUtcNow()));
    }

    private void Talk()
    {
        var head = _whole.Journal.Head.Sequence;
        var restored = Below(12) == 0;
        Both(
            (life, _) =>
            {
                if (restored)
                    life.Journal.AcknowledgeThrough(head - Math.Min(head, 30));
                life.Journal.AcknowledgeThrough(head);
                life.Hear();
            },
            isOperation: false);
    }

    private void Compact()
    {
        for (var more = true; more;)
        {
            more = _short.Till.Compacting(Keep).Step(RowsAtOnce);
            Compare();
            if (!more && Below(3) > 0)
                return;
            _restarts++;
            _short.Restart();
            Compare();
        }
    }

    private void Compare()
    {
        Same(life => life.Journal.Head.Sequence);
        Same(life => life.Journal.NewestDay);
        Same(life => life.Journal.AcknowledgedThrough);
        Same(life => string.Join(',', life.Journal.OpenDoubts().Select(d => d.Sequence)));
        Same(life => string.Join(',', life.Journal.HappenedByWord().Select(told => told.Sequence)));
        Same(life => life.Journal.RedeemedSince(new DateTimeOffset(_clock.GetUtcNow().Date, TimeSpan.Zero)));
        Same(life => Told(life.Till.Days.Current()));
        Same(life => string.Join(',', life.Journal.Unsent(life.Journal.AcknowledgedThrough, 99, 9999)));
        var kept = _clock.GetUtcNow() - Keep;
        foreach (var (operation, _) in _operations.Where(o => o.At > kept))
        {
            Same(life => Told(life.Journal.Trace(operation)));
            Same(life => string.Join(',', life.Journal.Undoing(operation).Select(Told)));
            Same(life => life.Recall(operation)?.Id);
        }

        foreach (var (key, number, _) in _closes.Where(c => c.At > kept))
        {
            Same(life => life.Till.Days.Find(number) is { } day ? Told(day) : null);
            Same(life => life.Journal.DayClosed(OperationIds.OfKey(key))?.Totals);
        }
    }

    private void Same<T>(Func<LongLife, T> question) =>
        Assert.Equal(question(_whole), question(_short));

    private static string Told(DayReport day) => $"{day with { Totals = [] }} {string.Join(' ', day.Totals)}";

    private static string Told(IntentTrace? trace) =>
        $"{trace?.Sequence} {trace?.Happened} {trace?.IsAbandoned} {trace?.Closings.Count}";

    private void Both(Action<LongLife, Guid> act, bool isOperation = true)
    {
        var id = _whole.NewId();
        act(_whole, id);
        act(_short, id);
        if (isOperation)
            _operations.Add((id, _clock.GetUtcNow()));
    }

    private uint? Doubted() =>
        _whole.Journal.OpenDoubts() is { Count: > 0 } open ? open[Below(open.Count)].Sequence : null;

    private int Below(int end)
    {
        _dice = unchecked(_dice * 1664525 + 1013904223);
        return (int)((_dice >> 8) % (uint)end);
    }
}
