using System.Globalization;
using SmartCardCrm.Server.Members;
using SmartCardCrm.Server.Storage;

namespace SmartCardCrm.Server.Ledger;

/// <summary>Days that change something for a member by themselves: points become active or expire, a tier
/// ends.</summary>
internal static class MemberDays
{
    /// <summary>Brings a member's points and tier up to a day.</summary>
    public static void Review(OpenBook book, Member member, DateOnly today)
    {
        DateOnly?[] next = [LotBook.Review(book, member, today), TierBook.Review(book, member, today)];
        Note(book.Db, member.Id, next.Min());
    }

    /// <summary>When a member is to be looked at again, whatever moves until then; null for never.</summary>
    public static void Note(DbSession db, long member, DateOnly? next)
    {
        if (next is null)
        {
            db.Run("DELETE FROM lot_day WHERE member = @member", new { member });
            return;
        }

        db.Run(
            """
            INSERT INTO lot_day (member, day) VALUES (@member, @day)
            ON CONFLICT (member) DO UPDATE SET day = excluded.day
            """,
            new { member, day = next.Value.ToString("O", CultureInfo.InvariantCulture) });
    }

    /// <summary>Has a member looked at as soon as may be.</summary>
    public static void NoteSoon(DbSession db, long member) => Note(db, member, DateOnly.MinValue);
}
