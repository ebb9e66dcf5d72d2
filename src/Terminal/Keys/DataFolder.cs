namespace SmartCardCrm.Terminal.Keys;

/// <summary>Where one terminal keeps everything, and how the files are called. Belongs to one user
/// alone.</summary>
internal sealed class DataFolder
{
    private readonly string _path;

    /// <param name="path">Made where it is not there.</param>
    public DataFolder(string path)
    {
        _path = Path.GetFullPath(path);
        PrivateFile.CreateFolder(_path);
    }

    /// <summary>Who this terminal is; there once it is enrolled.</summary>
    public string Enrolment => File("terminal.json");

    /// <summary>PKCS#8, DER.</summary>
    public string Key => File("terminal.key");

    /// <summary>DER.</summary>
    public string Certificate => File("terminal.cer");

    /// <summary>DER; the authority this terminal trusts.</summary>
    public string Authority => File("authority.cer");

    /// <summary>DER; the authority that is to follow it, where one was announced.</summary>
    public string NextAuthority => File("authority-next.cer");

    public string SealedCardKeys => File("card-keys.sealed");

    /// <summary>There while the terminal is opened and not released; when it was opened.</summary>
    public string Tampered => File("tampered");

    /// <summary>Lights, buzzer and tamper switch, as people wrote it; absent for none.</summary>
    public string Signals => File("signals.json");

    public string TillApiKey => File("till-api.key");

    /// <summary>What a supervisor shows beside the till's key.</summary>
    public string SupervisorKey => File("supervisor.key");

    /// <summary>What a customer's display shows.</summary>
    public string DisplayKey => File("display.key");

    public string Journal => File("journal.db");

    /// <summary>32 bytes, without which nobody can read the journal, unless they are kept
    /// elsewhere.</summary>
    public string JournalKey => File("journal.key");

    /// <summary>Where the running terminal answers.</summary>
    public string Endpoints => File("endpoints.json");

    /// <summary>Held by the process that uses the folder.</summary>
    public string Lock => File("lock");

    private string File(string name) => Path.Combine(_path, name);
}
