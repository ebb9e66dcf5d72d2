using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace SmartCardCrm.Server.Tests.InProcess;

/// <summary>Keeps what a server logs as an error, instead of printing its log.</summary>
internal sealed class ErrorWatch : ILoggerProvider
{
    private readonly ConcurrentQueue<string> _errors = new();
    private readonly List<string> _announced = [];

    public void Take(ILoggingBuilder logging) => logging.ClearProviders().AddProvider(this);

    public void Announce(string text) => _announced.Add(text);

    public void AssertNone() =>
        Assert.DoesNotContain(
            _errors, error => !_announced.Exists(text => error.Contains(text, StringComparison.Ordinal)));

    public ILogger CreateLogger(string categoryName) => new Watcher(categoryName, _errors);

    public void Dispose() => _errors.Clear();

    private sealed class Watcher(string category, ConcurrentQueue<string> errors) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
                errors.Enqueue($"{category}: {formatter(state, exception)} {exception}");
        }
    }
}
