using Google.Protobuf;
using Grpc.Core;
using SmartCardCrm.Loyalty;
using SmartCardCrm.Loyalty.Offline;
using SmartCardCrm.Loyalty.Programme;
using SmartCardCrm.Server.Tests.InProcess;
using SmartCardCrm.SyncContract;
using SmartCardCrm.Taps;

namespace SmartCardCrm.Server.Tests.Taps;

/// <summary>The door through which terminals lend cards: who comes in, and what is said there.</summary>
public sealed class TapDoorTests
{
    private static readonly ByteString AnyUid = ByteString.CopyFrom(4, 1, 2, 3, 4, 5, 6);

    [Fact]
    public async Task Nobody_lends_a_card_without_a_terminals_certificate()
    {
        await using var server = await InProcessServer.StartAsync();
        using var stranger = new TestTerminal(server, null, null);

        using var call = stranger.Sync.Tap();

        Assert.Equal("certificate-required", await RefusalOf(call));
    }

    [Fact]
    public async Task A_call_begins_with_the_card_that_it_is_about()
    {
        await using var server = await InProcessServer.StartAsync();
        using var terminal = await TestTerminal.EnrolAsync(server);
        using var call = terminal.Sync.Tap();

        await call.RequestStream.WriteAsync(Serving(new Order.Sale(Shirt, 0)));

        Assert.Equal("tap-malformed", await RefusalOf(call));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("no document")]
    public async Task What_is_no_checkout_is_refused_before_the_card_is_touched(string document)
    {
        await using var server = await InProcessServer.StartAsync();
        using var terminal = await TestTerminal.EnrolAsync(server);
        using var call = await OpenAsync(terminal);

        await call.RequestStream.WriteAsync(new TapReport
        {
            Serve = new TapServe { Checkout = ByteString.CopyFromUtf8(document) },
        });

        Assert.Equal("tap-malformed", await RefusalOf(call));
    }

    [Fact]
    public async Task A_doubt_without_an_intent_is_refused()
    {
        await using var server = await InProcessServer.StartAsync();
        using var terminal = await TestTerminal.EnrolAsync(server);
        using var call = await OpenAsync(terminal);

        await call.RequestStream.WriteAsync(new TapReport { Settle = new TapSettle { Sequence = 1 } });

        Assert.Equal("tap-malformed", await RefusalOf(call));
    }

    [Fact]
    public async Task A_card_that_leaves_at_once_is_to_be_presented_again_and_the_line_serves_another()
    {
        await using var server = await InProcessServer.StartAsync();
        using var terminal = await TestTerminal.EnrolAsync(server);
        using var call = await OpenAsync(terminal);
        for (var i = 0; i < 2; i++)
        {
            await call.RequestStream.WriteAsync(Serving(new Order.Sale(Shirt, 0)));
            Assert.True(await call.ResponseStream.MoveNext());
            var first = call.ResponseStream.Current;
            await call.RequestStream.WriteAsync(new TapReport
            {
                Answers = new RelayAnswers { CardLost = true },
            });
            Assert.True(await call.ResponseStream.MoveNext());

            // Select and authenticate.
            Assert.Equal([0x5A, 0x71], first.Apdus.Apdus.Select(apdu => apdu[1]));
            Assert.Equal(
                new CheckoutState.PresentAgain(RetryCode.CardLost),
                TapDocuments.ReadState(call.ResponseStream.Current.End.State.Span));
        }
    }

    [Fact]
    public async Task Whoever_says_more_than_is_asked_is_not_listened_to()
    {
        await using var server = await InProcessServer.StartAsync();
        using var terminal = await TestTerminal.EnrolAsync(server);
        using var call = await OpenAsync(terminal);
        var answered = 0;

        try
        {
            for (var i = 0; i < 500; i++)
                await call.RequestStream.WriteAsync(Serving(new Order.Sale(Shirt, 0)));
        }
        catch (RpcException)
        {
            // The server has ended the call.
        }

        var refused = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            while (await call.ResponseStream.MoveNext())
                answered += call.ResponseStream.Current.End is null ? 0 : 1;
        });
        Assert.Equal("tap-malformed", refused.Status.Detail);
        Assert.InRange(answered, 0, 10);
    }

    [Fact]
    public async Task A_terminal_lends_sixteen_cards_at_once_and_no_more()
    {
        await using var server = await InProcessServer.StartAsync();
        using var terminal = await TestTerminal.EnrolAsync(server);
        var calls = new List<AsyncDuplexStreamingCall<TapReport, TapCommand>>();
        for (var i = 0; i < 16; i++)
        {
            calls.Add(await OpenAsync(terminal));
            await calls[^1].RequestStream.WriteAsync(Serving(new Order.Sale(Shirt, 0)));
            Assert.True(await calls[^1].ResponseStream.MoveNext());
        }

        using var oneMore = terminal.Sync.Tap();

        Assert.Equal("taps-too-many", await RefusalOf(oneMore));
        calls.ForEach(call => call.Dispose());
    }

    [Fact]
    public async Task A_terminal_that_is_to_decide_nothing_gets_no_keys_and_its_line_is_cut()
    {
        await using var server = await InProcessServer.StartAsync();
        using var terminal = await TestTerminal.EnrolAsync(server);
        using var line = await terminal.HelloAsync([]);
        await line.NextAsync(ServerMessage.ContentOneofCase.Welcome);
        var before = await terminal.Sync.FetchCardKeysAsync(new CardKeysRequest());

        await server.CallAsync(HttpMethod.Put, $"/api/terminals/{terminal.Number}/limits", new
        {
            terminal = terminal.Number,
            version = 1,
            operationMost = 0,
            cardMost = 0,
            cardOperationsMost = 0,
            dayMost = 0,
            strangerMost = 0,
            replicaHoursMost = 0,
            adjustmentMost = 0,
            adjustmentDayMost = 0,
            modes = OperationModes.NoKeys,
        });

        var cut = await Assert.ThrowsAsync<RpcException>(
            () => line.NextAsync(ServerMessage.ContentOneofCase.Refusal));
        Assert.Equal("keys-changed", cut.Status.Detail);
        Assert.NotEmpty(before.Keys);
        Assert.Equal(new CardKeysReply(), await terminal.Sync.FetchCardKeysAsync(new CardKeysRequest()));
    }

    private static Basket Shirt => Basket.Of(new Money(1_999, "USD"));

    private static async Task<AsyncDuplexStreamingCall<TapReport, TapCommand>> OpenAsync(
        TestTerminal terminal)
    {
        var call = terminal.Sync.Tap();
        await call.RequestStream.WriteAsync(new TapReport
        {
            Open = new TapOpen { Uid = AnyUid, NextSequence = 1 },
        });
        return call;
    }

    private static TapReport Serving(Order order)
    {
        var request = new CheckoutRequest(order, null, null, null, null, TimeSpan.FromMinutes(2));
        var checkout = new Checkout(
            Guid.AllBitsSet, request, "key", default, new CheckoutState.Waiting(), 0, 0, default);
        return new TapReport
        {
            Serve = new TapServe { Checkout = ByteString.CopyFrom(TapDocuments.Write(checkout)) },
        };
    }

    private static async Task<string> RefusalOf(AsyncDuplexStreamingCall<TapReport, TapCommand> call)
    {
        var refused = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            while (await call.ResponseStream.MoveNext())
            {
                Assert.Null(call.ResponseStream.Current.Apdus);
            }
        });
        return refused.Status.Detail;
    }
}
