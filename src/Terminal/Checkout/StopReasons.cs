namespace SmartCardCrm.Terminal;

/// <summary>Why this terminal itself serves no card; stable. Headquarters has reasons of its own.</summary>
internal static class StopCode
{
    /// <summary>The housing was opened, and nobody has released the terminal yet.</summary>
    public const string Tamper = "tamper";

    /// <summary>Card keys may be held for so long only, and headquarters could not be asked again.</summary>
    public const string KeysExpired = "keys-expired";
}

/// <summary>Why no card is served: any number of reasons at once, each lifted by itself. Safe for many
/// threads.</summary>
internal sealed class StopReasons
{
    private readonly Lock _gate = new();
    private readonly List<string> _codes = [];
    private volatile string? _newest;

    /// <summary>Null where there is none.</summary>
    public string? Newest => _newest;

    public void Add(string code)
    {
        lock (_gate)
        {
            _codes.Remove(code);
            _codes.Add(code);
            _newest = code;
        }
    }

    public void Remove(string code)
    {
        lock (_gate)
        {
            _codes.Remove(code);
            _newest = _codes.LastOrDefault();
        }
    }
}
