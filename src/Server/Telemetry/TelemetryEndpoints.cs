using System.Diagnostics.Metrics;
using System.Security.Claims;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using SmartCardCrm.Server.Operator;
using SmartCardCrm.Server.Staff;
using SmartCardCrm.Taps;

namespace SmartCardCrm.Server.Telemetry;

/// <summary>What others watch the server by: figures for Prometheus, spans for a collector, and whether it
/// lives and serves.</summary>
internal static class TelemetryEndpoints
{
    /// <summary>In the data folder: the token that opens the figures, and nothing else.</summary>
    public const string TokenFile = "metrics.token";

    private const string Scheme = "metrics";

    public static void AddTelemetry(this WebApplicationBuilder builder, ServerOptions options)
    {
        var services = builder.Services;
        services.AddSingleton<ServerMetrics>();
        services.AddSingleton<IntakeTrace>();
        services.AddHealthChecks().AddCheck<BookHealth>("book").AddCheck<IntakeHealth>("intake")
            .AddCheck<CertificateHealth>("certificate");
        var token = AccessToken.OpenOrCreate(options.PathOf(TokenFile));
        services.AddAuthentication().AddScheme<TokenOptions, TokenAuthentication>(
            Scheme, scheme => scheme.Identify = shown => token.Is(shown) ? Scraper() : null);
        services.AddAuthorizationBuilder().AddPolicy(Scheme, policy => policy
            .AddAuthenticationSchemes(Scheme).RequireAuthenticatedUser());

        var telemetry = services.AddOpenTelemetry()
            .ConfigureResource(resource => resource
                .AddService("smartcardcrm-server", serviceVersion: Release.Text)
                .AddEnvironmentVariableDetector())
            .WithMetrics(metrics => metrics
                .AddMeter(ServerMetrics.MeterName, "System.Runtime", "Microsoft.AspNetCore.Server.Kestrel")
                .AddPrometheusExporter());
        services.ConfigureOpenTelemetryMeterProvider((provider, metrics) =>
            metrics.AddView(IsOurs(provider.GetRequiredService<IMeterFactory>())));
        if (builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] is { Length: > 0 }
            || builder.Configuration["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"] is { Length: > 0 })
        {
            telemetry.WithTracing(traces => traces.AddSource(OperationTrace.SourceName).AddOtlpExporter());
        }
    }

    public static void MapTelemetry(this WebApplication app)
    {
        // The figures that are only looked at are there from the start.
        _ = app.Services.GetRequiredService<ServerMetrics>();
        app.MapPrometheusScrapingEndpoint("/metrics")
            .RequireAuthorization(Scheme).WithMetadata(new ForAllStaffAttribute());
        app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false })
            .AllowAnonymous();
        app.MapHealthChecks("/health/ready", new HealthCheckOptions { ResponseWriter = WriteAsync })
            .AllowAnonymous();
    }

    // Has no roles, and comes in nowhere else.
    private static ClaimsPrincipal Scraper() =>
        new(new ClaimsIdentity([new Claim(ClaimTypes.Name, Scheme)], Scheme));

    // Several servers in one process, as tests have them, do not see each other's figures.
    private static Func<Instrument, MetricStreamConfiguration?> IsOurs(IMeterFactory meters) =>
        instrument => instrument.Meter.Name == ServerMetrics.MeterName && instrument.Meter.Scope != meters
            ? MetricStreamConfiguration.Drop
            : null;

    // What fails, and no more: whoever asks need not be known.
    private static Task WriteAsync(HttpContext context, HealthReport report) =>
        context.Response.WriteAsync(string.Concat(report.Entries.Select(entry =>
            $"{entry.Key}: {(entry.Value.Status == HealthStatus.Healthy ? "ok" : "failed")}\n")));
}
