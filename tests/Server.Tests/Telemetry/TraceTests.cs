using System.Collections.Concurrent;
using System.Diagnostics;
using SmartCardCrm.Server.Tests.InProcess;
using SmartCardCrm.Taps;

namespace SmartCardCrm.Server.Tests.Telemetry;

/// <summary>The spans of a server that somebody listens to.</summary>
public sealed class TraceTests
{
    [Fact]
    public async Task What_a_terminal_reports_of_an_operation_is_in_the_operations_trace()
    {
        using var spans = new Spans();
        await using var shop = await WatchedShop.OpenAsync(await InProcessServer.StartAsync(), 1);
        var operations = await shop.SellAsync(12, 30);

        foreach (var operation in operations)
        {
            var its = spans.Of("journal entry").Where(span => span.TraceId.ToHexString() == $"{operation:N}")
                .ToList();
            Assert.Equal(["intent", "outcome"], its.Select(span => Tag(span, "smartcardcrm.entry")));
            Assert.All(its, span =>
            {
                // Other tests' batches are heard too.
                var link = Assert.Single(span.Links).Context;
                var batch = Assert.Single(spans.Of("intake batch"), batch => batch.Context == link);
                Assert.Equal("4", Tag(batch, "smartcardcrm.entries"));
                Assert.Equal(default, span.ParentSpanId);
                Assert.Equal("accepted", Tag(span, OperationTrace.ResultTag));
                Assert.Equal(operation.ToString(), Tag(span, OperationTrace.OperationTag));
                Assert.Equal($"{shop.Terminal.Number}", Tag(span, OperationTrace.TerminalTag));
                Assert.True(span.Duration > TimeSpan.Zero && span.StartTimeUtc == batch.StartTimeUtc);
            });
        }
    }

    private static string? Tag(Activity span, string name) => span.GetTagItem(name)?.ToString();
}

/// <summary>Hears every span of the process that is ours.</summary>
internal sealed class Spans : IDisposable
{
    private readonly ConcurrentQueue<Activity> _ended = new();
    private readonly ActivityListener _listener;

    public Spans()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == OperationTrace.SourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = _ended.Enqueue,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public IReadOnlyCollection<Activity> All => _ended;

    public IEnumerable<Activity> Of(string name) => _ended.Where(span => span.OperationName == name);

    public void Dispose() => _listener.Dispose();
}
