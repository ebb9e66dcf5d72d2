using Microsoft.Extensions.Diagnostics.HealthChecks;
using SmartCardCrm.Server.DayCertificates;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.Server.Sync;

namespace SmartCardCrm.Server.Telemetry;

/// <summary>Whether the book answers.</summary>
internal sealed class BookHealth(Database database) : IHealthCheck
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public async Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var asking = Task.Run(
            () => database.Read(db => db.Value<long>("SELECT COUNT(*) FROM programme")), cancellationToken);
        return await asking.WaitAsync(Patience, cancellationToken) > 0
            ? HealthCheckResult.Healthy()
            : HealthCheckResult.Unhealthy("The book is empty.");
    }
}

/// <summary>Whether the newest daily certificate found the book as it must be. The server serves on where it
/// did not: terminals lose nothing by it, and people look into it.</summary>
internal sealed class CertificateHealth(Database database) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(database.Read(CertificateArchive.NewestFailed) is > 0
            ? HealthCheckResult.Degraded("The newest certificate has checks that failed.")
            : HealthCheckResult.Healthy());
}

/// <summary>Whether what terminals report is being written.</summary>
internal sealed class IntakeHealth(IntakeQueue intake) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(intake.IsAlive
            ? HealthCheckResult.Healthy()
            : HealthCheckResult.Unhealthy("The intake has ended, or does not get on."));
}
