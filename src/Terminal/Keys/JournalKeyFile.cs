using System.Security.Cryptography;
using SmartCardCrm.CardProtocol;

namespace SmartCardCrm.Terminal.Keys;

/// <summary>The file with the journal key, 32 bytes: in the data folder, or where IT keeps it.</summary>
internal static class JournalKeyFile
{
    /// <summary>Where it is.</summary>
    /// <param name="elsewhere">Null for the data folder's own.</param>
    public static string PathOf(DataFolder data, string? elsewhere) => elsewhere ?? data.JournalKey;

    /// <summary>Reads the key; makes it where nothing can have been sealed under one yet, and nobody named a
    /// place for it.</summary>
    /// <exception cref="JournalKeyException">It is not there, or is no key.</exception>
    public static JournalSeal LoadOrMake(DataFolder data, string? elsewhere, FillRandom random)
    {
        var path = PathOf(data, elsewhere);
        if (!File.Exists(path))
        {
            if (elsewhere is not null || DatabaseSchema.IsSealed(data.Journal))
                throw Absent(path);
            Make(path);
        }

        return Load(path, random);
    }

    /// <exception cref="JournalKeyException">It is not there, or is no key.</exception>
    public static JournalSeal Load(string path, FillRandom random)
    {
        if (!File.Exists(path))
            throw Absent(path);
        var key = File.ReadAllBytes(path);
        try
        {
            return key.Length == JournalSeal.KeyLength
                ? new JournalSeal(key, random)
                : throw new JournalKeyException(
                    "journal-key-wrong", $"{path} has {key.Length} bytes; a journal key has 32.");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    private static JournalKeyException Absent(string path) => new JournalKeyException(
        "journal-key-absent", $"{path} is not there: without it nobody can read this journal.");

    private static void Make(string path)
    {
        var key = RandomNumberGenerator.GetBytes(JournalSeal.KeyLength);
        PrivateFile.Replace(path, key);
        CryptographicOperations.ZeroMemory(key);
        // Nothing may be sealed under a key whose name a power cut could take back.
        PrivateFile.SyncFolderOf(path);
    }
}
