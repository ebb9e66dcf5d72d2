using System.Text.Json;
using System.Text.Json.Serialization;
using SmartCardCrm.Loyalty.Programme;
using SmartCardCrm.Server.Audit;
using SmartCardCrm.Server.Cards;
using SmartCardCrm.Server.DayCertificates;
using SmartCardCrm.Server.Ledger;
using SmartCardCrm.Server.Members;
using SmartCardCrm.Server.Openings;
using SmartCardCrm.Server.Programmes;
using SmartCardCrm.Server.Relay;
using SmartCardCrm.Server.Reports;
using SmartCardCrm.Server.Staff;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.Server.Terminals;

namespace SmartCardCrm.Server.Operator;

/// <summary>
/// The REST door of the operator's own command line and scripts: JSON, camelCase, instants in microseconds
/// since 1970 (…Us) as the book has them, problems as RFC 9457 with a stable code.
/// </summary>
internal static class OperatorEndpoints
{
    /// <summary>In the data folder: the token that opens these calls.</summary>
    public const string TokenFile = "operator.token";

    /// <summary>Name of scheme and policy.</summary>
    public const string Scheme = "operator";

    /// <summary>Rows that one call gives at most.</summary>
    public const int RowsMost = 1000;

    public static void MapOperator(this WebApplication app)
    {
        var api = app.MapGroup("/api")
            .RequireAuthorization(Scheme)
            .DisableAntiforgery();
        api.Sign();
        BookCalls.Map(api);
        ExceptionCalls.Map(api);
        AdjustmentCalls.Map(api);
        ExportCalls.Map(api);
        ReportCalls.Map(api);
        PeriodCalls.Map(api);
        CertificateCalls.Map(api);
        OpeningCalls.Map(api);
        CardCalls.Map(api);
        BlockCalls.Map(api);
        RetirementCalls.Map(api);
        StockCalls.Map(api);
        AnonymousCalls.Map(api);
        OfferCalls.Map(api);
        TerminalCalls.Map(api);
        RuleCalls.Map(api);
        TierCalls.Map(api);
        AuthorityCalls.Map(api);
        StaffCalls.Map(api);
        StaffCalls.MapOwn(app);
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(AskedMember))]
[JsonSerializable(typeof(AskedToken))]
[JsonSerializable(typeof(AskedIssue))]
[JsonSerializable(typeof(AuditReport))]
[JsonSerializable(typeof(AskedSuccession))]
[JsonSerializable(typeof(AuthorityReport))]
[JsonSerializable(typeof(AskedBlock))]
[JsonSerializable(typeof(BlockHistory))]
[JsonSerializable(typeof(AskedAnonymous))]
[JsonSerializable(typeof(AskedRegistration))]
[JsonSerializable(typeof(AskedMove))]
[JsonSerializable(typeof(AskedErasure))]
[JsonSerializable(typeof(AskedOffer))]
[JsonSerializable(typeof(IReadOnlyList<OfferRow>))]
[JsonSerializable(typeof(AskedBatch))]
[JsonSerializable(typeof(CardBatch))]
[JsonSerializable(typeof(IReadOnlyList<CardBatch>))]
[JsonSerializable(typeof(StockImport))]
[JsonSerializable(typeof(AskedBench))]
[JsonSerializable(typeof(BenchProgress))]
[JsonSerializable(typeof(AskedReplacement))]
[JsonSerializable(typeof(AskedRetirement))]
[JsonSerializable(typeof(Retirement))]
[JsonSerializable(typeof(IReadOnlyList<Retirement>))]
[JsonSerializable(typeof(AskedOwner))]
[JsonSerializable(typeof(AskedNote))]
[JsonSerializable(typeof(AskedResolution))]
[JsonSerializable(typeof(AskedDecision))]
[JsonSerializable(typeof(AskedAdjustment))]
[JsonSerializable(typeof(AskedApproval))]
[JsonSerializable(typeof(Adjustment))]
[JsonSerializable(typeof(IReadOnlyList<Adjustment>))]
[JsonSerializable(typeof(Page<Approval>))]
[JsonSerializable(typeof(ExceptionStory))]
[JsonSerializable(typeof(IReadOnlyList<KnownReport>))]
[JsonSerializable(typeof(ReportTable))]
[JsonSerializable(typeof(long))]
[JsonSerializable(typeof(DateOnly?))]
[JsonSerializable(typeof(RuleSet))]
[JsonSerializable(typeof(AskedDraft))]
[JsonSerializable(typeof(AskedStep))]
[JsonSerializable(typeof(AskedPreview))]
[JsonSerializable(typeof(AskedBackTest))]
[JsonSerializable(typeof(DraftWithRules))]
[JsonSerializable(typeof(IReadOnlyList<RuleDraft>))]
[JsonSerializable(typeof(IReadOnlyList<RuleVersion>))]
[JsonSerializable(typeof(RulePreview))]
[JsonSerializable(typeof(BackTestProgress))]
[JsonSerializable(typeof(Member))]
[JsonSerializable(typeof(Page<Member>))]
[JsonSerializable(typeof(GivenToken))]
[JsonSerializable(typeof(IReadOnlyList<TerminalRow>))]
[JsonSerializable(typeof(IReadOnlyList<RelayReader>))]
[JsonSerializable(typeof(IReadOnlyList<IssueProgress>))]
[JsonSerializable(typeof(Page<CardRow>))]
[JsonSerializable(typeof(CardAnswer))]
[JsonSerializable(typeof(IReadOnlyList<LedgerCard>))]
[JsonSerializable(typeof(Page<TransactionRow>))]
[JsonSerializable(typeof(Page<ExceptionRow>))]
[JsonSerializable(typeof(AskedClose))]
[JsonSerializable(typeof(IReadOnlyList<ClosedPeriod>))]
[JsonSerializable(typeof(AskedGrant))]
[JsonSerializable(typeof(AskedRevocation))]
[JsonSerializable(typeof(MemberTier))]
[JsonSerializable(typeof(AskedCertificate))]
[JsonSerializable(typeof(KeptCertificate))]
[JsonSerializable(typeof(MadeCertificate))]
[JsonSerializable(typeof(IReadOnlyList<ArchivedCertificate>))]
[JsonSerializable(typeof(IReadOnlyList<string>))]
[JsonSerializable(typeof(OpeningResult))]
[JsonSerializable(typeof(OpeningState))]
[JsonSerializable(typeof(OperatorOverview))]
[JsonSerializable(typeof(IReadOnlyList<CheckLine>))]
[JsonSerializable(typeof(IReadOnlyList<AuditEntry>))]
[JsonSerializable(typeof(AskedStaff))]
[JsonSerializable(typeof(AskedPlace))]
[JsonSerializable(typeof(AskedWhy))]
[JsonSerializable(typeof(AskedStaffToken))]
[JsonSerializable(typeof(GivenStaffToken))]
[JsonSerializable(typeof(GivenInvitation))]
[JsonSerializable(typeof(IReadOnlyList<StaffRow>))]
[JsonSerializable(typeof(IReadOnlyList<StaffToken>))]
internal sealed partial class OperatorJson : JsonSerializerContext
{
    /// <summary>What the door takes: exactly the shapes it knows.</summary>
    public static void Configure(JsonSerializerOptions options)
    {
        options.TypeInfoResolverChain.Insert(0, Default);
        options.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        options.RespectNullableAnnotations = true;
        options.RespectRequiredConstructorParameters = true;
    }
}
