using Google.Protobuf;
using SmartCardCrm.Loyalty;
using SmartCardCrm.Loyalty.Ledger;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Terminal;

/// <summary>A day of this terminal, closed or going on.</summary>
/// <param name="Number">1, 2, 3 …</param>
/// <param name="First">The first journal entry that counts.</param>
/// <param name="Last">The last one.</param>
/// <param name="OpenDoubts">Operations of which nobody knows yet whether they happened. They count on the
/// day on which that is known.</param>
/// <param name="IsClosed">Whether it will not change any more.</param>
/// <param name="IsCountersigned">Whether headquarters has all of it and counts the same.</param>
internal sealed record DayReport(
    uint Number, uint First, uint Last, string BusinessDate, IReadOnlyList<DayTotal> Totals,
    int OpenDoubts, bool IsClosed, bool IsCountersigned)
{
    /// <summary>The totals as they are signed: a <see cref="DayTotals"/>.</summary>
    public required ReadOnlyMemory<byte> Document { get; init; }

    /// <summary>By the terminal's key, as of a rule set.</summary>
    public required ReadOnlyMemory<byte> Signature { get; init; }
}

/// <summary>
/// What was done at this terminal, day by day: a day counts what its journal entries say happened, and what
/// headquarters said of earlier doubts meanwhile. Closing one writes it down, signed. Safe for many threads.
/// </summary>
internal sealed class DayBook(
    Journal journal, Replica replica, TerminalProfile profile, TerminalTrust trust, TimeProvider clock)
{
    private readonly Lock _closing = new();

    /// <summary>The day that goes on, as it stands now.</summary>
    public DayReport Current() =>
        journal.While(next => DayOf(Signed(Count(next, today: null)), isClosed: false));

    /// <summary>Closes the day. The same key closes the same day once.</summary>
    /// <param name="businessDate">The store's; null for today there.</param>
    /// <returns>The closed day, and whether it had been closed under this key before.</returns>
    /// <exception cref="JournalFailedException">Whether it is closed is unknown.</exception>
    public (DayReport Day, bool WasClosed) Close(string key, DateOnly? businessDate)
    {
        var operation = OperationIds.OfKey(key);
        lock (_closing)
        {
            if (journal.DayClosed(operation) is { } before)
                return (DayOf(before, isClosed: true), true);
            var closed = journal.Append(next =>
            {
                var day = Signed(Count(next, businessDate));
                day.OperationId = Entries.ToBytes(operation);
                day.Certificate = ByteString.CopyFrom(trust.Certificate.Span);
                return new EntryBody { DayClose = day };
            });
            return (DayOf(closed.DayClose, isClosed: true), false);
        }
    }

    /// <summary>A closed day; null where there is none with this number.</summary>
    public DayReport? Find(uint number) => journal.DayClosed(number) is { } closing
        ? DayOf(closing, isClosed: true)
        : null;

    private DayClose Signed(DayTotals totals)
    {
        var document = totals.ToByteString();
        var signature = trust.Sign(DocumentSignature.Covered(document.Span));
        return new DayClose { Totals = document, Signature = ByteString.CopyFrom(signature) };
    }

    private DayReport DayOf(DayClose day, bool isClosed)
    {
        var totals = DayTotals.Parser.ParseFrom(day.Totals);
        return new DayReport(
            totals.Number, totals.FirstSequence, totals.LastSequence, totals.BusinessDate,
            [.. totals.Lines.Select(line => new DayTotal(
                line.Kind, (int)line.Count, line.AmountMinor, line.DueMinor, line.Earned, line.Redeemed,
                line.OnAccount))],
            (int)totals.OpenDoubts, isClosed,
            isClosed && replica.IsCountersigned(totals.Number, day.Totals))
        {
            Document = day.Totals.Memory,
            Signature = day.Signature.Memory,
        };
    }

    private DayTotals Count(uint next, DateOnly? today)
    {
        var (number, first) = journal.NewestDay is var (newest, closing)
            ? (newest + 1, closing + 1)
            : (1u, 1u);
        var told = journal.HappenedByWord();
        var counted = journal.HappenedFrom(first).Concat(told.Select(t => t.Intent));
        var date = today ?? DateOnly.FromDateTime(
            TimeZoneInfo.ConvertTime(clock.GetUtcNow(), profile.StoreZone).DateTime);
        var totals = new DayTotals
        {
            Terminal = profile.Number,
            Number = number,
            FirstSequence = first,
            LastSequence = next - 1,
            BusinessDate = date.ToString("O", System.Globalization.CultureInfo.InvariantCulture),
            OpenDoubts = (uint)journal.OpenDoubts().Count,
            ToldByHeadquarters = { told.Select(t => t.Sequence) },
        };
        totals.Lines.Add(DayTotal.Of(counted.Select(Entries.ToDayOperation)).Select(total => new DayLine
        {
            Kind = total.Kind,
            Count = (uint)total.Count,
            AmountMinor = total.AmountMinor,
            DueMinor = total.DueMinor,
            Earned = total.Earned,
            Redeemed = total.Redeemed,
            OnAccount = total.OnAccount,
        }));
        return totals;
    }
}
