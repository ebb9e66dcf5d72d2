using System.Diagnostics;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.Loyalty.Offline;
using SmartCardCrm.SyncContract;
using SmartCardCrm.Terminal.Keys;

namespace SmartCardCrm.Terminal;

/// <summary>All that a terminal needs to sell, around one database; readers, network and the Till API attach
/// to it.</summary>
internal sealed class Till : IDisposable
{
    private Till(
        TerminalDatabase database, TerminalProfile profile, TerminalKeys keys, TerminalTrust trust,
        TapSurroundings surroundings)
    {
        Database = database;
        Keys = keys;
        Clock = surroundings.Clock;
        Journal = Journal.Open(database, surroundings.Clock);
        Replica = new Replica(database, profile.Number, trust.Headquarters);
        Desk = new CheckoutDesk(
            new CheckoutStore(database), new TerminalRecords(Journal, Replica, profile.Number),
            surroundings.Clock, new OperationIds(surroundings.Clock, surroundings.Random),
            new AccountDesk(Journal, Replica, profile, surroundings.Clock));
        Trusted = trust.Headquarters;
        Contacts = new ContactSeal(trust.Headquarters, surroundings.Random);
        Days = new DayBook(Journal, Replica, profile, trust, surroundings.Clock);
        Tap = new Tap(
            new TapBooks(Journal, Replica, keys, new OrderReading(Journal, Replica, profile)), profile,
            surroundings);
        Settling = new DoubtSettling(Journal, profile, surroundings.Log);
        Courier = new Courier(Journal, Replica, (uid, record) =>
            record.Terminal == profile.Number && EntryAt(record.Sequence)?.Intent is { } intent
            && Uid.FromBytes(intent.Card.Uid.Span) == uid);
    }

    public TerminalDatabase Database { get; }

    public TerminalKeys Keys { get; }

    public TimeProvider Clock { get; }

    public Journal Journal { get; }

    public Replica Replica { get; }

    public CheckoutDesk Desk { get; }

    public Tap Tap { get; }

    public DoubtSettling Settling { get; }

    public Courier Courier { get; }

    public ContactSeal Contacts { get; }

    /// <summary>Whose word counts here.</summary>
    public TrustedAuthorities Trusted { get; }

    public DayBook Days { get; }

    public GuestBook Guests { get; } = new();

    /// <summary>Who decides where this terminal is not to; nobody until the way there is made.</summary>
    public IHeadquarters Headquarters { get; set; } = new NoHeadquarters();

    /// <summary>Whether a card that comes now can be served: with keys, or by headquarters where it decides
    /// everything.</summary>
    public bool IsReady => Replica.Current is not null
        && (Tap.Ready || (Replica.Limits is { NeedKeys: false } && Headquarters.IsReachable));

    /// <summary>When the newest entry of the journal was written; null where there is none.</summary>
    public DateTimeOffset? LastWritten => EntryAt(Journal.Head.Sequence) is { } newest
        ? DateTimeOffset.UnixEpoch.AddTicks(newest.RecordedAtUs * TimeSpan.TicksPerMicrosecond)
        : null;

    /// <summary>Opens the database, verifies the journal, and finds out what a restart interrupted.</summary>
    /// <param name="keys">May be empty still. Not owned.</param>
    /// <exception cref="JournalFailedException">The database cannot be used, or the chain is
    /// broken.</exception>
    public static Till Open(
        JournalFile file, TerminalProfile profile, TerminalKeys keys, TerminalTrust trust,
        TapSurroundings surroundings)
    {
        var database = TerminalDatabase.Open(file, surroundings.Clock);
        try
        {
            return new Till(database, profile, keys, trust, surroundings);
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    /// <summary>How an order is decided here.</summary>
    public OperationMode ModeOf(Order order)
    {
        var modes = Replica.Limits?.Modes;
        return order switch
        {
            Order.Sale { PointsAsked: > 0 } => modes?.Redeem,
            Order.Sale or Order.SaleOnAccount => modes?.Earn,
            Order.Enquiry => modes?.Enquire,
            Order.Return or Order.Reversal => modes?.Return,
            Order.Adjustment => modes?.Adjust,
            _ => throw new UnreachableException(order.ToString()),
        } ?? OperationMode.Usual;
    }

    /// <summary>Whether an order can be tried now. What headquarters decides can also while it is away: that
    /// is then said to the customer who has presented a card. While it is there, it first hears of the sale
    /// that is to be undone, and of the points that are to be redeemed.</summary>
    public bool MayServe(Order order) => ModeOf(order).Mode == Mode.Centralised
        ? (order.Undoes is null && order is not Order.Sale { PointsAsked: > 0 })
            || !Headquarters.IsReachable || Journal.AcknowledgedThrough == Journal.Head.Sequence
        : Tap.Ready;

    /// <summary>Stores what headquarters says, and lets the checkouts know whose doubt it settled.</summary>
    /// <exception cref="FormatException">An item is unreadable; nothing of the batch is stored.</exception>
    public void Take(FeedBatch feed)
    {
        foreach (var closed in Replica.Apply(feed))
        {
            if (Journal.Forget(closed.IntentSequence, closed.Happened) is { } doubt)
                Desk.DoubtSettled(doubt, closed.Happened);
        }
    }

    /// <summary>Keeps the database small in the background until disposed of.</summary>
    /// <param name="keep">How long what headquarters has stays here.</param>
    /// <param name="failed">Told when the database fails.</param>
    public IdleCheckpoint KeepSmall(TimeSpan keep, Action<JournalFailedException> failed) =>
        new(Database, Compacting(keep), failed);

    /// <summary>The same, stepped by the caller.</summary>
    /// <param name="keep">How long what headquarters has stays here.</param>
    public Compaction Compacting(TimeSpan keep) => new(Database, Journal, Clock, keep);

    public void Dispose() => Database.Dispose();

    private EntryBody? EntryAt(uint sequence) =>
        sequence > 0 && Journal.Unsent(sequence - 1, entriesMost: 1, int.MaxValue) is [var entry]
        && entry.Sequence == sequence
            ? EntryBody.Parser.ParseFrom(entry.Body)
            : null;
}
