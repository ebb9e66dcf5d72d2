using System.Diagnostics;
using System.Text.Json;
using SmartCardCrm.CardProtocol;

namespace SmartCardCrm.Taps;

/// <summary>
/// Spans of operations. An operation's id is the id of its trace: what terminal and headquarters do about one
/// operation belongs together without either telling the other, also when days lie between. Nothing is made
/// where nobody listens.
/// </summary>
internal static class OperationTrace
{
    /// <summary>Under which whoever exports them finds them.</summary>
    public const string SourceName = "SmartCardCrm";

    /// <summary>The operation's id, as the Till API writes it.</summary>
    public const string OperationTag = "smartcardcrm.operation.id";

    public const string TerminalTag = "smartcardcrm.terminal";

    /// <summary>The last four digits of the UID: <see cref="Uid.Masked"/>.</summary>
    public const string CardTag = "smartcardcrm.card";

    /// <summary>How it ended, a stable code.</summary>
    public const string ResultTag = "smartcardcrm.result";

    public static readonly ActivitySource Source = new(SourceName);

    /// <summary>Starts a span in an operation's trace, below the one that is being done already; null where
    /// nobody listens.</summary>
    /// <param name="name">What is done.</param>
    /// <param name="operation">16 bytes that are not all zero; otherwise the span is in a trace of its
    /// own.</param>
    /// <param name="startTime">Now where none is given.</param>
    /// <param name="links">What else it belongs to.</param>
    public static Activity? Start(
        string name, Guid operation, DateTimeOffset startTime = default, params ActivityLink[] links)
    {
        if (!Source.HasListeners())
            return null;
        var trace = operation == Guid.Empty
            ? ActivityTraceId.CreateRandom()
            : ActivityTraceId.CreateFromBytes(operation.ToByteArray(bigEndian: true));
        var span = Activity.Current?.TraceId == trace
            ? Source.StartActivity(
                name, ActivityKind.Internal, Activity.Current.Context, links: links, startTime: startTime)
            : StartFirst(name, trace, startTime, links);
        return operation == Guid.Empty ? span : span?.SetTag(OperationTag, operation.ToString());
    }

    // What is current would become its parent, in whichever trace that is.
    private static Activity? StartFirst(
        string name, ActivityTraceId trace, DateTimeOffset startTime, ActivityLink[] links)
    {
        var current = Activity.Current;
        Activity.Current = null;
        var span = Source.StartActivity(
            name, ActivityKind.Internal, new ActivityContext(trace, default, ActivityTraceFlags.Recorded),
            links: links, startTime: startTime);
        if (span is null)
            Activity.Current = current;
        return span;
    }

    /// <inheritdoc cref="Start(string, Guid, DateTimeOffset, ActivityLink[])"/>
    public static Activity? Start(string name, ReadOnlySpan<byte> operation) => Start(name, IdOf(operation));

    /// <summary>An operation's id as journals have it; empty where it is none.</summary>
    public static Guid IdOf(ReadOnlySpan<byte> operation) =>
        operation.Length == 16 ? new Guid(operation, bigEndian: true) : Guid.Empty;

    /// <summary>Starts a span that belongs to no operation, or to several.</summary>
    public static Activity? Start(string name) => Start(name, Guid.Empty);

    /// <summary>Notes where a checkout has got to.</summary>
    public static void Ended(this Activity? span, CheckoutState state) =>
        span?.SetTag(ResultTag, ResultOf(state));

    /// <summary>An enumerated value as codes are written.</summary>
    public static string CodeOf<T>(T value) where T : struct, Enum =>
        JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString());

    private static string ResultOf(CheckoutState state)
    {
        var name = JsonNamingPolicy.KebabCaseLower.ConvertName(state.GetType().Name);
        return state switch
        {
            CheckoutState.Declined(var reason) => $"{name}: {CodeOf(reason)}",
            CheckoutState.PresentAgain(var code) => $"{name}: {code}",
            _ => name,
        };
    }
}
