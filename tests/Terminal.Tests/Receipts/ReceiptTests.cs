using System.Text.RegularExpressions;
using CsCheck;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.Loyalty.Ledger;
using SmartCardCrm.Loyalty.Programme;
using SmartCardCrm.Terminal.Receipts;
using SmartCardCrm.Terminal.Tests.Kit;
using SmartCardCrm.Terminal.Words;

namespace SmartCardCrm.Terminal.Tests.Receipts;

/// <summary>What a till prints about points, to the character.</summary>
public sealed partial class ReceiptTests
{
    private const int Usual = Paper.WidthUsual;

    private static readonly Guid Id = new("019a1234-5678-7abc-8def-0123456789ab");
    private static readonly Currency Dollars = new("USD", 100);

    private static readonly LogKind[] Kinds =
        [LogKind.Sale, LogKind.Return, LogKind.Reversal, LogKind.Adjustment];

    private static readonly CheckoutResult Sale = new(
        LogKind.Sale, Earned: 121, Redeemed: 1_002, DueMinor: 1_234_56, BalanceAfter: 12_345,
        CardNumber: 990042, Counter: 7, RuleSetVersion: 3, CardActions: [4], CardActionPoints: -5)
    {
        Gains = [new RuleGain("base", 124), new RuleGain(RuleGain.CardFull, -3)],
        RedemptionLimit = RedemptionLimit.Basket,
    };

    [Fact]
    public void A_sale_in_English() => Prints(
        """
        Loyalty points
        --------------------------------
        Card                     ...0042
        Changed by the programme
                               -5 points
        Earned                121 points
          base                      +124
          card full                   -3
        Redeemed            1,002 points
        Balance            12,345 points
        To pay              1,234.56 USD
        No more of this purchase can be
        paid with points.
        Operation
                019a1234-5678-7abc-8def-
                            0123456789ab

        """,
        new CheckoutState.Completed(Sale), Texts.English, Usual);

    [Fact]
    public void A_sale_in_Russian() => Prints(
        """
        Баллы лояльности
        --------------------------------
        Карта                    ...0042
        Изменено программой    -5 баллов
        Начислено               121 балл
          base                      +124
          карта заполнена             -3
        Списано              1 002 балла
        На карте           12 345 баллов
        К оплате            1 234,56 USD
        Оплатить баллами большую часть
        этой покупки нельзя.
        Операция
                019a1234-5678-7abc-8def-
                            0123456789ab

        """,
        new CheckoutState.Completed(Sale), Texts.Russian, Usual);

    [Fact]
    public void Points_for_later_are_told_with_their_day() => Prints(
        """
        Loyalty points
        --------------------------------
        Card                     ...0042
        Yours from 19 Jan 2026 42 points
        Balance                 7 points
        To pay                 42.00 USD
        Operation
                019a1234-5678-7abc-8def-
                            0123456789ab

        """,
        new CheckoutState.Completed(new CheckoutResult(
            LogKind.Sale, Earned: 0, Redeemed: 0, DueMinor: 42_00, BalanceAfter: 7, CardNumber: 990042,
            Counter: 7, RuleSetVersion: 3, CardActions: [], CardActionPoints: 0)
        {
            Gains = [new RuleGain("base", 42)],
            Pending = 42,
            ActiveOn = new DateOnly(2026, 1, 19),
        }),
        Texts.English, Usual);

    [Fact]
    public void A_card_that_was_asked_tells_what_expires() => Prints(
        """
        Ваша карта лояльности
        --------------------------------
        Карта                    ...0042
        На карте               30 баллов
        Сгорают 01.02.2027     12 баллов
        Операция
                019a1234-5678-7abc-8def-
                            0123456789ab

        """,
        new CheckoutState.Answered(new EnquiryResult(
            990042, Balance: 30, Tier: 0, Counter: 7, ValidThrough: null, Declined: null)
        {
            ExpiresOn = new DateOnly(2027, 2, 1),
            Expiring = 12,
        }),
        Texts.Russian, Usual);

