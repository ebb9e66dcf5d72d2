using SmartCardCrm.CardProtocol;
using SmartCardCrm.Server.Reconciliation;
using SmartCardCrm.Server.Reports;
using SmartCardCrm.Server.Storage;

namespace SmartCardCrm.Server.DayCertificates;

/// <summary>What stands open in a book that is right.</summary>
internal static class OpenFigures
{
    private const string DayUs = "86400000000";

    public static CertificateFigures Of(DbSession db, long nowUs)
    {
        var unsigned = db.Find<UnsignedRow>(
            $"""
            SELECT COUNT(*) AS transactions,
                CAST(COALESCE(SUM(earned + redeemed), 0) AS bigint) AS points
            FROM card_transaction WHERE proof = 'inferred' AND kind <> {(int)LogKind.Birth}
            """)!;
        var exposure = Reports.Exposure.TotalOf(db, new Period(0, long.MaxValue, nowUs));
        return new CertificateFigures(
            Entries: 0, Proven: 0, Postings: 0, unsigned.Transactions, unsigned.Points,
            OpenOf(db, nowUs, "true"), OpenOf(db, nowUs, $"cause = '{Cause.Doubt}'"), exposure.Today,
            exposure.Bound);
    }

    private static OpenByAge OpenOf(DbSession db, long nowUs, string which) => db.Find<OpenByAge>(
        $"""
        SELECT COUNT(*) AS "all",
            COUNT(CASE WHEN opened_us <= @nowUs - {DayUs} THEN 1 END) AS over_day,
            COUNT(CASE WHEN opened_us <= @nowUs - 7 * {DayUs} THEN 1 END) AS over_week
        FROM book_exception WHERE closed_us IS NULL AND {which}
        """,
        new { nowUs })!;

    private sealed record UnsignedRow
    {
        public long Transactions { get; init; }
        public long Points { get; init; }
    }
}
