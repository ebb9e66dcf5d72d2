using Microsoft.Extensions.Options;
using SmartCardCrm.Server.Storage;

namespace SmartCardCrm.Server.DayCertificates;

/// <summary>Certifies each day once it is over in every store, and keeps the files.</summary>
internal sealed partial class CertificateRun(
    CertificateDesk desk, Database database, IOptions<CertificateOptions> options, TimeProvider clock,
    ILogger<CertificateRun> log) : BackgroundService
{
    private const int FilesLookedAt = 100;

    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    /// <summary>Does what is due.</summary>
    public void Run()
    {
        if (desk.MakeDue() is { } made)
            LogMade(made.Day, made.Revision);
        if (options.Value.Folder is { Length: > 0 } folder)
            WriteMissing(folder);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // The server's start does not wait for it.
        await Task.Yield();
        while (true)
        {
            RunGuarded();
            await Task.Delay(Pause, clock, stoppingToken);
        }
    }

    // The top of the loop: in a minute it is tried again.
    private void RunGuarded()
    {
        try
        {
            Run();
        }
        catch (Exception failure)
        {
            LogBroken(failure);
        }
    }

    private void WriteMissing(string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (var one in database.Read(db => CertificateArchive.List(db, 0, FilesLookedAt)))
        {
            var path = Path.Combine(folder, $"{one.Day}-{one.Revision}.json");
            if (File.Exists(path))
                continue;
            var signed = database.Read(db => CertificateArchive.Page(db, one.Number - 1, most: 1))[0];
            File.WriteAllBytes($"{path}.sig", signed.Signature);
            // Last: who finds it finds its signature too.
            File.WriteAllBytes($"{path}.partial", signed.Document);
            File.Move($"{path}.partial", path, overwrite: true);
        }
    }

    [LoggerMessage(LogLevel.Information, "The certificate of {Day} is made, revision {Revision}.")]
    private partial void LogMade(string day, long revision);

    [LoggerMessage(
        LogLevel.Error, "A day could not be certified, or its file not be written; in a minute again.")]
    private partial void LogBroken(Exception failure);
}
