using System.Security.Cryptography.X509Certificates;
using Google.Protobuf;
using SmartCardCrm.Loyalty;
using SmartCardCrm.Loyalty.Ledger;
using SmartCardCrm.Server.Reconciliation;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.Server.Sync;
using SmartCardCrm.Server.Terminals;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Server.Ledger;

/// <summary>Takes terminals' closed days: adds up its own copy of the journal and countersigns what comes to
/// the same. Whether the journal is what the cards signed is judged elsewhere, entry by entry.</summary>
internal static class DayCloses
{
    // So many doubts do not stand open at one till.
    private const int ToldMost = 10_000;

    // The feed keeps so many closed days of each terminal.
    private const int DaysInFeed = 100;

    public static Verdict Take(OpenBook book, JournalPlace place, DayClose close)
    {
        if (TryRead(close.Totals) is not { } totals)
            return new Verdict.Parked(Cause.Unreadable, "entry");
        if (Differs(book.Db, place, close, totals) is { } difference)
            return new Verdict.Parked(Cause.DayDiffers, difference);

        var countersignature = book.Secrets.Sign(close.Totals.Span);
        Insert(book, place, close, totals, countersignature);
        Feed.Publish(book.Db, $"day:{place.Terminal}:{totals.Number % DaysInFeed}", new FeedItem
        {
            DayCountersigned = new DayCountersignedItem
            {
                Terminal = totals.Terminal,
                Number = totals.Number,
                Signature = ByteString.CopyFrom(countersignature),
            },
        }, Audience.Only(place.Terminal));
        return new Verdict.Accepted();
    }

    private static DayTotals? TryRead(ByteString totals)
    {
        try
        {
            var read = DayTotals.Parser.ParseFrom(totals);
            return JournalReading.IsText(read.BusinessDate) && read.ToldByHeadquarters.Count <= ToldMost
                ? read
                : null;
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }

    private static string? Differs(DbSession db, JournalPlace place, DayClose close, DayTotals totals)
    {
        var newest = db.Find<ClosedRow>(
            """
            SELECT number, sequence FROM day_close WHERE terminal = @Terminal ORDER BY number DESC LIMIT 1
            """,
            new { place.Terminal }) ?? new ClosedRow();
        if (totals.Terminal != place.Terminal || totals.Number != newest.Number + 1
            || totals.FirstSequence != newest.Sequence + 1 || totals.LastSequence != place.Sequence - 1)
        {
            return "day-sequence";
        }

        return !IsSigned(db, place, close) ? "day-signature"
            : DayJournal.Totals(db, totals).SequenceEqual(totals.Lines.Select(ToTotal)) ? null
            : "day-totals";
    }

    private static bool IsSigned(DbSession db, JournalPlace place, DayClose close)
    {
        if (!TerminalBook.IsCertificateOf(db, place.Terminal, close.Certificate.Span))
            return false;
        using var certificate = X509CertificateLoader.LoadCertificate(close.Certificate.Span);
        using var key = certificate.GetECDsaPublicKey();
        return key is not null && DocumentSignature.IsValid(key, close.Totals.Span, close.Signature.Span);
    }

    private static DayTotal ToTotal(DayLine line) => new(
        line.Kind, (int)line.Count, line.AmountMinor, line.DueMinor, line.Earned, line.Redeemed,
        line.OnAccount);

    private static void Insert(
        OpenBook book, JournalPlace place, DayClose close, DayTotals totals, byte[] countersignature) =>
        book.Db.Run(
            """
            INSERT INTO day_close
                (terminal, number, sequence, business_date, totals, signature, countersignature, taken_us)
            VALUES
                (@Terminal, @Number, @Sequence, @BusinessDate, @Totals, @Signature, @countersignature, @NowUs)
            """,
            new
            {
                place.Terminal,
                Number = (long)totals.Number,
                place.Sequence,
                totals.BusinessDate,
                Totals = close.Totals.ToByteArray(),
                Signature = close.Signature.ToByteArray(),
                countersignature,
                book.NowUs,
            });

    private sealed record ClosedRow
    {
        public long Number { get; init; }
        public long Sequence { get; init; }
    }
}
