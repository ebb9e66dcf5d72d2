using SmartCardCrm.Server.Audit;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.Server.Vault;

namespace SmartCardCrm.Server.Backup;

/// <summary>Makes backups of a server's data folder, and makes data folders of backups.</summary>
internal static class ServerBackup
{
    // In a data folder that is not to be served yet.
    private const string UnfinishedFile = "restore.unfinished";

    // Beside the book: the sealed keys, or in which token they are, and the server's settings.
    private static readonly IReadOnlyList<string> Others =
        [VaultHome.FileName, TokenHome.FileName, "server.json"];

    /// <summary>Writes a backup while a server may be at work. It is there whole, or not at all.</summary>
    /// <param name="data">The server's data folder.</param>
    /// <param name="to">The backup's folder, which is not there yet.</param>
    /// <exception cref="BackupException">The folder is there, or cannot be written.</exception>
    /// <exception cref="BookException">The book cannot be copied.</exception>
    public static BackupManifest Make(string data, string to, string software, TimeProvider clock)
    {
        if (Directory.Exists(to) || File.Exists(to))
        {
            throw new BackupException(
                "backup-present", $"{to} is there already: give each backup its own folder.");
        }

        var taken = clock.GetUtcNow();
        var partial = to.TrimEnd(Path.DirectorySeparatorChar) + ".partial";
        try
        {
            return Guarded(() => Write(data, to, partial, software, taken));
        }
        finally
        {
            Discard(partial);
        }
    }

    private static BackupManifest Write(
        string data, string to, string partial, string software, DateTimeOffset taken)
    {
        Discard(partial);
        if (!VaultHome.Exists(data))
            throw new BackupException("vault-absent", $"There is no vault in {data}.");
        PrivateFile.CreateFolder(partial);
        var book = BookCopy.Write(data, partial);
        // After the book: the vault only gains keys, so it has those that the copy speaks of.
        string[] files = [.. Others.Where(name => File.Exists(Path.Combine(data, name)))];
        foreach (var name in files)
            PrivateFile.Replace(Path.Combine(partial, name), File.ReadAllBytes(Path.Combine(data, name)));
        var manifest = new BackupManifest(
            software, taken, book,
            [.. files.Prepend(book).Select(name => BackedUpFile.Of(partial, name))]);
        PrivateFile.Replace(Path.Combine(partial, BackupManifest.FileName), manifest.Encode());
        Directory.Move(partial, to);
        return manifest;
    }

    private static void Discard(string partial)
    {
        if (Directory.Exists(partial))
            Directory.Delete(partial, recursive: true);
    }

    /// <summary>Whether a restore into a data folder was begun and not finished.</summary>
    public static bool IsUnfinished(string data) => File.Exists(Path.Combine(data, UnfinishedFile));

    /// <summary>The restored folder may be served.</summary>
    public static void Finish(string data) => File.Delete(Path.Combine(data, UnfinishedFile));

    /// <summary>Makes a data folder of a backup, which is not to be served until <see cref="Finish"/>.
    /// Numbers that the book gave out after the backup are not given out again.</summary>
    /// <param name="from">The backup's folder.</param>
    /// <param name="data">A data folder without a book and a vault; made where it is missing.</param>
    /// <exception cref="BackupException">The backup is not whole, or the folder is in use.</exception>
    /// <exception cref="BookException">The book cannot be written.</exception>
    public static BackupManifest Restore(string from, string data, TimeProvider clock)
    {
        var manifest = BackupManifest.Read(from);
        return Guarded(() =>
        {
            PrivateFile.CreateFolder(data);
            if (VaultHome.Exists(data))
            {
                throw new BackupException(
                    "data-present", $"{data} has a vault already: restore into a new folder.");
            }

            PrivateFile.Replace(Path.Combine(data, UnfinishedFile), []);
            BookCopy.Restore(Path.Combine(from, manifest.Book), data);
            foreach (var file in manifest.Files.Where(file => file.Name != manifest.Book))
            {
                PrivateFile.Replace(
                    Path.Combine(data, file.Name), File.ReadAllBytes(Path.Combine(from, file.Name)));
            }

            using var book = BookHome.Open(data);
            book.Write(db =>
            {
                Numbers.LeaveGap(db);
                AuditLog.Write(
                    db, clock.Microseconds(), AuditActor.Operator, AuditAction.BookRestored, "book",
                    $$"""{"takenUs":{{UnixTime.Microseconds(manifest.TakenAt)}}}""");
            });
            return manifest;
        });
    }

    private static T Guarded<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            throw new BackupException("backup-failed", failed.Message, failed);
        }
    }
}
