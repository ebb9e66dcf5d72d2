namespace SmartCardCrm.Terminal.Sync;

/// <summary>How the connection to headquarters stands, for those who only want to know.</summary>
internal sealed class SyncLine
{
    private volatile string? _halted;
    private volatile bool _connected;
    private volatile bool _compacted;

    /// <summary>Whether headquarters has welcomed us and the stream is open.</summary>
    public bool Connected
    {
        get => _connected;
        set => _connected = value;
    }

    /// <summary>Whether the server was last seen to lack what this journal has dropped: it was restored from
    /// a backup that is older than what is kept here.</summary>
    public bool IsCompacted
    {
        get => _compacted;
        set => _compacted = value;
    }

    /// <summary>For the list of what does not work while cards are served.</summary>
    public IReadOnlyList<string> Faults => IsCompacted
        ? [$"{SyncCode.JournalCompacted}: the server lacks entries that are not kept here any more"]
        : [];

    /// <summary>Why this terminal may not sell any more; null while it may.</summary>
    public string? Halted => _halted;

    /// <summary>Nothing in this process lifts it.</summary>
    public void Halt(string code)
    {
        _halted ??= code;
        _connected = false;
    }
}