    [Fact]
    public void A_return_gives_money_back_and_tells_what_the_card_owes() => Prints(
        """
        Loyalty points: return
        ----------------------------------------
        Card                             ...0042
        Taken back                       1 point
        From your account             -21 points
        Balance                         0 points
        To give back                   22.00 USD
        Your card is brought up to date at one
        of your next visits.
        Operation
            019a1234-5678-7abc-8def-0123456789ab

        """,
        new CheckoutState.Completed(Sale with
        {
            Kind = LogKind.Return,
            Earned = 0,
            Redeemed = 1,
            OnAccount = -21,
            DueMinor = -22_00,
            BalanceAfter = 0,
            CardActionPoints = 0,
            Gains = [],
            RedemptionLimit = null,
        }),
        Texts.English, width: 40);

    [Theory]
    [InlineData(5, 0, "Put on the card         5 points")]
    [InlineData(0, 5, "Taken off the card      5 points")]
    public void An_adjustment_gives_nothing_back(int earned, int redeemed, string line) => Prints(
        $"""
        Loyalty points: adjustment
        --------------------------------
        Card                     ...0042
        {line}
        Balance                22 points
        Operation
                019a1234-5678-7abc-8def-
                            0123456789ab

        """,
        new CheckoutState.Completed(Sale with
        {
            Kind = LogKind.Adjustment,
            Earned = earned,
            Redeemed = redeemed,
            BalanceAfter = 22,
            CardActionPoints = 0,
            Gains = [],
            RedemptionLimit = null,
        }),
        Texts.English, Usual);

    [Fact]
    public void A_sale_without_a_card_has_neither_card_nor_balance() => Prints(
        """
        Баллы лояльности
        ------------------------------------------------
        На ваш счёт                            +42 балла
        К оплате                               42,00 USD
        Карта будет обновлена при одном из следующих
        посещений.
        Операция    019a1234-5678-7abc-8def-0123456789ab

        """,
        new CheckoutState.Completed(new CheckoutResult(
            LogKind.Sale, 0, 0, 42_00, 0, CardNumber: 0, 0, 1, [], 0)
        {
            Gains = [new RuleGain("base", 42)],
            OnAccount = 42,
        }),
        Texts.Russian, width: 48);

    [Fact]
    public void A_checkout_that_was_abandoned_has_no_points_on_it() => Prints(
        """
        Loyalty points
        --------------------------------
        There are no points on this
        receipt. If your card has
        changed, we will put it right.
        Operation
                019a1234-5678-7abc-8def-
                            0123456789ab

        """,
        new CheckoutState.Abandoned(), Texts.English, Usual);

    [Fact]
    public void A_declined_one_sends_to_the_desk_and_names_no_reason() => Prints(
        """
        Баллы лояльности
        --------------------------------
        В этом чеке баллы не указаны.
        Пожалуйста, обратитесь на стойку
        обслуживания.
        Операция
                019a1234-5678-7abc-8def-
                            0123456789ab

        """,
        new CheckoutState.Declined(DeclineReason.CardBlocked), Texts.Russian, Usual);

    [Fact]
    public void A_card_that_was_asked_tells_what_it_holds_and_what_the_purchase_would_do() => Prints(
        """
        Your loyalty card
        --------------------------------
        Card                     ...0042
        Balance                 5 points
        Valid through         5 Dec 2030
        This purchase earns      1 point
        This purchase redeems   4 points
        To pay                  0.96 USD
        Operation
                019a1234-5678-7abc-8def-
                            0123456789ab

        """,
        new CheckoutState.Answered(new EnquiryResult(990042, 5, 0, 7, new DateOnly(2030, 12, 5), null)
        {
            Quote = Sale with { Earned = 1, Redeemed = 4, DueMinor = 96, Gains = [], RedemptionLimit = null },
        }),
        Texts.English, Usual);

