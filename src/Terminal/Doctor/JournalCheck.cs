using System.Security.Cryptography;
using Google.Protobuf;
using SmartCardCrm.Terminal.Keys;
using SQLite;

namespace SmartCardCrm.Terminal.Doctor;

/// <summary>What the terminal has written down, and how much of it headquarters lacks.</summary>
internal static class JournalCheck
{
    public static readonly TimeSpan DayMost = TimeSpan.FromDays(Compaction.KeepDaysLeast);

    public static readonly TimeSpan UnsentMost = TimeSpan.FromHours(24);

    private const string NeverRepair =
        "Keep the folder as it is, with journal.db-wal: what is not sent is only there. Do not repair it.";

    private const string NewTerminal =
        "Enrol anew in an empty folder, and hand the old one to whoever looks after the server.";

    /// <param name="sight">What can be judged further; null where nothing can.</param>
    public static Finding Look(JournalFile file, TrustedAuthorities? headquarters, out JournalSight? sight)
    {
        sight = null;
        var path = file.Path;
        if (!File.Exists(path))
            return Finding.Ok(Subject.Journal, "none yet; the first start makes it");
        try
        {
            if (JournalSight.SchemaAhead(path) is not 0 and var ahead)
                return OfAnotherRelease(ahead);
            sight = JournalSight.Look(file, headquarters);
        }
        catch (Exception wrong) when (wrong is
            JournalFailedException or InvalidProtocolBufferException or CryptographicException)
        {
            return Finding.Fail(DoctorCode.JournalDamaged, wrong.Message, NeverRepair, NewTerminal);
        }
        catch (Exception wrong)
            when (wrong is SQLiteException or IOException or UnauthorizedAccessException)
        {
            return Finding.Fail(
                DoctorCode.JournalUnreadable, $"{path}: {wrong.Message}",
                "Is it the terminal's user who asks? Does the disk report errors? dmesg --level err",
                NeverRepair);
        }

        return sight.Integrity == "ok"
            ? Finding.Ok(
                Subject.Journal,
                FormattableString.Invariant(
                    $"entries {sight.Base + 1} to {sight.Head}, whole; {sight.Bytes / 1024} kB"))
            : Finding.Fail(DoctorCode.JournalDamaged, sight.Integrity, NeverRepair, NewTerminal);
    }

    /// <summary>What headquarters lacks, and what nobody knows.</summary>
    public static IEnumerable<Finding> Outbox(JournalSight sight, DateTimeOffset now)
    {
        var unsent = sight.Head - Math.Min(sight.Acknowledged, sight.Head);
        var age = now - (sight.OldestUnsent ?? now);
        var waiting = FormattableString.Invariant(
            $"{unsent} entries not sent, the oldest of {sight.OldestUnsent:u}");
        yield return unsent == 0 ? Finding.Ok(Subject.Outbox, "everything is sent")
            : age <= UnsentMost ? Finding.Ok(Subject.Outbox, waiting)
            : Finding.Warn(
                DoctorCode.EntriesWaiting, waiting,
                "The terminal sends them by itself when it reaches the server: see the lines server.",
                "Until then they are on this disk alone.");

        if (sight.OpenDoubts > 0)
        {
            yield return Finding.Warn(
                DoctorCode.DoubtsOpen,
                FormattableString.Invariant(
                    $"{sight.OpenDoubts} sales of which nobody knows whether the card took them"),
                "Each closes when its card is presented anywhere again and both terminals have sent.",
                "Do not correct such a sale by hand.");
        }

        if (now - (sight.DayBegan ?? now) > DayMost)
        {
            yield return Finding.Warn(
                DoctorCode.DayOpen,
                FormattableString.Invariant($"The till's day goes on since {sight.DayBegan:u}."),
                "Close it from the till, each day: POST /v1/days",
                "Until then nothing of the journal is dropped, and it grows.");
        }
    }

    private static Finding OfAnotherRelease(int ahead) => ahead < 0
        ? Finding.Ok(Subject.Journal, "of an older release; the next start brings it up to date")
        : Finding.Fail(
            DoctorCode.JournalNewer, "A newer release made this journal.",
            "Install that release again, or a newer one: journals do not go back.");
}
