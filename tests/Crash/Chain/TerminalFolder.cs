using SmartCardCrm.Crash.Blows;

namespace SmartCardCrm.Crash.Chain;

/// <summary>A terminal's data folder, and the files in it that are written while it runs.</summary>
internal sealed class TerminalFolder(string path)
{
    public string Path => path;

    /// <summary>The key that its till shows.</summary>
    public string TillKey => In("till-api.key");

    /// <summary>The key that its supervisor shows besides.</summary>
    public string SupervisorKey => In("supervisor.key");

    /// <summary>SQLite's files, and the folder that names them.</summary>
    public IReadOnlyList<string> Journal =>
        [In("journal.db"), In("journal.db-wal"), In("journal.db-shm"), path];

    public IReadOnlyList<string> Written =>
        [.. Journal, .. Threads.OfFiles.Select(thread => FileOf(thread)!), In("journal.key.new")];

    /// <summary>Card keys that outlive the process.</summary>
    public string SealedKeys => In("card-keys.sealed");

    /// <summary>There while its housing counts as opened.</summary>
    public string Tampered => In("tampered");

    /// <summary>What it shows headquarters.</summary>
    public string Certificate => In("terminal.cer");

    /// <summary>One that headquarters made for it so long ago that it is to be renewed.</summary>
    public string OldCertificate => In("terminal.cer.old");

    /// <summary>Whether it has no younger one.</summary>
    public bool HoldsOldCertificate => File.Exists(OldCertificate)
        && File.ReadAllBytes(Certificate).AsSpan().SequenceEqual(File.ReadAllBytes(OldCertificate));

    /// <summary>By which a thread is known: files are written beside, and then put in place. Null for one
    /// that is known by its name.</summary>
    public string? FileOf(string thread) => thread switch
    {
        Threads.Endpoints => In("endpoints.json.new"),
        Threads.Renewal => In("terminal.cer.new"),
        Threads.Seal => In("card-keys.sealed.new"),
        Threads.Wipe => SealedKeys,
        _ => null,
    };

    /// <summary>How long the write-ahead log is; 0 where there is none.</summary>
    public long LogBytes => new FileInfo(Journal[1]) is { Exists: true } log ? log.Length : 0;

    private string In(string name) => System.IO.Path.Combine(path, name);
}
