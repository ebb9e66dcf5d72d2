using System.Security.Cryptography;
using SmartCardCrm.Terminal.Keys;
using SQLite;

namespace SmartCardCrm.Terminal.Doctor;

/// <summary>The key without which nobody can read the journal.</summary>
internal static class JournalKeyCheck
{
    private const string Bring =
        "Bring back this very terminal's file; is --journal-key what `terminal serve` has?";

    private const string Lost =
        "Where it is lost, so is what was not sent: keep the folder, revoke this number, enrol anew.";

    /// <param name="elsewhere">The file; null for the data folder's own.</param>
    /// <param name="seal">Null where the journal cannot be read. The caller disposes of it.</param>
    /// <returns>Null where nothing is wrong.</returns>
    public static Finding? Look(DataFolder data, string? elsewhere, out JournalSeal? seal)
    {
        var path = JournalKeyFile.PathOf(data, elsewhere);
        seal = null;
        try
        {
            var isSealed = DatabaseSchema.IsSealed(data.Journal);
            if (!isSealed && !File.Exists(path))
            {
                // Nothing to read yet: any key does to say so.
                seal = new JournalSeal(new byte[JournalSeal.KeyLength], RandomNumberGenerator.Fill);
                return elsewhere is null ? null : Absent($"{path} is not there.");
            }

            seal = JournalKeyFile.Load(path, RandomNumberGenerator.Fill);
            if (isSealed)
                DemandKey(data.Journal, seal);
        }
        catch (JournalKeyException wrong)
        {
            seal?.Dispose();
            seal = null;
            return wrong.Code == DoctorCode.JournalKeyAbsent
                ? Absent(wrong.Message)
                : Finding.Fail(DoctorCode.JournalKeyWrong, wrong.Message, Bring, Lost);
        }
        catch (Exception unread) when (unread is IOException or UnauthorizedAccessException)
        {
            return Absent(unread.Message);
        }
        catch (Exception broken) when (broken is JournalFailedException or SQLiteException)
        {
            // The journal has a line of its own.
            seal ??= new JournalSeal(new byte[JournalSeal.KeyLength], RandomNumberGenerator.Fill);
            return null;
        }

        return OperatingSystem.IsWindows() || !DataCheck.IsOpen(File.GetUnixFileMode(path))
            ? null
            : Finding.Fail(
                DoctorCode.JournalKeyOpen, $"Others on this machine can read {path}.", $"chmod 600 {path}");
    }

    private static Finding Absent(string seen) =>
        Finding.Fail(DoctorCode.JournalKeyAbsent, seen, Bring, Lost);

    private static void DemandKey(string path, JournalSeal seal)
    {
        using var connection = PreparedConnection.ToRead(path, seal);
        SealedRows.DemandKey(connection);
    }
}
