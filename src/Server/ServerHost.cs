using System.Net;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Options;
using SmartCardCrm.Server.Cards;
using SmartCardCrm.Server.Console;
using SmartCardCrm.Server.DayCertificates;
using SmartCardCrm.Server.Ledger;
using SmartCardCrm.Server.Openings;
using SmartCardCrm.Server.Operator;
using SmartCardCrm.Server.Programmes;
using SmartCardCrm.Server.Reconciliation;
using SmartCardCrm.Server.Relay;
using SmartCardCrm.Server.Reports;
using SmartCardCrm.Server.Staff;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.Server.Sync;
using SmartCardCrm.Server.Taps;
using SmartCardCrm.Server.Telemetry;
using SmartCardCrm.Server.Terminals;
using SmartCardCrm.Server.Vault;

namespace SmartCardCrm.Server;

/// <summary>Puts the server together: rooms, doors and what every request passes.</summary>
internal static class ServerHost
{
    private const int MessageBytesMost = 1 << 20;

    /// <summary>Builds a server that is ready to be started.</summary>
    /// <param name="options">Where it lives and listens.</param>
    /// <param name="vault">Open. The server does not dispose of it.</param>
    /// <param name="adjust">Last word on services and logs, for tests; or null.</param>
    public static WebApplication Build(
        ServerOptions options, KeyVault vault, Action<WebApplicationBuilder>? adjust = null)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            ApplicationName = typeof(ServerHost).Assembly.GetName().Name,
            ContentRootPath = AppContext.BaseDirectory,
        });
        builder.WebHost.UseStaticWebAssets();
        builder.Configuration.AddJsonFile(options.PathOf("server.json"), optional: true);
        // Standard output is for what the command line announces.
        builder.Logging.ClearProviders();
        builder.Logging.AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning).AddFilter("Grpc", LogLevel.Warning);
        // The cookies' keys lie in a folder of their own that only the server's user can read, as the
        // operator's token does; the framework would warn of that at each start.
        builder.Logging.AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error);
        builder.Services.AddSingleton(TimeProvider.System);
        AddOptions(builder.Services);
        builder.Services.PostConfigure<RelayOptions>(relay => relay.FactoryCards |= options.FactoryCards);
        AddRooms(builder.Services, options, vault);
        AddTerminals(builder.Services);
        AddDoors(builder, options);
        AddPeople(builder.Services, options);
        builder.AddTelemetry(options);
        adjust?.Invoke(builder);

        var app = builder.Build();
        FeedEpoch.Begin(app.Services.GetRequiredService<Database>(), RandomNumberGenerator.Fill);
        // Before anything is signed: which authority speaks, the book knows.
        app.Services.GetRequiredService<AuthorityDesk>();
        app.Services.GetRequiredService<ProgrammeBook>().SeedFirst();
        app.Services.GetRequiredService<LimitsBook>().SeedMissing();
        HotlistBook.SeedFirst(
            app.Services.GetRequiredService<Database>(), vault,
            app.Services.GetRequiredService<TimeProvider>());
        app.Lifetime.ApplicationStopping.Register(app.Services.GetRequiredService<OpenLines>().StopAll);
        UsePipeline(app);
        MapDoors(app);
        return app;
    }

    private static void AddOptions(IServiceCollection services)
    {
        services.AddOptions<DoorOptions>().BindConfiguration(DoorOptions.Section).ValidateOnStart();
        services.AddOptions<StaffOptions>().BindConfiguration(StaffOptions.Section).ValidateOnStart();
        services.AddOptions<EnrolmentOptions>().BindConfiguration(EnrolmentOptions.Section).ValidateOnStart();
        services.AddOptions<RelayOptions>().BindConfiguration(RelayOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<DoorOptions>, ValidateDoorOptions>();
        services.AddSingleton<IValidateOptions<StaffOptions>, ValidateStaffOptions>();
        services.AddSingleton<IValidateOptions<EnrolmentOptions>, ValidateEnrolmentOptions>();
        services.AddSingleton<IValidateOptions<RelayOptions>, ValidateRelayOptions>();
        services.AddOptions<ReconciliationOptions>().BindConfiguration(ReconciliationOptions.Section)
            .ValidateOnStart();
        services.AddSingleton<IValidateOptions<ReconciliationOptions>, ValidateReconciliationOptions>();
        services.AddOptions<CardOptions>().BindConfiguration(CardOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<CardOptions>, ValidateCardOptions>();
    }

    private static void AddRooms(IServiceCollection services, ServerOptions options, KeyVault vault)
    {
        services.AddSingleton(vault);
        services.AddSingleton<ICardSecrets>(vault);
        services.AddSingleton<IDocumentSigner>(vault);
        services.AddSingleton<CardProtocol.FillRandom>(RandomNumberGenerator.Fill);
        services.AddSingleton(_ => BookHome.Open(options.DataFolder));
        services.AddSingleton<ProgrammeBook>();
        services.AddSingleton<RuleDrafts>();
        services.AddSingleton<BackTestDesk>();
        services.AddHostedService<RuleSchedule>();
        services.AddSingleton<Members.MemberBook>();
        services.AddHostedService<Members.MemberWordsRun>();
        services.AddSingleton<CardBook>();
        services.AddSingleton<BlockBook>();
        services.AddSingleton<StockBook>();
        services.AddSingleton<Members.AnonymousBook>();
        services.AddSingleton<Members.ErasureBook>();
        services.AddSingleton<Members.AdjustmentDesk>();
        services.AddSingleton<OfferBook>();
        services.AddSingleton<RetirementBook>();
        services.AddHostedService<RetirementRun>();
        services.AddSingleton<OverviewReport>();
        services.AddSingleton<CardList>();
        services.AddSingleton<AccountMoves>();
        services.AddSingleton<ExceptionEvidence>();
        services.AddSingleton<MemberPointsReport>();
        services.AddSingleton<TierGrants>();
        services.AddHostedService<MemberRun>();
        services.AddSingleton<Periods>();
        services.AddSingleton<OpeningDesk>();
        services.AddSingleton(CertificateSeal.Of(vault));
        services.AddSingleton<CertificateDesk>();
        services.AddHostedService<CertificateRun>();
        services.AddOptions<CertificateOptions>().BindConfiguration(CertificateOptions.Section);
        services.AddSingleton<TransactionList>();
        services.AddSingleton<UnreportedList>();
        services.AddSingleton<ExceptionList>();
        services.AddSingleton<ExceptionDesk>();
        services.AddSingleton<ReportRoom>();
        services.AddSingleton<TerminalStories>();
        services.AddSingleton<PageMarks>();
        services.AddSingleton<ApprovalList>();
        services.AddSingleton<MemberExport>();
        services.AddSingleton<Console.Reports.ReportDesk>();
        services.AddSingleton<BookFigures>();
    }

    private static void AddTerminals(IServiceCollection services)
    {
        services.AddSingleton<Intake>();
        services.AddSingleton<IntakeQueue>();
        services.AddHostedService(provider => provider.GetRequiredService<IntakeQueue>());
        services.AddSingleton<FeedBell>();
        services.AddSingleton<ExchangeDesk>();
        services.AddSingleton<TerminalAuthority>();
        services.AddSingleton<AuthorityDesk>();
        services.AddSingleton<Audit.AuditWitnesses>();
        services.AddSingleton<TerminalBook>();
        services.AddSingleton<LimitsBook>();
        services.AddSingleton<TerminalWatch>();
        services.AddHostedService<Sightings>();
        services.AddHostedService<HotlistWatch>();
        services.AddSingleton<TerminalDesk>();
        services.AddSingleton<EnrolmentBook>();
        services.AddSingleton<EnrolmentDesk>();
        services.AddSingleton<RenewalDesk>();
        services.AddSingleton<SaleFinder>();
        services.AddSingleton<OpenLines>();
        services.AddSingleton<RelayDesk>();
        services.AddSingleton<CentralBooks>();
        services.AddSingleton<TapDesk>();
        services.AddSingleton<CardIssuer>();
        services.AddSingleton<IssueDesk>();
        services.AddSingleton<BenchBook>();
        services.AddSingleton<BenchDesk>();
        services.AddSingleton<RotationBook>();
        services.AddHostedService<RotationDesk>();
    }

    private static void AddDoors(WebApplicationBuilder builder, ServerOptions options)
    {
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MessageBytesMost;
            kestrel.Limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(20);
            kestrel.Limits.Http2.KeepAlivePingTimeout = TimeSpan.FromSeconds(20);
            Listen(kestrel, options.PeopleUrl, Door.People, listener =>
            {
                listener.Protocols = HttpProtocols.Http1;
                if (options.PeopleUrl.Scheme == Uri.UriSchemeHttps)
                    listener.UseHttps();
            });
            Listen(kestrel, options.TerminalsUrl, Door.Terminals, listener =>
            {
                listener.Protocols = HttpProtocols.Http2;
                listener.UseHttps(https => Terminals(https, options, kestrel.ApplicationServices));
            });
        });
        builder.Services.AddSingleton<RefusalInterceptor>();
        builder.Services.AddSingleton<TerminalInterceptor>();
        builder.Services.AddGrpc(grpc =>
        {
            grpc.MaxReceiveMessageSize = MessageBytesMost;
            grpc.Interceptors.Add<RefusalInterceptor>();
        }).AddServiceOptions<TerminalSyncService>(service => service.Interceptors.Add<TerminalInterceptor>());
    }

    private static void Listen(
        KestrelServerOptions kestrel, Uri url, Door door, Action<ListenOptions> configure)
    {
        void Configure(ListenOptions listener)
        {
            listener.Leads(door);
            configure(listener);
        }

        if (IPAddress.TryParse(url.Host.Trim('[', ']'), out var address))
            kestrel.Listen(address, url.Port, Configure);
        else
            kestrel.ListenLocalhost(url.Port, Configure);
    }

    private static void Terminals(
        HttpsConnectionAdapterOptions https, ServerOptions options, IServiceProvider services)
    {
        var authority = services.GetRequiredService<TerminalAuthority>();
        var own = new ServerCertificate(
            authority, options.TerminalsUrl.Host, services.GetRequiredService<TimeProvider>());
        https.ServerCertificateSelector = (_, _) => own.Current;
        https.SslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13;
        https.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
        https.ClientCertificateValidation = (certificate, _, _) => authority.VouchesFor(certificate);
    }

    private static void AddPeople(IServiceCollection services, ServerOptions options)
    {
        PrivateFile.CreateFolder(options.PathOf("cookie-keys"));
        services.AddDataProtection()
            .SetApplicationName("SmartCardCrm")
            .PersistKeysToFileSystem(new DirectoryInfo(options.PathOf("cookie-keys")));
        services.AddStaffAccess(AccessToken.OpenOrCreate(options.PathOf(OperatorEndpoints.TokenFile)));
        services.AddAntiforgery(antiforgery => antiforgery.Cookie.Name = "hq-form");
        services.AddLocalization();
        services.AddConsole();
        services.AddProblemDetails();
        services.AddOpenApi();
        services.ConfigureHttpJsonOptions(json => OperatorJson.Configure(json.SerializerOptions));
        AddRateLimits(services);
    }

    private static void AddRateLimits(IServiceCollection services)
    {
        services.AddRateLimiter(limiter =>
            limiter.RejectionStatusCode = StatusCodes.Status429TooManyRequests);
        services.AddOptions<Microsoft.AspNetCore.RateLimiting.RateLimiterOptions>()
            .Configure<IOptions<DoorOptions>>((limiter, doors) =>
            {
                limiter.AddPolicy(
                    StaffEndpoints.RateLimit, context => PerMinute(context, doors.Value.LoginsPerMinute));
                limiter.AddPolicy(
                    EnrolmentService.RateLimit,
                    context => PerMinute(context, doors.Value.EnrolmentsPerMinute));
            });
    }

    private static RateLimitPartition<IPAddress> PerMinute(HttpContext context, int most) =>
        RateLimitPartition.GetFixedWindowLimiter(
            context.Connection.RemoteIpAddress ?? IPAddress.None,
            _ => new FixedWindowRateLimiterOptions { PermitLimit = most, Window = TimeSpan.FromMinutes(1) });

    private static void UsePipeline(WebApplication app)
    {
        app.UseExceptionHandler();
        app.UseSecurityHeaders();
        app.UseRouting();
        app.UseDoors();
        app.UseRateLimiter();
        app.UseLanguages();
        app.UseAuthentication();
        app.UseAuthorization();
        app.UseOpenCircuits();
        app.UseAntiforgery();
    }

    private static void MapDoors(WebApplication app)
    {
        app.MapGrpcService<EnrolmentService>()
            .At(Door.Terminals).AllowAnonymous().RequireRateLimiting(EnrolmentService.RateLimit);
        app.MapGrpcService<TerminalSyncService>().At(Door.Terminals).AllowAnonymous();
        app.MapStaticAssets().AllowAnonymous();
        app.MapStaff();
        app.MapOperator();
        app.MapTelemetry();
        app.MapOpenApi().AllowAnonymous();
        app.MapConsole();
        Permissions.Demand(app);
    }
}
