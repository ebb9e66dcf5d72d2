namespace SmartCardCrm.Server.Operator;

/// <summary>RFC 9457 problem details with a stable <c>code</c>.</summary>
internal static class Problems
{
    public static IResult Of(int status, string code, string title) =>
        Results.Problem(
            statusCode: status, title: title, type: $"urn:smartcardcrm:problem:{code}",
            extensions: [KeyValuePair.Create<string, object?>("code", code)]);

    /// <summary>The caller's roles or stores do not let him.</summary>
    public static IResult NotPermitted() =>
        Of(StatusCodes.Status403Forbidden, "not-permitted", "Your roles and stores do not permit this.");

    public static IResult NotFound(string code, string title) =>
        Of(StatusCodes.Status404NotFound, code, title);

    public static IResult BadRequest(string code, string title) =>
        Of(StatusCodes.Status400BadRequest, code, title);
}
