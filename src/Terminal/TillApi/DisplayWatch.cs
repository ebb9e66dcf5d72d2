using System.Runtime.CompilerServices;
using System.Threading.Channels;
using SmartCardCrm.Terminal.Words;

namespace SmartCardCrm.Terminal.TillApi;

/// <summary>What the display beside a reader shows, from now on.</summary>
/// <param name="rooms">Looked at, never changed.</param>
/// <param name="reader">The only one whose customers it faces; null for all.</param>
/// <param name="texts">For customers whose language nobody knows.</param>
/// <param name="clock">Says when to look at what announces no change.</param>
internal sealed class DisplayWatch(TillRooms rooms, string? reader, Texts texts, TimeProvider clock)
{
    private const int OpenMost = 20;

    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    private readonly Channel<Checkout?> _news = Channel.CreateBounded<Checkout?>(
        new BoundedChannelOptions(256) { FullMode = BoundedChannelFullMode.DropOldest });

    private Checkout? _latest;
    private (ulong Card, string? Alias) _guest;

    public async IAsyncEnumerable<DisplayAnswer> Run([EnumeratorCancellation] CancellationToken cancellation)
    {
        var following = Follow(rooms.Till.Desk.Watch(cancellation));
        _latest = rooms.Till.Desk.Newest(OpenMost).FirstOrDefault(c => !c.State.IsOver && IsHere(c));
        rooms.Till.Desk.Changed += Look;
        rooms.Board.Changed += Look;
        try
        {
            await using var looks = clock.CreateTimer(_ => Look(), null, TimeSpan.Zero, LookEvery);
            DisplayAnswer? told = null;
            await foreach (var checkout in _news.Reader.ReadAllAsync(cancellation))
            {
                // One that waited for any reader has gone to another.
                if (checkout is not null && (IsHere(checkout) || checkout.Id == _latest?.Id))
                    _latest = IsHere(checkout) ? checkout : null;
                var now = Now();
                var isAsBefore = now.CardPresent == told?.CardPresent && now.Stopped == told.Stopped;
                if (checkout is not null || !isAsBefore)
                    yield return told = now;
            }

            await following;
        }
        finally
        {
            rooms.Till.Desk.Changed -= Look;
            rooms.Board.Changed -= Look;
        }
    }

    private async Task Follow(IAsyncEnumerable<Checkout> changes)
    {
        await foreach (var checkout in changes)
            _news.Writer.TryWrite(checkout);
    }

    private void Look() => _news.Writer.TryWrite(null);

    private bool IsHere(Checkout checkout) =>
        reader is null || (checkout.Reader ?? checkout.Request.Reader ?? reader) == reader;

    private DisplayAnswer Now()
    {
        var sights = rooms.Board.Sights
            .Where(sight => (reader ?? _latest?.Reader ?? sight.Name) == sight.Name).ToList();
        var serves = rooms.Ready && sights.Any(sight => sight.Available);
        return new DisplayAnswer(
            _latest is null ? null : DisplayedCheckout.Of(_latest, AliasOf(_latest.State), texts),
            sights.Any(sight => sight.CardPresent),
            Told.OfHealth(rooms.Till.Desk.StoppedBecause, serves, texts)?.Customer);
    }

    // A sale reads no member file: the alias is that of the same card, asked before.
    private string? AliasOf(CheckoutState state)
    {
        if (state is CheckoutState.Answered(var asked))
            _guest = (asked.CardNumber, asked.Alias);
        return state switch
        {
            CheckoutState.Answered(var card) => card.Alias,
            CheckoutState.Completed(var result) when result.CardNumber == _guest.Card => _guest.Alias,
            _ => null,
        };
    }
}
