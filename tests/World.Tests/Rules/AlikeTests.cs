using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Google.Protobuf;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.Loyalty.Offline;
using SmartCardCrm.Loyalty.Programme;
using SmartCardCrm.Server.Sync;
using SmartCardCrm.SyncContract;
using CardStatus = SmartCardCrm.SyncContract.CardStatus;

namespace SmartCardCrm.World.Tests;

/// <summary>I10: a year of real purchases, decided at a terminal, written into an intent, and decided again
/// by the server from the intent's bytes.</summary>
public sealed class AlikeTests
{
    private static readonly TerminalProfile Profile = new(9, 1, 1, TimeZoneInfo.Utc);

    private static readonly Uid AnyUid = Uid.FromBytes([4, 0x20, 0, 0, 0, 0, 1]);

    [Theory]
    [InlineData("en-US", "UTC", "Net", false, "Nearest", false)]
    [InlineData("ru-RU", "Pacific/Chatham", "Gross", false, "Up", true)]
    [InlineData("ar-SA", "America/New_York", "Gross", true, "Down", false)]
    [InlineData("tr-TR", "Asia/Kathmandu", "Net", true, "Nearest", true)]
    public async Task A_year_of_purchases_earns_the_same_at_till_and_headquarters_in_any_culture_and_zone(
        string culture, string zone, string amounts, bool eachLine, string rounding, bool redeemedPartEarns)
    {
        Assert.SkipUnless(RealPurchases.AreThere, "The purchases are not there.");
        var document = ExampleCounting(amounts, eachLine, rounding, redeemedPartEarns);
        var elsewhere = PlainRulesAsync(document);
        var rules = RuleSet.FromDocument(document);
        var year = new Year(rules);

        using (new Elsewhere(culture, zone))
        {
            foreach (var purchase in RealPurchases.Read())
                year.Sell(purchase);
        }

        Assert.Equal(await elsewhere, year.Digest());
        Assert.Equal(rules.Rules.Select(rule => rule.Code).Order(StringComparer.Ordinal), year.RulesUsed);
    }