    [Fact]
    public void A_day_counts_its_operations()
    {
        var day = new DayReport(
            3, 10, 20, "2026-05-04",
            [
                new DayTotal((uint)LogKind.Sale, 12, 1_234_56, 1_200_00, 345, 0, 42),
                new DayTotal((uint)LogKind.Adjustment, 1, 0, 0, 0, 7, 0),
            ],
            OpenDoubts: 1, IsClosed: true, IsCountersigned: false)
        {
            Document = default,
            Signature = default,
        };

        var receipt = DayReceipt.Of(1, day, Dollars, Texts.Russian);

        Assert.Equal(
            """
            Баллы лояльности: Z-отчёт
            --------------------------------
            Терминал                       1
            День                           3
            Дата                  04.05.2026
            Продажи                       12
              Сумма             1 234,56 USD
              Деньгами          1 200,00 USD
              Баллы на карты            +345
              Баллы на счета             +42
            Исправления                    1
              Баллы с карт                -7
            Ещё не выяснено                1
            День закрыт и подписан;
            подтверждения центра ещё нет.

            """,
            Paper.Print(receipt, Usual));
    }

    [Fact]
    public void No_receipt_is_wider_than_its_paper_or_wants_letters_that_a_printer_lacks() =>
        Gen.Select(States, Gen.Int[Paper.WidthLeast, Paper.WidthMost], Gen.Bool, Gen.Bool).Sample(
            (state, width, russian, yen) =>
            {
                var texts = russian ? Texts.Russian : Texts.English;
                var currency = yen ? new Currency("JPY", 1) : Dollars;

                var text = Paper.Print(CheckoutReceipt.Of(Of(state), currency, texts), width);

                Assert.All(text.Split('\n'), line => Assert.InRange(line.Length, 0, width));
                Assert.Matches(Printable(), text);
            });

    [Fact]
    public void Money_has_as_many_decimals_as_its_currency()
    {
        var receipt = CheckoutReceipt.Of(
            Of(new CheckoutState.Completed(Sale with { DueMinor = -1_234 })), new Currency("KWD", 1000),
            Texts.English);

        var due = receipt.Lines.Single(line => line.Kind == ReceiptLineKind.Due);
        Assert.Equal(("To give back", "1.234\u00A0KWD", -1_234), (due.Label, due.Value, due.AmountMinor));
    }

    private static Gen<CheckoutState> States => Gen.OneOf<CheckoutState>(
        Gen.Select(
            Gen.Int[0, int.MaxValue], Gen.Int, Gen.Long[-int.MaxValue, int.MaxValue],
            Gen.Int[0, Kinds.Length - 1],
            Gen.Enum<RedemptionLimit>(), Gen.Bool).Select(
            (points, account, due, kind, limit, card) => (CheckoutState)new CheckoutState.Completed(Sale with
            {
                Kind = Kinds[kind],
                Earned = points,
                Redeemed = points / 2,
                OnAccount = account,
                DueMinor = due,
                CardNumber = card ? 1u : 0u,
                RedemptionLimit = limit,
                Gains = [new RuleGain(new string('a', 32), points), new RuleGain("b-c", due)],
            })),
        Gen.Enum<DeclineReason>().Select(reason => (CheckoutState)new CheckoutState.Declined(reason)),
        Gen.Const<CheckoutState>(new CheckoutState.TimedOut()));

    private static Checkout Of(CheckoutState state) => new(
        Id, Shop.Basket(1), "a", default, state, Attempts: 1, Doubts: 0, default);

    private static void Prints(string expected, CheckoutState state, Texts texts, int width) =>
        Assert.Equal(expected, Paper.Print(CheckoutReceipt.Of(Of(state), Dollars, texts), width));

    [GeneratedRegex(@"\A[\n -~А-Яа-яЁё]*\z", RegexOptions.None, 1000)]
    private static partial Regex Printable();
}
