using System.Runtime.ExceptionServices;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Logging.Console;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.SyncContract;
using SmartCardCrm.Terminal.Commands;
using SmartCardCrm.Terminal.Keys;
using SmartCardCrm.Terminal.Pcsc;
using SmartCardCrm.Terminal.Relay;
using SmartCardCrm.Terminal.Signals;
using SmartCardCrm.Terminal.Sync;
using SmartCardCrm.Terminal.Telemetry;
using SmartCardCrm.Terminal.TillApi;

namespace SmartCardCrm.Terminal;

/// <summary>What the person who starts the terminal decides.</summary>
internal sealed record TerminalOptions(
    string Data, Uri TillApi, IReadOnlyList<string> Readers, IReadOnlyList<int> VpcdPorts)
{
    /// <summary>The file with the journal key; null for the data folder's own.</summary>
    public string? JournalKey { get; init; }

    /// <summary>How long entries stay that headquarters has acknowledged.</summary>
    public TimeSpan Keep { get; init; } = TimeSpan.FromDays(Compaction.KeepDaysUsual);
}

/// <summary>Puts the rooms together and runs them until the terminal is told to stop.</summary>
internal static class TerminalHost
{
    private static readonly FillRandom Random = RandomNumberGenerator.Fill;

    // The host would watch every folder below the one it is started in, for a settings file we do not have.
    private static readonly string[] NoWatch = ["--hostBuilder:reloadConfigOnChange=false"];

    /// <exception cref="CommandException">It is not enrolled, runs already, or stopped
    /// selling.</exception>
    /// <exception cref="JournalKeyException">The journal's key is not there, or is another's.</exception>
    /// <exception cref="JournalFailedException">The journal cannot be used.</exception>
    /// <exception cref="IOException">Another file of the data folder cannot.</exception>
    public static async Task Run(TerminalOptions options, TimeProvider clock, CancellationToken cancellation)
    {
        var data = new DataFolder(options.Data);
        using var inUse = Claim(data);
        var terminal = EnrolledTerminal.Load(data) ?? throw NotEnrolled();
        using var seal = JournalKeyFile.LoadOrMake(data, options.JournalKey, Random);
        using var traces = TraceExport.Start(terminal.Profile().Number);
        using var certificates = TerminalCertificates.Load(data);
        using var channel = ServerLink.Mutual(terminal.Server, certificates);

        var builder = NewBuilder(options.TillApi, clock);
        builder.Services.AddSingleton(new TerminalSync.TerminalSyncClient(channel));
        using var own = TerminalCertificates.LoadKey(data);
        var trust = new TerminalTrust(
            certificates.Authorities, certificates.Own.RawData,
            bytes => own.SignData(bytes, HashAlgorithmName.SHA256));
        builder.Services.AddSingleton(certificates);
        builder.Services.AddSingleton(new JournalFile(data.Journal, seal));
        AddRooms(builder.Services, options, terminal, trust, data);
        await using var app = builder.Build();
        app.UseTillApi(TillKeys.LoadOrMake(data));
        await RunToItsEnd(app, cancellation);
    }

    /// <summary>Runs until it is told to stop. What it fails of is thrown.</summary>
    /// <exception cref="CommandException">It stopped selling.</exception>
    public static async Task RunToItsEnd(WebApplication app, CancellationToken cancellation)
    {
        var end = app.Services.GetRequiredService<TerminalEnd>();
        var background = app.Services.GetServices<IHostedService>().OfType<BackgroundService>().ToList();
        try
        {
            await app.RunAsync(cancellation);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // Something failed before everything had started: what it was is thrown below.
        }
        catch (IOException taken) when (taken.InnerException is AddressInUseException)
        {
            throw new CommandException(
                "address-taken", $"{taken.Message} Stop what listens there, or give --urls another port.");
        }

        if (end.Failure is { } failure)
            throw new CommandException(end.Code, failure.Message);

        // The host stops when one of them fails, as if it had been told to.
        var faults = background.Select(service => service.ExecuteTask?.Exception?.InnerException);
        if (faults.FirstOrDefault(fault => fault is not null) is { } first)
            ExceptionDispatchInfo.Throw(first);
    }

    public static CommandException NotEnrolled() =>
        new("not-enrolled", "This data folder belongs to no terminal yet: `terminal enrol --help`.");

