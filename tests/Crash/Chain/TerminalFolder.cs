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

    /// <summary>Where it answers: written beside, then put in place.</summary>
    public IReadOnlyList<string> Endpoints => [In("endpoints.json.new")];

    public IReadOnlyList<string> Written =>
        [.. Journal, .. Endpoints, In("card-keys.sealed.new"), In("journal.key.new")];

    /// <summary>How long the write-ahead log is; 0 where there is none.</summary>
    public long LogBytes => new FileInfo(Journal[1]) is { Exists: true } log ? log.Length : 0;

    private string In(string name) => System.IO.Path.Combine(path, name);
}
