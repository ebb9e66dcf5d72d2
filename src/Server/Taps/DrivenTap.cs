using System.Diagnostics;
using Google.Protobuf;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.SyncContract;
using SmartCardCrm.Taps;

namespace SmartCardCrm.Server.Taps;

/// <summary>Decides about the card on a terminal's reader and drives it, on a thread that may block: the same
/// tap as at a terminal, with the terminal's journal at the other end of the line.</summary>
internal sealed class DrivenTap(ITapLink link, TerminalProfile terminal, DrivenTapRooms rooms)
{
    /// <summary>Does one thing after another, until the terminal has none left.</summary>
    /// <exception cref="TapLostException">The terminal has gone in the middle.</exception>
    /// <exception cref="FormatException">It says what nobody understands.</exception>
    public void Run()
    {
        if (link.Next() is not { Open: { Uid.Length: Uid.Length } open })
            throw new FormatException("A call begins with the card that it is about.");
        using var card = new DrivenCard(link, Uid.FromBytes(open.Uid.Span));
        var journal = new DrivenJournal(
            link, terminal.Number, open.NextSequence, new Redeeming(rooms.Books.Database));
        var tap = new Tap(
            new TapBooks(
                journal, new BookKnowledge(rooms.Books.Database, terminal.Programme), rooms.Keys,
                new CentralOrders(rooms.Books, terminal, open.AdjustedToday))
            {
                Check = rooms.Keys,
            },
            terminal, rooms.Surroundings);
        using var opened = new OpenedTap(
            tap, new DoubtSettling(journal, terminal, rooms.Surroundings.Log, rooms.Keys), card);
        while (link.Next() is { } task)
            link.Say(new TapCommand { End = Do(task, tap, opened) });
    }

    private static TapEnd Do(TapReport task, Tap tap, OpenedTap card) => task.ContentCase switch
    {
        TapReport.ContentOneofCase.Serve => new TapEnd
        {
            State = ByteString.CopyFrom(TapDocuments.Write(
                Serve(TapDocuments.ReadCheckout(task.Serve.Checkout.Span), tap, card))),
        },
        TapReport.ContentOneofCase.Settle => Settle(task.Settle, tap, card),
        _ => throw new FormatException("The terminal says what nobody asked for."),
    };

    private static CheckoutState Serve(Checkout checkout, Tap tap, OpenedTap card)
    {
        try
        {
            return card.Session.Serve(checkout);
        }
        catch (CardException wrong)
        {
            return new CheckoutState.PresentAgain(tap.Explain(card.Uid, wrong));
        }
    }

    private static TapEnd Settle(TapSettle asked, Tap tap, OpenedTap card)
    {
        if (asked.Intent?.Card is null)
            throw new FormatException("A doubt has an intent.");
        try
        {
            var doubt = new OpenDoubt(asked.Sequence, card.Uid, asked.Intent, LeftToHeadquarters: false);
            return new TapEnd
            {
                Verdict = card.Session.Settle(doubt) switch
                {
                    DoubtVerdict.Happened => LogVerdict.Happened,
                    DoubtVerdict.DidNotHappen => LogVerdict.DidNotHappen,
                    DoubtVerdict.Open => LogVerdict.Open,
                    DoubtVerdict.Behind => LogVerdict.Behind,
                    _ => throw new UnreachableException(),
                },
            };
        }
        catch (CardException wrong)
        {
            return new TapEnd { Failed = tap.Explain(card.Uid, wrong) };
        }
    }

    /// <summary>The card, opened when it is first needed.</summary>
    private sealed class OpenedTap(Tap tap, DoubtSettling settling, DrivenCard card) : IDisposable
    {
        private KeyedTap? _session;

        public Uid Uid => card.Uid;

        public ITapSession Session => _session ??= new KeyedTap(tap, settling, tap.Open(card));

        public void Dispose() => _session?.Dispose();
    }
}

/// <summary>What driving a card takes.</summary>
internal sealed record DrivenTapRooms(CentralBooks Books, VaultKeys Keys, TapSurroundings Surroundings);
