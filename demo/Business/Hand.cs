using SmartCardCrm.Demo.Rack;
using SmartCardCrm.Demo.Till;

namespace SmartCardCrm.Demo.Business;

/// <summary>
/// A customer's hand at one reader: puts a card down and takes it away, no faster than people do.
/// </summary>
/// <remarks>
/// pcscd looks for cards every 400 ms, and takes note of one that left during a reset at once: a card
/// exchanged in between looks to it like no card at all, until it leaves.
/// </remarks>
internal sealed class Hand(ShopTerminal terminal, ShopReader reader, CardRack rack, TimeProvider clock)
{
    /// <summary>Long enough to find that nothing happens.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Reaction = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Exchange = TimeSpan.FromMilliseconds(450);

    /// <summary>Whether the card was torn away.</summary>
    public bool IsTorn => rack.IsTorn(reader.Slot);

    public Task PutDownAsync(string uid, CancellationToken cancellation) =>
        rack.InsertAsync(reader.Slot, uid, cancellation);

    /// <summary>
    /// Takes the card away, if it is still there, and waits until the terminal has seen that.
    /// </summary>
    /// <returns>What the chip was sent since it was put down; null when it was torn away.</returns>
    public async Task<int?> TakeAwayAsync(CancellationToken cancellation)
    {
        await Task.Delay(Reaction, clock, cancellation);
        var apdus = await rack.RemoveAsync(reader.Slot, cancellation);
        await Task.WhenAll(
            Task.Delay(Exchange, clock, cancellation), terminal.Watch.EmptyAsync(reader.Name, cancellation));
        return apdus;
    }

    /// <summary>What people do when nothing happens: card away, card down.</summary>
    public async Task PutDownAgainAsync(string uid, CancellationToken cancellation)
    {
        await TakeAwayAsync(cancellation);
        await PutDownAsync(uid, cancellation);
    }
}
