using SmartCardCrm.Loyalty.Programme;

namespace SmartCardCrm.Terminal.TillApi;

/// <summary>Goods that come back.</summary>
/// <param name="Line">The line's place in the basket that was sold, from 0.</param>
/// <param name="Quantity">Units or kilograms, above zero, at most three decimals.</param>
internal sealed record ReturnedLineBody(int Line, decimal Quantity = 1);

/// <summary>What a till posts to take goods back, or to undo a whole sale.</summary>
/// <param name="Sale">The sale's operation id.</param>
/// <param name="Lines">What comes back, 1 to 500 lines. A return needs them; a reversal has none.</param>
/// <param name="Reader">The only reader that will do; left out, any.</param>
/// <param name="TimeoutMs">How long to wait for a card, 1 second to 1 day; left out, 2 minutes.</param>
/// <param name="WithoutCard">Whether the points move on the member's account, and no card is waited
/// for.</param>
/// <param name="Cashier">Who is at the till, 1 to 64 characters: a number or name of the shop's.</param>
internal sealed record ReturnBody(
    Guid Sale, IReadOnlyList<ReturnedLineBody>? Lines = null, string? Reader = null, long TimeoutMs = 120_000,
    bool WithoutCard = false, string? Cashier = null)
{
    /// <summary>The return, checked.</summary>
    /// <exception cref="ProblemException">A value is out of its range.</exception>
    public CheckoutRequest ToReturn(IEnumerable<string> readers)
    {
        Body.Check(
            Lines is { Count: >= 1 and <= Basket.LinesMost }, "lines-out-of-range",
            $"lines has 1 to {Basket.LinesMost} lines.");
        return ToRequest(new Order.Return(Sale, [.. (Lines ?? []).Select(ToLine)], WithoutCard), readers);
    }

    /// <summary>The reversal, checked.</summary>
    /// <inheritdoc cref="ToReturn" path="/exception"/>
    public CheckoutRequest ToReversal(IEnumerable<string> readers)
    {
        Body.Check(
            Lines is null, "lines-unwanted", "A reversal undoes all of the sale; post a return for part.");
        return ToRequest(new Order.Reversal(Sale, WithoutCard), readers);
    }

    private CheckoutRequest ToRequest(Order order, IEnumerable<string> readers) => new(
        order, Store: null, SoldAt: null, BusinessDate: null, Body.ReaderOf(Reader, readers),
        Body.Timeout(TimeoutMs))
    {
        Cashier = Body.Cashier(Cashier),
    };

    private static ReturnedLine ToLine(ReturnedLineBody? line)
    {
        Body.Check(line is not null, "line-missing", "A line is null.");
        return new ReturnedLine(line!.Line, LineBody.Milli(line.Quantity));
    }
}
