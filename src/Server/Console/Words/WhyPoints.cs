using SmartCardCrm.CardProtocol;
using SmartCardCrm.Loyalty.Programme;
using SmartCardCrm.Server.Reports;
using SmartCardCrm.Server.Sync;

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
            row.Adjusted is null or 0 ? null : texts["Why.Adjusted", Change(row.Adjusted.Value)],
            (LogKind)row.Kind switch
            {
                LogKind.Birth => texts["Why.Birth"],
                LogKind.Sale when rules is null => texts["Why.RulesUnknown", row.RuleSet],
                LogKind.Sale => SaySale(row, rules),
                LogKind.Return or LogKind.Reversal => texts[
                    "Why.Return", texts.Count("Points", row.Earned), texts.Count("Points", row.Redeemed)],
                LogKind.Adjustment => SayAdjustment(row),
                _ => null,
            },
        ];
        return string.Join(' ', sentences.OfType<string>());
    }

    private string SayAdjustment(TransactionRow row)
    {
        var intent = row.Intent is { } body ? JournalReading.TermsOf(body) : null;
        return texts[
            "Why.Adjustment", Change(row.Earned - row.Redeemed), intent?.Supervisor ?? "?",
            intent?.Reason ?? "?"];
    }

    private string SaySale(TransactionRow row, RuleSet rules)
    {
        IEnumerable<string?> sentences =
        [
            row.Redeemed == 0 ? null
                : texts["Why.Redeemed", Money(row.Redeemed * rules.Redemption.PointValueMinor, rules),
                    texts.Count("Points", row.Redeemed)],
            Decided(row, rules) is { } terms ? SayGains(row, terms) : texts["Why.BasketUnknown"],
        ];
        return string.Join(' ', sentences.OfType<string>());
    }

    private static SaleTerms? Decided(TransactionRow row, RuleSet rules)
    {
        var asked = row.Intent is { } body && JournalReading.TermsOf(body) is { } intent
            ? JournalReading.AskedBy(intent)
            : null;
        var spendable = (int)Math.Clamp((row.BalanceBefore ?? 0) + (row.Adjusted ?? 0), 0, int.MaxValue);
        return asked is not null
            && Sale.Decide(asked with { PointsAsked = (int)row.Redeemed }, spendable, rules)
                is SaleDecision.Approved(var terms)
                ? terms
                : null;
    }

    private string SayGains(TransactionRow row, SaleTerms terms)
    {
        var gains = terms.Gains.Select(gain => $"{NameOf(gain)} {Figures.Change(gain.Points)}");
        var earned = terms.Gains.Count == 0
            ? texts["Why.NothingEarned", terms.RuleSetVersion]
            : texts[
                "Why.Earned", string.Join(", ", gains), texts.Count("Points", terms.Earned),
                terms.RuleSetVersion];
        return (terms.Earned, terms.Redeemed) == (row.Earned, row.Redeemed)
            ? earned
            : $"{earned} {texts["Why.RulesDiffer", texts.Count("Points", row.Earned)]}";
    }

    private string NameOf(RuleGain gain) =>
        gain.Rule == RuleGain.CardFull ? texts["Why.CardFull"] : gain.Rule;

    private string Change(long points) => $"{Figures.Change(points)} {texts.Noun("Points", points)}";

    private static string Money(long minor, RuleSet rules) =>
        Figures.Money(minor, rules.Currency, rules.MinorPerUnit);
}
