using System.Text;
using CsCheck;
using SmartCardCrm.Loyalty.Programme;

namespace SmartCardCrm.Loyalty.Tests;

public sealed class RuleSetTests
{
    /// <summary>Uses everything a rule set can say.</summary>
    private static readonly RuleSet Everything = RuleSet.FromDocument(
        File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "rule-set-example.json")));

    [Fact]
    public void A_rule_set_survives_its_document() =>
        EarningTests.AnyRules.Select(RedemptionTests.AnyRedemption).Sample((rules, redemption) =>
        {
            var document = (rules with { Redemption = redemption }).ToDocument();

            Assert.Equal(document, RuleSet.FromDocument(document).ToDocument());
        });

    [Fact]
    public void A_rule_set_that_uses_everything_survives_its_document() =>
        Assert.Equal(Everything.ToDocument(), RuleSet.FromDocument(Everything.ToDocument()).ToDocument());

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("""{"version":1}""")]
    public void A_document_of_another_shape_is_refused(string document) => Refuse(document);

    [Theory]
    [InlineData("\"type\":\"per-amount\"", "\"type\":\"per-moon\"")]
    [InlineData("\"type\":\"per-amount\",", "")]
    [InlineData("\"points\":1,", "\"points\":null,")]
    [InlineData("\"points\":1,", "\"points\":1.5,")]
    [InlineData("\"rounding\":\"Nearest\"", "\"rounding\":\"Sideways\"")]
    [InlineData("\"rounding\":\"Nearest\"", "\"rounding\":9")]
    [InlineData("\"isLast\":true", "\"isLst\":true")]
    [InlineData("\"skus\":[\"1029743\"]", "\"skus\":[null]")]
    [InlineData("\"segments\":[\"parents\"]", "\"segments\":[null]")]
    [InlineData("\"from\":\"17:00:00\"", "\"from\":\"25:00:00\"")]
    [InlineData("\"code\":\"base\"", "\"code\":\"fuel\"")]
    [InlineData("\"code\":\"base\"", "\"code\":\"card full\"")]
    [InlineData("\"permille\":1333", "\"permille\":100001")]
    [InlineData("\"units\":2", "\"units\":0")]
    [InlineData("\"minor\":500", "\"minor\":0")]
    [InlineData("\"points\":60", "\"points\":-1")]
    [InlineData("\"tiers\":[2,3]", "\"tiers\":[256]")]
    [InlineData("\"basketLeastMinor\":500", "\"basketLeastMinor\":-1")]
    [InlineData("\"sharePermille\":600", "\"sharePermille\":1001")]
    [InlineData("\"pointsStep\":5", "\"pointsStep\":0")]
    [InlineData("\"pointValueMinor\":2", "\"pointValueMinor\":0")]
    [InlineData("\"version\":7", "\"version\":65536")]
    [InlineData("\"currency\":\"USD\"", "\"currency\":\"usd\"")]
    [InlineData("\"minorPerUnit\":100", "\"minorPerUnit\":0")]
    [InlineData("\"cardBalanceMost\":1000000", "\"cardBalanceMost\":0")]
    public void A_document_with_one_thing_wrong_is_refused(string right, string wrong)
    {
        var document = Encoding.UTF8.GetString(Everything.ToDocument());
        Assert.Contains(right, document, StringComparison.Ordinal);

        Refuse(document.Replace(right, wrong, StringComparison.Ordinal));
    }

    private static void Refuse(string document) =>
        Assert.Throws<FormatException>(() => RuleSet.FromDocument(Encoding.UTF8.GetBytes(document)));
}
