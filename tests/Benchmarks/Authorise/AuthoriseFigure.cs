using Google.Protobuf;
using Grpc.Core;
using SmartCardCrm.Load;
using SmartCardCrm.Load.Chain;
using SmartCardCrm.Load.Lines;
using SmartCardCrm.Loyalty;
using SmartCardCrm.Loyalty.Offline;
using SmartCardCrm.Loyalty.Programme;
using SmartCardCrm.Server.Terminals;
using SmartCardCrm.SyncContract;
using static SmartCardCrm.Benchmarks.Figures;

namespace SmartCardCrm.Benchmarks.Authorise;

/// <summary>
/// How long a terminal that lets headquarters decide waits for the word on a redemption: from the message
/// with what the card says of itself, its signed record and its balance, to the message with the decided
/// intent. Beside it two unary calls without content on the same channel, in turn: one that no method
/// answers, so that nothing is in it but the channel, and one for which the terminal is looked up.
/// </summary>
internal sealed class AuthoriseFigure(
    IReadOnlyList<LentCard> cards, LoadTerminal terminal, TerminalLine line, CallInvoker invoker)
{
    // What is decided about a card is folded from its history: a hundred and fifteen sales each at the end.
    private const int Cards = 20;
    private const int WarmUps = 300;
    private const int Calls = 2_000;

    private static readonly TimeProvider Clock = TimeProvider.System;

    private static readonly Method<CardKeysRequest, CardKeysReply> Nothing = new(
        MethodType.Unary, TerminalSync.Descriptor.FullName, "Nothing",
        Marshallers.Create(request => request.ToByteArray(), CardKeysRequest.Parser.ParseFrom),
        Marshallers.Create(reply => reply.ToByteArray(), CardKeysReply.Parser.ParseFrom));

    private readonly TerminalSync.TerminalSyncClient _server = new(invoker);
    private readonly List<TimeSpan> _decided = [];
    private readonly List<TimeSpan> _held = [];
    private readonly List<TimeSpan> _empty = [];
    private readonly List<TimeSpan> _known = [];

    /// <param name="work">A folder on a real disk.</param>
    public static async Task<int> PrintAsync(DirectoryInfo work)
    {
        await using var headquarters = new Headquarters(work);
        var options = new LoadOptions("sqlite", Kills: 0, Seed: 1) { Terminals = 1, Cards = 0 };
        var terminal = Founding.Of(headquarters, options, Clock).Terminals[0];
        var cards = Prepare(headquarters, terminal);
        await headquarters.StartAsync(CancellationToken.None);
        var line = new TerminalLine(terminal, Clock);
        using var closing = new CancellationTokenSource();
        var talking = line.RunAsync(headquarters.Terminals, closing.Token);
        using (var channel = terminal.Connect(headquarters.Terminals))
        {
            var figure = new AuthoriseFigure(cards, terminal, line, channel.CreateCallInvoker());
            await figure.TakeAsync();
            figure.Print();
        }

        await closing.CancelAsync();
        await talking;
        return 0;
    }

    // A terminal without keys: headquarters decides all, and asked for keys it answers nothing.
    private static List<LentCard> Prepare(Headquarters headquarters, LoadTerminal terminal)
    {
        using var vault = headquarters.OpenVault(Clock);
        using var book = headquarters.OpenBook();
        var limits = Limits.FirstOf(terminal.Number) with { Modes = OperationModes.NoKeys };
        new LimitsBook(book, vault, Clock).Issue(limits, "test");
        return [.. Enumerable.Range(1, Cards).Select(
            number => LentCard.Issue((byte)number, book, vault, Clock))];
    }

    private async Task TakeAsync()
    {
        foreach (var card in cards)
            await TapAsync(card, amount: 50_000_00, redeem: 0);
        for (var call = 0; call < WarmUps + Calls; call++)
        {
            if (call == WarmUps)
            {
                _decided.Clear();
                _held.Clear();
                _empty.Clear();
                _known.Clear();
            }

            await TapAsync(cards[call % Cards], amount: 10_00, redeem: 10);
            _empty.Add(await TimeAsync(CallNothingAsync));
            _known.Add(await TimeAsync(async () => await _server.FetchCardKeysAsync(new CardKeysRequest())));
        }
    }

    private void Print()
    {
        Compare("authorise p50", Quantile(_decided, 0.5), Quantile(_empty, 0.5), aim: 1.5);
        Compare("authorise p99", Quantile(_decided, 0.99), Quantile(_empty, 0.99), aim: 2);
        Compare("authorise beside keys p50", Quantile(_decided, 0.5), Quantile(_known, 0.5), aim: 1.5);
        Compare("authorise beside keys p99", Quantile(_decided, 0.99), Quantile(_known, 0.99), aim: 2);
        Compare("points held on disk p50", Quantile(_held, 0.5), Quantile(_empty, 0.5));
    }

    // Its status is read, and not thrown: the server has done as little as it can.
    private async Task CallNothingAsync()
    {
        using var call = invoker.AsyncUnaryCall(Nothing, null, new CallOptions(), new CardKeysRequest());
        await ((Task)call.ResponseAsync).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (call.GetStatus().StatusCode != StatusCode.Unimplemented)
            throw new InvalidOperationException($"The call was answered: {call.GetStatus()}");
    }

    // A sale by headquarters' decision, reported before the next: its points are booked then.
    private async Task TapAsync(LentCard card, int amount, int redeem)
    {
        using var call = _server.Tap();
        await call.RequestStream.WriteAsync(new TapReport
        {
            Open = new TapOpen { Uid = card.Uid, NextSequence = terminal.Head + 1 },
        });
        var next = Serve(amount, redeem);
        while (next is not null)
        {
            var said = Clock.GetTimestamp();
            await call.RequestStream.WriteAsync(next);
            if (!await call.ResponseStream.MoveNext())
                throw new InvalidOperationException("Headquarters has ended the call.");
            next = Answer(card, call.ResponseStream.Current, next, Clock.GetElapsedTime(said));
        }

        await call.RequestStream.CompleteAsync();
        while (line.Acknowledged < terminal.Head && line.Wrong is null)
            await Task.Delay(TimeSpan.FromMilliseconds(1), Clock, CancellationToken.None);
    }

    private TapReport? Answer(LentCard card, TapCommand command, TapReport asked, TimeSpan waited)
    {
        switch (command.ContentCase)
        {
            case TapCommand.ContentOneofCase.Apdus:
                if (asked.Written is not null)
                    _held.Add(waited);
                return card.PassOn(command.Apdus.Apdus);
            case TapCommand.ContentOneofCase.Write:
                if (command.Write.Entry.Intent is not null)
                    _decided.Add(waited);
                terminal.Write(command.Write.Entry);
                return new TapReport { Written = new TapWritten { Done = true } };
            default:
                var state = TapDocuments.ReadState(command.End.State.Span);
                return state is CheckoutState.Completed
                    ? null
                    : throw new InvalidOperationException($"{state}");
        }
    }

    private static TapReport Serve(int amount, int redeem)
    {
        var now = Clock.GetUtcNow();
        var id = Guid.CreateVersion7(now);
        var request = new CheckoutRequest(
            new Order.Sale(Basket.Of(new Money(amount, "USD")), redeem), Store: null, SoldAt: null,
            BusinessDate: null, Reader: null, Timeout: TimeSpan.FromMinutes(1));
        var checkout = new Checkout(
            id, request, id.ToString(), now, new CheckoutState.Tapping(CancelAsked: false), Attempts: 1,
            Doubts: 0, now + request.Timeout);
        return new TapReport
        {
            Serve = new TapServe { Checkout = ByteString.CopyFrom(TapDocuments.Write(checkout)) },
        };
    }
}
