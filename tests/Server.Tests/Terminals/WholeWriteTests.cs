using Grpc.Core;
using SmartCardCrm.Server.Terminals;

namespace SmartCardCrm.Server.Tests.Terminals;

/// <summary>A message that is being written to a terminal when its line is cut.</summary>
public sealed class WholeWriteTests : IDisposable
{
    private readonly CancellationTokenSource _cut = new();
    private readonly Pipe _pipe = new();

    public void Dispose() => _cut.Dispose();

    [Fact]
    public async Task What_is_begun_is_written_to_its_end()
    {
        var writing = _pipe.WriteWholeAsync("news", _cut.Token);

        await _cut.CancelAsync();
        Assert.False(_pipe.Given.IsCancellationRequested);
        _pipe.Written.SetResult();

        await writing;
    }

    [Fact]
    public async Task What_was_not_begun_is_not_written()
    {
        await _cut.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => _pipe.WriteWholeAsync("news", _cut.Token));

        Assert.Equal(0, _pipe.Messages);
    }

    [Fact]
    public async Task Who_does_not_read_is_not_waited_for_long()
    {
        var writing = _pipe.WriteWholeAsync("news", _cut.Token);

        await _cut.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => writing);
    }

    private sealed class Pipe : IServerStreamWriter<string>
    {
        public TaskCompletionSource Written { get; } = new();

        public CancellationToken Given { get; private set; }

        public int Messages { get; private set; }

        public WriteOptions? WriteOptions { get; set; }

        public Task WriteAsync(string message) => throw new NotSupportedException();

        public Task WriteAsync(string message, CancellationToken cancellationToken)
        {
            (Given, Messages) = (cancellationToken, Messages + 1);
            return Written.Task.WaitAsync(cancellationToken);
        }
    }
}
