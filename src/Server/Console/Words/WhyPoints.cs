using SmartCardCrm.CardProtocol;
using SmartCardCrm.Loyalty;
using SmartCardCrm.Loyalty.Programme;
using SmartCardCrm.Server.Reports;

namespace SmartCardCrm.Server.Console.Words;

/// <summary>
/// Says why a transaction moved the points it moved, from what the card signed and the rules it names.
/// </summary>
internal sealed class WhyPoints(Texts texts)
{
    /// <param name="row">The transaction.</param>
    /// <param name="rules">The rule set that it names, or null where that was never published here.</param>
    /// <returns>One sentence or more.</returns>
    public string Say(TransactionRow row, RuleSet? rules)
    {
        IEnumerable<string?> sentences =
        [
            row.Adjusted == 0 ? null : texts["Why.Adjusted", Change(row.Adjusted)],
            (LogKind)row.Kind switch
            {
                LogKind.Birth => texts["Why.Birth"],
                LogKind.Sale when rules is null => texts["Why.RulesUnknown", row.RuleSet],
                LogKind.Sale => SaySale(row, rules),
                _ => null,
            },
        ];
        return string.Join(' ', sentences.OfType<string>());
    }

    private string SaySale(TransactionRow row, RuleSet rules)
    {
        var paidWithPoints = row.Redeemed * rules.PointValueMinor;
        var earning = rules.RedeemedPartEarns ? row.AmountMinor : row.AmountMinor - paidWithPoints;
        IEnumerable<string?> sentences =
        [
            row.Redeemed == 0 ? null
                : texts["Why.Redeemed", Money(paidWithPoints, rules), texts.Count("Points", row.Redeemed)],
            SayEarning(earning, rules),
            SayDifference(row, earning / rules.MinorPerUnit * rules.PointsPerUnit, rules),
        ];
        return string.Join(' ', sentences.OfType<string>());
    }

    private string SayEarning(long earning, RuleSet rules)
    {
        var units = earning / rules.MinorPerUnit;
        var basis = texts[rules.RedeemedPartEarns ? "Why.Bought" : "Why.Paid", Money(earning, rules)];
        if (earning <= 0)
            return texts["Why.NothingPaid", rules.Version];
        if (units == 0)
            return texts["Why.LessThanOne", basis, LessThanOne(rules), rules.Version];
        return texts[
            "Why.Earned", basis, $"{Figures.Whole(units)} {UnitNoun(units, rules)}",
            texts.Count("Points", rules.PointsPerUnit), texts.Count("Points", units * rules.PointsPerUnit),
            rules.Version];
    }

    // The card takes no more than it holds; anything else is the terminal's to explain.
    private string? SayDifference(TransactionRow row, long byRate, RuleSet rules)
    {
        if (row.Earned == byRate)
            return null;
        var request = new SaleRequest(new Money(row.AmountMinor, rules.Currency), (int)row.Redeemed);
        var spendable = (int)(row.BalanceBefore + row.Adjusted);
        var decided = Sale.Decide(request, spendable, rules);
        var full = decided is SaleDecision.Approved(var terms) && terms.Earned == row.Earned;
        return texts[full ? "Why.CardFull" : "Why.RulesDiffer", texts.Count("Points", row.Earned)];
    }

    private string UnitNoun(long units, RuleSet rules) =>
        rules.Currency == "USD"
            ? texts.Noun("Unit.USD", units)
            : $"{texts.Noun("Unit", units)} {rules.Currency}";

    private string LessThanOne(RuleSet rules) =>
        rules.Currency == "USD" ? texts["LessThanOne.USD"] : texts["LessThanOne", rules.Currency];

    private string Change(long points) => $"{Figures.Change(points)} {texts.Noun("Points", points)}";

    private static string Money(long minor, RuleSet rules) =>
        Figures.Money(minor, rules.Currency, rules.MinorPerUnit);
}
