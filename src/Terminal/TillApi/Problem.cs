using System.Text.Json.Serialization;
using SmartCardCrm.Terminal.Words;

namespace SmartCardCrm.Terminal.TillApi;

/// <summary>An error as RFC 9457 has it. The code is stable; title and detail are for whoever writes a
/// till.</summary>
/// <param name="Message">What cashier and customer are told; null where it means nothing to them.</param>
internal sealed record Problem(
    string Type, string Title, int Status, string Code, string? Detail, Told? Message)
{
    private const string ContentType = "application/problem+json";

    /// <summary>Answers the call with a problem.</summary>
    /// <param name="code">Lower case with hyphens; also the last part of the problem's type.</param>
    public static Task Write(HttpContext context, int status, string code, string? detail = null)
    {
        var problem = new Problem(
            $"urn:smartcardcrm:till:{code}", code.Replace('-', ' '), status, code, detail,
            Told.Of(code, Texts.For(context.Request)));
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(
            problem, TillJson.Default.Problem, ContentType, context.RequestAborted);
    }
}

/// <summary>A call that is answered with a problem, thrown while it is read.</summary>
internal sealed class ProblemException(int status, string code, string detail) : Exception(detail)
{
    public int Status => status;

    public string Code => code;
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(Problem))]
[JsonSerializable(typeof(CheckoutBody))]
[JsonSerializable(typeof(EnquiryBody))]
[JsonSerializable(typeof(ReturnBody))]
[JsonSerializable(typeof(AdjustmentBody))]
[JsonSerializable(typeof(DayBody))]
[JsonSerializable(typeof(DayAnswer))]
[JsonSerializable(typeof(CheckoutAnswer))]
[JsonSerializable(typeof(CheckoutsAnswer))]
[JsonSerializable(typeof(DisplayAnswer))]
[JsonSerializable(typeof(ReceiptAnswer))]
[JsonSerializable(typeof(ReadersAnswer))]
[JsonSerializable(typeof(HealthAnswer))]
[JsonSerializable(typeof(EndpointsFile))]
internal sealed partial class TillJson : JsonSerializerContext;
