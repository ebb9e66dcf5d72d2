using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using SmartCardCrm.Loyalty.Programme;
using SmartCardCrm.Terminal.Pcsc;
using SmartCardCrm.Terminal.Receipts;
using SmartCardCrm.Terminal.Sync;
using SmartCardCrm.Terminal.TillApi;
using SmartCardCrm.Terminal.Words;

namespace SmartCardCrm.Terminal.Tests;

/// <summary>The document says what the Till API does, and all of it.</summary>
public sealed class OpenApiTests
{
    private static readonly JsonNode Document = JsonNode.Parse(
        typeof(TillEndpoints).Assembly.GetManifestResourceStream("openapi.json")!)!;

    public static TheoryData<Type> Shapes =>
    [
        typeof(LineBody), typeof(CheckoutBody), typeof(EnquiryBody), typeof(ReturnedLineBody),
        typeof(ReturnBody), typeof(CheckoutAnswer), typeof(ResultAnswer), typeof(GainAnswer),
        typeof(CardAnswer), typeof(OfferAnswer), typeof(AdjustmentBody), typeof(DayBody), typeof(DayAnswer),
        typeof(DayLineAnswer), typeof(ReadersAnswer),
        typeof(ReceiptAnswer), typeof(ReceiptLineAnswer), typeof(ReaderAnswer), typeof(HealthAnswer),
        typeof(Told), typeof(Problem), typeof(CheckoutsAnswer), typeof(DisplayAnswer),
        typeof(DisplayedCheckout), typeof(DisplayedPoints),
    ];

    [Fact]
    public void Every_route_is_in_the_document_and_nothing_else()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Services.AddSingleton(TimeProvider.System).AddSingleton(
            new TillRooms(null!, null!, new ReaderBoard(), new SyncLine(), null!, new FaultBook()));
        using var app = builder.Build();
        ActivatorUtilities.CreateInstance<TillEndpoints>(app.Services).Map(app);
        var routes = ((IEndpointRouteBuilder)app).DataSources.SelectMany(source => source.Endpoints)
            .OfType<RouteEndpoint>().SelectMany(
                route => route.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods,
                (route, method) => $"{method} {route.RoutePattern.RawText}");

        var told = Document["paths"]!.AsObject().SelectMany(
            path => path.Value!.AsObject(), (path, verb) => $"{verb.Key.ToUpperInvariant()} {path.Key}");

        Assert.Equal(routes.Order(StringComparer.Ordinal), told.Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void A_schema_has_the_fields_of_its_shape_and_the_same_are_needed(Type type)
    {
        var shape = TillJson.Default.GetTypeInfo(type)!;

        var schema = Document["components"]!["schemas"]![type.Name]!;

        var fields = schema["properties"]!.AsObject().Select(property => property.Key);
        Assert.Equal(shape.Properties.Select(p => p.Name).Order(), fields.Order());
        if (!type.Name.EndsWith("Body", StringComparison.Ordinal))
            return;
        var needed = (schema["required"]?.AsArray() ?? []).Select(name => (string)name!);
        Assert.Equal(shape.Properties.Where(p => p.IsRequired).Select(p => p.Name).Order(), needed.Order());
    }

    [Fact]
    public void Every_schema_is_a_shape_and_every_reference_leads_to_one()
    {
        var names = Document["components"]!["schemas"]!.AsObject().Select(schema => schema.Key).ToList();

        Assert.Equal(Shapes.Select(row => row.Data.Name).Order(), names.Order());
        var text = Document.ToJsonString();
        foreach (var reference in text.Split("#/components/schemas/").Skip(1))
            Assert.Contains(reference[..reference.IndexOf('"', StringComparison.Ordinal)], names);
    }

    [Fact]
    public void Every_code_is_in_the_document()
    {
        var states = typeof(CheckoutState).GetNestedTypes(BindingFlags.Public)
            .Select(state => JsonNamingPolicy.SnakeCaseLower.ConvertName(state.Name));
        var orders = typeof(Order).GetNestedTypes(BindingFlags.Public)
            .Select(order => JsonNamingPolicy.KebabCaseLower.ConvertName(order.Name));
        var retries = typeof(RetryCode).GetFields().Select(code => (string)code.GetRawConstantValue()!);

        Same(states, "CheckoutAnswer", "state");
        Same(retries, "CheckoutAnswer", "retryCode");
        Same(states, "DisplayedCheckout", "state");
        Same(orders, "CheckoutAnswer", "kind");
        Same(Kebab<DeclineReason>(), "CheckoutAnswer", "declineReason");
        Same(Kebab<DeclineReason>(), "CardAnswer", "declineReason");
        Same(Kebab<RedemptionLimit>(), "ResultAnswer", "redemptionLimit");
        Same(Kebab<ReceiptLineKind>(), "ReceiptLineAnswer", "kind");
    }

    private static IEnumerable<string> Kebab<T>() where T : struct, Enum =>
        Enum.GetNames<T>().Select(JsonNamingPolicy.KebabCaseLower.ConvertName);

    private static void Same(IEnumerable<string> codes, string schema, string field)
    {
        var told = Document["components"]!["schemas"]![schema]!["properties"]![field]!["enum"]!.AsArray()
            .Where(code => code is not null).Select(code => (string)code!);
        Assert.Equal(codes.Order(StringComparer.Ordinal), told.Order(StringComparer.Ordinal));
    }
}
