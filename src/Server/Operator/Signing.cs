using SmartCardCrm.Server.Audit;
using SmartCardCrm.Server.Staff;

namespace SmartCardCrm.Server.Operator;

/// <summary>What a call asks for that says who does it.</summary>
internal interface ISigned
{
    /// <summary>As the caller says; <see cref="AuditActor.Operator"/> where he does not.</summary>
    string By { get; }

    /// <summary>The same, done by whom it is really done.</summary>
    ISigned SignedBy(string by);
}

/// <summary>Who does what is asked for by an address: <c>?by=</c>.</summary>
internal sealed record Signature(string By = AuditActor.Operator) : ISigned
{
    public ISigned SignedBy(string by) => this with { By = by };
}

/// <summary>
/// Puts the caller's own name under what he asks for. Nobody signs with another's: one of the staff is who
/// he is, and whoever holds the machine's token may say who he is, which is told as that.
/// </summary>
internal static class Signing
{
    public static void Sign(this RouteGroupBuilder api) =>
        api.AddEndpointFilter(async (context, next) =>
        {
            var user = context.HttpContext.User;
            var own = AuditActor.Of(context.HttpContext);
            for (var i = 0; i < context.Arguments.Count; i++)
            {
                if (context.Arguments[i] is not ISigned asked)
                    continue;
                if (user.IsMachine)
                    context.Arguments[i] = asked.SignedBy(NameOfMachine(asked.By.Trim()));
                else if (asked.By == AuditActor.Operator || StaffName.Canonical(asked.By) == own)
                    context.Arguments[i] = asked.SignedBy(own);
                else
                    return Problems.Of(
                        StatusCodes.Status403Forbidden, "by-another", "Nobody signs with another's name.");
            }

            return await next(context);
        });

    // What is no name stays so, and is refused where it is used.
    private static string NameOfMachine(string by) =>
        by is "" or AuditActor.Operator ? by : AuditActor.OperatorAs(by);
}
