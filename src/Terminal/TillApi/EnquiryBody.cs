namespace SmartCardCrm.Terminal.TillApi;

/// <summary>What a till posts to ask a card: balance, whose it is, and what a basket would do.</summary>
/// <param name="Basket">What would be bought; left out, nothing is quoted. Its <c>reader</c>,
/// <c>timeoutMs</c> and <c>businessDate</c> are not looked at.</param>
/// <param name="Member">Whether to read the member file too: alias and language.</param>
/// <param name="Reader">The only reader that will do; left out, any.</param>
/// <param name="TimeoutMs">How long to wait for a card, 1 second to 1 day; left out, 2 minutes.</param>
internal sealed record EnquiryBody(
    CheckoutBody? Basket = null, bool Member = false, string? Reader = null, long TimeoutMs = 120_000)
{
    /// <summary>The same, checked.</summary>
    /// <exception cref="ProblemException">A value is out of its range.</exception>
    public CheckoutRequest ToRequest(IEnumerable<string> readers)
    {
        var sale = Basket?.ToRequest(readers, contacts: null);
        var wanted = sale?.Order as Order.Sale;
        return new CheckoutRequest(
            new Order.Enquiry(wanted?.Basket, wanted?.PointsAsked ?? 0, Member), sale?.Store, sale?.SoldAt,
            BusinessDate: null, Body.ReaderOf(Reader, readers), Body.Timeout(TimeoutMs));
    }
}
