namespace SmartCardCrm.Terminal.Sync;

/// <summary>How the connection to headquarters stands, for those who only want to know.</summary>
internal sealed class SyncLine
{
    private volatile string? _halted;
    private volatile bool _connected;

    /// <summary>Whether headquarters has welcomed us and the stream is open.</summary>
    public bool Connected
    {
        get => _connected;
        set => _connected = value;
    }

    /// <summary>Why this terminal may not sell any more; null while it may.</summary>
    public string? Halted => _halted;

    /// <summary>Nothing in this process lifts it.</summary>
    public void Halt(string code)
    {
        _halted ??= code;
        _connected = false;
    }
}
