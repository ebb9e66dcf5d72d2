using SmartCardCrm.Crash.Till;

namespace SmartCardCrm.Crash.Judge;

/// <summary>
/// The points again, by nothing but what tills were told: each thing that happened counts once, everything
/// else not at all.
/// </summary>
internal sealed class Reckoning
{
    private readonly List<(Told Told, int Earned, int Redeemed)> _expected = [];

    /// <summary>Everything that may move points, oldest first.</summary>
    public IEnumerable<Told> All => _expected.Select(e => e.Told);

    /// <summary>Notes what something will do if it happens.</summary>
    public Told Expect(Told told, int earned, int redeemed)
    {
        _expected.Add((told, earned, redeemed));
        return told;
    }

    /// <summary>What the card must hold.</summary>
    public long BalanceOf(string card) => _expected
        .Where(e => e.Told.Card == card && e.Told.Happened).Sum(e => (long)e.Earned - e.Redeemed);

    /// <summary>Whether headquarters has something for the card: what makes good an operation that a till
    /// gave up, or points of the account.</summary>
    public bool MustCome(string card) =>
        _expected.Any(e => e.Told.Card == card && (e.Told.IsGivenUp || e.Told.IsOnAccount));

    /// <summary>What was told differently from what the rules give; null where nothing was.</summary>
    public Violation? Misreckoned()
    {
        var wrong = _expected.FirstOrDefault(e => e.Told.Happened
            && (e.Earned, e.Redeemed) != (e.Told.Earned, e.Told.Redeemed));
        return wrong.Told is { } told
            ? new Violation("I4", $"{told.Answer} instead of +{wrong.Earned} -{wrong.Redeemed}")
            : null;
    }
}