    // Two processes on one journal would be two incarnations of it.
    public static FileStream Claim(DataFolder data)
    {
        try
        {
            return new FileStream(data.Lock, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            throw new CommandException("data-in-use", "Another terminal works in this data folder.");
        }
    }

    /// <summary>A host with the Till API's listener, and one line per event on standard error.</summary>
    public static WebApplicationBuilder NewBuilder(Uri tillApi, TimeProvider clock)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = NoWatch });
        builder.WebHost.UseUrls(tillApi.ToString());
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = Body.BytesMost;
        });
        builder.Logging.ClearProviders();
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        builder.Logging.AddSimpleConsole(console =>
        {
            (console.SingleLine, console.UseUtcTimestamp) = (true, true);
            console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
            console.ColorBehavior = LoggerColorBehavior.Disabled;
        });
        builder.Services.Configure<ConsoleLoggerOptions>(console =>
            console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Services.AddSystemd();
        builder.Services.AddSingleton(clock);
        builder.Services.AddSingleton(Random);
        return builder;
    }

    private static void AddRooms(
        IServiceCollection services, TerminalOptions options, EnrolledTerminal terminal, TerminalTrust trust,
        DataFolder data)
    {
        var profile = terminal.Profile();
        services.AddSingleton(data);
        services.AddSingleton(options);
        services.AddSingleton(profile);
        services.AddSingleton<FaultBook>();
        services.AddSingleton<SyncLine>();
        services.AddSingleton<ClockWatch>();
        services.AddSingleton<CertificateRenewal>();
        services.AddSingleton<SaleLookup>();
        services.AddSingleton<TerminalEnd>();
        services.AddSingleton<ReaderBoard>();
        services.AddSingleton<TerminalKeys>();
        services.AddSingleton(s => new CardKeyDelivery(
            terminal, data, s.GetRequiredService<TerminalKeys>(), s.GetRequiredService<TimeProvider>()));
        services.AddSingleton(s => ReaderChoice.Open(
            options.Readers, options.VpcdPorts, s.GetRequiredService<TimeProvider>(),
            s.GetRequiredService<ILogger<ReaderChoice>>()));
        services.AddSingleton(s => Till.Open(
            s.GetRequiredService<JournalFile>(), profile, s.GetRequiredService<TerminalKeys>(), trust,
            new TapSurroundings(
                s.GetRequiredService<TimeProvider>(), Random, s.GetRequiredService<ILogger<Till>>())));
        services.AddSingleton<GrpcHeadquarters>();
        services.AddSingleton(s => new RelayDesk(
            s.GetRequiredService<Till>().Guests, s.GetRequiredService<ReaderBoard>(),
            s.GetRequiredService<TimeProvider>()));
        AddSignals(services, data);
        services.AddSingleton<TillRooms>();
        services.AddSingleton<SyncRooms>();
        services.AddSingleton<RelayRooms>();
        services.AddHostedService<TamperSwitch>();                // before any key is restored
        services.AddHostedService<TapFloor>();
        services.AddHostedService<SignalFloor>();
        services.AddHostedService<GrpcSync>();
        services.AddHostedService<GrpcRelay>();
        services.AddHostedService<ReadyLine>();
    }

    private static void AddSignals(IServiceCollection services, DataFolder data)
    {
        services.AddSingleton(s => s.GetRequiredService<Till>().Desk);
        services.AddSingleton<TamperSeal>();
        services.AddSingleton<SignalRooms>();
        services.AddSingleton(s => SignalsFile.Load(data.Signals) is { } file
            ? SignalsPlan.Of(file, s.GetRequiredService<ReaderChoice>() is { TakesAny: false } choice
                ? [.. choice.Readers.Select(r => r.Name)]
                : null)
            : SignalsPlan.None);
        services.AddSingleton(s => new CarefulWires(
            s.GetRequiredService<SignalsPlan>().Open(Console.Out, s.GetRequiredService<TimeProvider>()),
            s.GetRequiredService<FaultBook>(), s.GetRequiredService<ILogger<CarefulWires>>()));
    }
}

/// <summary>Why the terminal ended by itself.</summary>
internal sealed partial class TerminalEnd(IHostApplicationLifetime lifetime, ILogger<TerminalEnd> log)
{
    public Exception? Failure { get; private set; }

    public string Code => Failure is JournalFailedException ? "journal-failed" : "internal";

    /// <summary>Stops everything: nothing may be sold before a new start has looked at the journal.</summary>
    public void Fail(Exception failure)
    {
        Failure ??= failure;
        LogFailed(failure, Code);
        lifetime.StopApplication();
    }

    [LoggerMessage(LogLevel.Critical, "terminal-failed code={Code}", EventName = "terminal-failed")]
    private partial void LogFailed(Exception failure, string code);
}

/// <summary>The tap loops and the journal's housekeeping, while the host
/// runs.</summary>
internal sealed class TapFloor(
    Till till, GrpcHeadquarters headquarters, CardKeyDelivery keys, ReaderChoice choice, ReaderBoard board,
    ClockWatch clock, TerminalOptions options, TerminalEnd end) : IHostedService, IDisposable
{
    private readonly List<IDisposable> _running = [];

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (till.LastWritten is { } written)
            clock.Began(written);
        till.Headquarters = headquarters;
        keys.Expired += () => till.Desk.Stop(StopCode.KeysExpired);
        keys.Taken += () => till.Desk.Resume(StopCode.KeysExpired);
        keys.Restore();
        _running.Add(till.KeepSmall(options.Keep, end.Fail));
        _running.Add(new TapThreads(choice, board, till, end.Fail));
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        Dispose();
        return Task.CompletedTask;
    }

    /// <summary>A host that could not start everything stops nothing before it disposes.</summary>
    public void Dispose()
    {
        _running.ForEach(r => r.Dispose());
        _running.Clear();
    }
}

/// <summary>Tells whoever started the terminal where it answers, and when it sells.</summary>
internal sealed class ReadyLine(
    TillRooms rooms, DataFolder data, IServer server, IHostApplicationLifetime lifetime, TimeProvider clock)
    : BackgroundService
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(50);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var started = new TaskCompletionSource();
        await using var onStart = lifetime.ApplicationStarted.Register(() => started.TrySetResult());
        await started.Task.WaitAsync(stoppingToken);
        var address = server.Features.Get<IServerAddressesFeature>()?.Addresses.First() ?? "";
        PrivateFile.Replace(data.Endpoints, JsonSerializer.SerializeToUtf8Bytes(
            new EndpointsFile(address, Environment.ProcessId), TillJson.Default.EndpointsFile));
        Console.Out.WriteLine($"till api: {address}");

        using var timer = new PeriodicTimer(LookEvery, clock);
        while (!rooms.Ready)
            await timer.WaitForNextTickAsync(stoppingToken);
        Console.Out.WriteLine("ready");
    }
}
