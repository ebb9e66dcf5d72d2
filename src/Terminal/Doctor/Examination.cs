using System.Security.Cryptography;
using SmartCardCrm.Terminal.Keys;

namespace SmartCardCrm.Terminal.Doctor;

/// <summary>What the person who asks says of the terminal.</summary>
/// <param name="Data">Its data folder.</param>
/// <param name="TillApi">Where it will listen, when it does not run.</param>
/// <param name="Readers">As it is served with; empty for all that are plugged in.</param>
internal sealed record DoctorOptions(string Data, Uri TillApi, IReadOnlyList<string> Readers)
{
    /// <summary>The file with the journal key; null for the data folder's own.</summary>
    public string? JournalKey { get; init; }
}

/// <summary>All checks, in the order in which their troubles follow from each other. Reads only: the terminal
/// may run meanwhile.</summary>
internal sealed class Examination(DoctorOptions options, TimeProvider clock)
{
    private readonly List<Finding> _findings = [];

    public async Task<IReadOnlyList<Finding>> Run(CancellationToken cancellation)
    {
        if (!Directory.Exists(options.Data))
            return [DataCheck.Absent(options.Data)];

        var data = new DataFolder(options.Data);
        _findings.AddRange(DataCheck.Judge(await FolderSight.Look(options.Data, cancellation)));
        _findings.AddRange(DiskCheck.Judge(DiskSight.Look(options.Data)));
        _findings.Add(EnrolmentCheck.Judge(data, options.Data, out var terminal));
        var till = await TillProbe.Look(data, options.TillApi, cancellation);
        ServerSight? server = null;
        if (terminal is not null)
        {
            Keys(data, terminal);
            Books(data);
            using var certificates = TryLoad(data);
            server = await new ServerProbe(terminal.Server, clock).Look(certificates, cancellation);
        }

        _findings.AddRange(ClockCheck.Judge(await ClockSight.Look(server?.Ahead, cancellation)));
        if (terminal is not null && server is not null)
            _findings.Add(ServerCheck.Judge(terminal.Server, server, options.Data));
        _findings.AddRange(till.Readers is { } running
            ? ReadersCheck.Judge(running, PcscSight.Look())
            : ReadersCheck.Judge(options.Readers, PcscSight.Look()));
        var used = till.Readers?.Readers.Select(r => r.Name).ToList() ?? [];
        _findings.AddRange(SignalsCheck.Judge(data.Signals, options.Readers, used, GpioSight.Look));
        _findings.AddRange(TillCheck.Judge(till, options.Data));
        return Once(_findings);
    }

    private void Keys(DataFolder data, EnrolledTerminal terminal)
    {
        _findings.AddRange(CertificateCheck.Look(data, clock.GetUtcNow()));
        _findings.Add(CardKeysCheck.Judge(data, terminal, options.Data));
    }

    private void Books(DataFolder data)
    {
        if (JournalKeyCheck.Look(data, options.JournalKey, out var seal) is { } finding)
            _findings.Add(finding);
        using var held = seal;
        if (seal is null)
            return;
        using var headquarters = TryLoadTrusted(data);
        _findings.Add(JournalCheck.Look(new JournalFile(data.Journal, seal), headquarters, out var sight));
        if (sight is not { Replica: { } replica })
            return;
        _findings.AddRange(JournalCheck.Outbox(sight, clock.GetUtcNow()));
        _findings.AddRange(RulesCheck.Judge(replica, clock.GetUtcNow()));
    }

    // What folder, server and health say alike is said once.
    private static IReadOnlyList<Finding> Once(IEnumerable<Finding> findings) =>
        [.. findings.DistinctBy(f => (f.Code, f.Seen))];

    private static TrustedAuthorities? TryLoadTrusted(DataFolder data)
    {
        try
        {
            return TrustedAuthorities.Load(data);
        }
        catch (Exception unreadable) when (IsUnreadable(unreadable))
        {
            return null;
        }
    }

    private static TerminalCertificates? TryLoad(DataFolder data)
    {
        try
        {
            return TerminalCertificates.Load(data);
        }
        catch (Exception unreadable) when (IsUnreadable(unreadable))
        {
            return null;
        }
    }

    // A key of another certificate is an ArgumentException. Each file has a line of its own.
    private static bool IsUnreadable(Exception wrong) => wrong is
        CryptographicException or IOException or UnauthorizedAccessException or ArgumentException;
}
