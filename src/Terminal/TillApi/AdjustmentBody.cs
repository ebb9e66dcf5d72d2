namespace SmartCardCrm.Terminal.TillApi;

/// <summary>What a till posts when a supervisor puts points on a card, or takes some off.</summary>
/// <param name="Points">Signed, never 0.</param>
/// <param name="Reason">A code of the shop's: small letters, digits and hyphens, 1 to 32.</param>
/// <param name="Supervisor">Who answers for it, 1 to 64 characters.</param>
/// <param name="Reader">The only reader that will do; left out, any.</param>
/// <param name="TimeoutMs">How long to wait for a card, 1 second to 1 day; left out, 2 minutes.</param>
internal sealed record AdjustmentBody(
    int Points, string Reason, string Supervisor, string? Reader = null, long TimeoutMs = 120_000)
{
    private const int PointsMost = 1_000_000_000;

    /// <summary>The same, checked.</summary>
    /// <exception cref="ProblemException">A value is out of its range.</exception>
    public CheckoutRequest ToRequest(IEnumerable<string> readers)
    {
        Body.Check(
            Points is >= -PointsMost and <= PointsMost and not 0, "points-out-of-range",
            $"points is not 0, and at most {PointsMost} either way.");
        Body.Check(
            Reason.Length is >= 1 and <= 32
                && Reason.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-'),
            "reason-malformed", "reason has 1 to 32 small letters, digits and hyphens.");
        Body.Check(
            Supervisor.Trim().Length is >= 1 and <= 64 && !Supervisor.Any(char.IsControl),
            "supervisor-malformed", "supervisor has 1 to 64 characters.");
        return new CheckoutRequest(
            new Order.Adjustment(Points, Reason, Supervisor.Trim()), Store: null, SoldAt: null,
            BusinessDate: null, Body.ReaderOf(Reader, readers), Body.Timeout(TimeoutMs));
    }
}
