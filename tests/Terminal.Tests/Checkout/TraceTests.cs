using System.Collections.Concurrent;
using System.Diagnostics;
using SmartCardCrm.Simulator.Faults;
using SmartCardCrm.Terminal.Tests.Kit;

namespace SmartCardCrm.Terminal.Tests;

/// <summary>What a terminal does about an operation, in the operation's trace.</summary>
public sealed class TraceTests : IDisposable
{
    // A listener hears every test that runs at the same time: the ids tell whose spans they are.
    private readonly Chain _chain = new(firstDraw: 1_000_000);
    private readonly ConcurrentQueue<Activity> _ended = new();
    private readonly ActivityListener _listener;

    public TraceTests()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == OperationTrace.SourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = _ended.Enqueue,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public void Dispose() => _listener.Dispose();

    [Fact]
    public void A_sale_is_a_trace_from_the_tills_call_to_its_end()
    {
        using var shop = new Shop(_chain);
        var card = _chain.Issue();
        var checkout = shop.Post(1234);

        shop.Present(card);

        var spans = Of(checkout);
        Assert.Equal(["card transaction", "tap", "checkout"], spans.Select(span => span.OperationName));
        Assert.Equal(spans[1].SpanId, spans[0].ParentSpanId);
        Assert.All(spans, span => Assert.Equal("completed", span.GetTagItem(OperationTrace.ResultTag)));
        Assert.Equal(checkout.CreatedAt.UtcDateTime, spans[2].StartTimeUtc);
        Assert.Equal(checkout.Id.ToString(), spans[2].GetTagItem(OperationTrace.OperationTag));
    }

    [Fact]
    public void A_torn_sale_and_the_look_that_settles_it_are_one_trace()
    {
        using var shop = new Shop(_chain);
        var card = _chain.Issue();
        var checkout = shop.Post(1234);
        card.Tear(9, TearMoment.After);
        shop.Present(card);

        shop.Present(card);

        Assert.Equal(
            [
                "card transaction in-doubt", "tap in-doubt", "doubt settling happened", "checkout completed",
            ],
            Of(checkout).Select(span =>
                $"{span.OperationName} {span.GetTagItem(OperationTrace.ResultTag)}"));
    }

    [Fact]
    public void No_span_has_a_whole_uid()
    {
        using var shop = new Shop(_chain);
        var card = _chain.Issue();
        var checkout = shop.Post(1234);

        shop.Present(card);

        var tags = Of(checkout).SelectMany(span => span.TagObjects).ToList();
        Assert.Contains(tags, tag => Equals(tag.Value, $"…{card.Uid[^4..]}"));
        Assert.DoesNotContain(
            tags, tag => $"{tag.Value}".Contains(card.Uid[2..^4], StringComparison.OrdinalIgnoreCase));
    }

    private List<Activity> Of(Checkout checkout) =>
        [.. _ended.Where(span => span.TraceId.ToHexString() == $"{checkout.Id:N}")];
}
