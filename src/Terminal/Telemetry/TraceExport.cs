using System.Globalization;
using System.Runtime.CompilerServices;
using OpenTelemetry;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using SmartCardCrm.Terminal.Sync;

namespace SmartCardCrm.Terminal.Telemetry;

/// <summary>Sends spans to a collector, where the environment names one by OpenTelemetry's own variables.
/// Where it names none, no code of OpenTelemetry is loaded.</summary>
internal static class TraceExport
{
    private static bool IsWanted =>
        Environment.GetEnvironmentVariable("OTEL_EXPORTER_OTLP_ENDPOINT") is { Length: > 0 }
        || Environment.GetEnvironmentVariable("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") is { Length: > 0 };

    /// <summary>Begins, until disposed of; what is left is sent then. Null where nobody wants it.</summary>
    /// <param name="terminal">Its number.</param>
    public static IDisposable? Start(uint terminal) => IsWanted ? Open(terminal) : null;

    // By itself: the assemblies are loaded when it is compiled.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static TracerProvider Open(uint terminal) =>
        Sdk.CreateTracerProviderBuilder()
            .ConfigureResource(resource => resource
                .AddService(
                    "smartcardcrm-terminal", serviceVersion: SoftwareVersion.Text,
                    serviceInstanceId: terminal.ToString(CultureInfo.InvariantCulture))
                .AddEnvironmentVariableDetector())
            .AddSource(OperationTrace.SourceName)
            .AddOtlpExporter()
            .Build();
}
