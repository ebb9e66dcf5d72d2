using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace SmartCardCrm.Server.Tests.InProcess;

/// <summary>Keeps what a server logs, instead of printing it, and tells of its errors.</summary>
internal sealed class ErrorWatch : ILoggerProvider
{
    private readonly ConcurrentQueue<string> _errors = new();
    private readonly ConcurrentQueue<string> _lines = new();
    private readonly List<string> _announced = [];

    /// <summary>Each line with what came with it, as far as the server lets itself log.</summary>
    public IReadOnlyCollection<string> Lines => _lines;

    public void Take(ILoggingBuilder logging) => logging.ClearProviders().AddProvider(this);

    public void Announce(string text) => _announced.Add(text);

    public void AssertNone() =>
        Assert.DoesNotContain(
            _errors, error => !_announced.Exists(text => error.Contains(text, StringComparison.Ordinal)));

    public ILogger CreateLogger(string categoryName) => new Watcher(categoryName, _errors, _lines);

    public void Dispose() => _errors.Clear();

    private sealed class Watcher(
        string category, ConcurrentQueue<string> errors, ConcurrentQueue<string> lines) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            var line = $"{category}: {formatter(state, exception)} {exception}";
            lines.Enqueue(line);
            if (logLevel >= LogLevel.Error)
                errors.Enqueue(line);
        }
    }
}