    private static byte[] ExampleCounting(
        string amounts, bool eachLine, string rounding, bool redeemedPartEarns)
    {
        var example = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "rule-set-example.json"));
        var rules = JsonNode.Parse(example)!;
        rules["counting"] = new JsonObject
        {
            ["amounts"] = amounts,
            ["eachLine"] = eachLine,
            ["rounding"] = rounding,
        };
        rules["redemption"]!["redeemedPartEarns"] = redeemedPartEarns;
        return JsonSerializer.SerializeToUtf8Bytes(rules);
    }

    // The digest by a program that has nothing in common with ours but docs/rules.md.
    private static async Task<string> PlainRulesAsync(byte[] document)
    {
        var start = new ProcessStartInfo("python3")
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.ArgumentList.Add(Path.Combine(Repository.Root, "tests/World.Tests/Rules/plain_rules.py"));
        start.ArgumentList.Add(RealPurchases.Folder);
        using var python = Process.Start(start)!;
        await python.StandardInput.BaseStream.WriteAsync(document);
        python.StandardInput.Close();
        var said = await python.StandardOutput.ReadToEndAsync();
        await python.WaitForExitAsync();
        Assert.Equal(0, python.ExitCode);
        return said.Trim();
    }

    /// <summary>Every household's card, from purchase to purchase.</summary>
    private sealed class Year(RuleSet rules)
    {
        private readonly IReadOnlySet<long> _parents = RealPurchases.Parents();
        private readonly Dictionary<long, int> _balances = [];
        private readonly HashSet<string> _used = [];
        private readonly IncrementalHash _digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        private int _sold;

        public IEnumerable<string> RulesUsed =>
            _used.Where(rule => rule != RuleGain.CardFull).Order(StringComparer.Ordinal);

        public string Digest() => Convert.ToHexString(_digest.GetHashAndReset());

        public void Sell(RealPurchase purchase)
        {
            var balance = _balances.GetValueOrDefault(purchase.Household);
            var asked = _sold++ % 5 == 0 ? balance : 0;
            var sale = Decide(purchase, balance, asked);
            var body = new EntryBody { Intent = Intended(sale) }.ToByteArray();

            var terms = AtHeadquarters(body, balance);
            Alike(terms, IntentReading.SaleTermsOf(JournalReading.IntentOf(body), rules));
            var till = sale.Decision.Terms;
            Assert.Equal(
                (terms.Redeemed, terms.Earned, terms.Due.Minor), (till.Redeemed, till.Earned, till.DueMinor));
            Assert.Equal(terms.Gains, till.Gains);
            Assert.Equal(terms.RedemptionLimit, till.RedemptionLimit);

            _balances[purchase.Household] = balance - terms.Redeemed + terms.Earned;
            _used.UnionWith(terms.Gains.Select(gain => gain.Rule));
            _digest.AppendData(Encoding.ASCII.GetBytes(Text(terms)));
        }

        private ApprovedOperation Decide(RealPurchase purchase, int balance, int asked)
        {
            var reading = new CardReading(AnyUid, Newest(purchase, balance), balance);
            var item = new CardItem
            {
                Card = new CardRef { CardNumber = (ulong)purchase.Household },
                Status = CardStatus.Active,
                Segments = { _parents.Contains(purchase.Household) ? ["parents"] : [] },
            };
            var day = DateOnly.FromDateTime(purchase.LocalTime);
            var limits = Limits.FirstOf(9) with { OperationMost = int.MaxValue, CardMost = int.MaxValue };
            var wish = new Asked.Sale(
                purchase.Basket, asked, new Authority(limits, new Used(0, TimeSpan.Zero)),
                new AskedPlace(Terminal: 1, purchase.Store, purchase.LocalTime, day));
            var decision = CardDecider.Decide(
                reading, new CardSight(new KnownCard(item, []), IsListed: false, rules), wish);
            var request = new CheckoutRequest(
                new Order.Sale(purchase.Basket, asked), purchase.Store, SoldAt: null, day, Reader: null,
                TimeSpan.Zero);
            var checkout = new Checkout(
                Guid.Empty, request, "key", default, new CheckoutState.Waiting(), 0, 0, default);
            return new ApprovedOperation(
                checkout, wish, reading, item, Assert.IsType<CardDecision.Approved>(decision));
        }

        private static LogRecord Newest(RealPurchase purchase, int balance) => new()
        {
            Counter = 1,
            Terminal = 9,
            Sequence = 1,
            Time = new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero),
            Kind = LogKind.Sale,
            CardNumber = (ulong)purchase.Household,
            BalanceAfter = balance,
            Tier = (byte)(purchase.Household % 4),
            CardExpiry = new DateOnly(2031, 12, 31),
        };

        private static Intent Intended(ApprovedOperation sale)
        {
            var plan = TransactionPlan.Of(
                sale.Reading.Newest,
                sale.ChangeFor(sale.Reading.Newest.Time, Circumstances.Offline, terminal: 9, sequence: 1),
                _ => default);
            var context = Entries.ToContext(
                sale.Checkout, sale.Decision.Occasion, sale.Decision.Terms, Profile, DateOnly.MinValue);
            return OperationPlan.Of(sale, plan, [], context).Intent;
        }

        private SaleTerms AtHeadquarters(byte[] body, int balance)
        {
            var asked = JournalReading.AskedBy(JournalReading.IntentOf(body));
            Assert.NotNull(asked);
            return Assert.IsType<SaleDecision.Approved>(
                Sale.Decide(asked, balance, RuleSet.FromDocument(rules.ToDocument()))).Terms;
        }

        private static void Alike(SaleTerms terms, SaleTerms again) => Assert.Equal(Text(terms), Text(again));

        private static string Text(SaleTerms terms)
        {
            var text = new StringBuilder();
            text.Append(
                CultureInfo.InvariantCulture,
                $"{terms.Redeemed} {terms.Earned} {terms.Due.Minor} {terms.RedemptionLimit}");
            foreach (var gain in terms.Gains)
                text.Append(CultureInfo.InvariantCulture, $" {gain.Rule} {gain.Points}");
            foreach (var line in terms.Lines)
                text.Append(CultureInfo.InvariantCulture, $" {line.Earned}/{line.PaidWithPointsMinor}");
            return text.Append('\n').ToString();
        }
    }

    /// <summary>Another country, until disposed of.</summary>
    private sealed class Elsewhere : IDisposable
    {
        private readonly CultureInfo _culture = CultureInfo.CurrentCulture;
        private readonly string? _zone = Environment.GetEnvironmentVariable("TZ");

        public Elsewhere(string culture, string zone)
        {
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo(culture);
            Move(zone);
        }

        public void Dispose()
        {
            CultureInfo.CurrentCulture = _culture;
            Move(_zone);
        }

        private static void Move(string? zone)
        {
            Environment.SetEnvironmentVariable("TZ", zone);
            TimeZoneInfo.ClearCachedData();
        }
    }
}
