using System.Globalization;

namespace SmartCardCrm.Terminal.Signals;

/// <summary>One moment of a pattern.</summary>
/// <param name="Lit">What is on; all else is off.</param>
/// <param name="For">How long; null for as long as nothing else is to be shown.</param>
internal readonly record struct SignalStep(Parts Lit, TimeSpan? For)
{
    private const int MsLeast = 20;
    private const int MsMost = 60_000;

    /// <summary>Reads <c>green+buzzer 120</c>: parts, or <c>off</c>, and milliseconds, or none for no
    /// end.</summary>
    /// <returns>Null where it is not of this form.</returns>
    public static SignalStep? TryParse(string text)
    {
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length is not (1 or 2) || PartsOf(words[0]) is not { } lit)
            return null;
        if (words.Length == 1)
            return new SignalStep(lit, null);
        return int.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out var ms)
            && ms is >= MsLeast and <= MsMost
                ? new SignalStep(lit, TimeSpan.FromMilliseconds(ms))
                : null;
    }

    private static Parts? PartsOf(string text)
    {
        var lit = Parts.None;
        foreach (var word in text == "off" ? [] : text.Split('+'))
        {
            if (Part(word) is not { } part)
                return null;
            lit |= part;
        }

        return lit;
    }

    private static Parts? Part(string word) => word switch
    {
        "green" => Parts.Green,
        "red" => Parts.Red,
        "yellow" => Parts.Yellow,
        "buzzer" => Parts.Buzzer,
        _ => null,
    };
}

/// <summary>What a sign looks and sounds like.</summary>
/// <param name="Steps">At least one; only the last may have no end.</param>
/// <param name="Repeats">Whether it begins again; then every step has an end.</param>
internal sealed record SignalPattern(IReadOnlyList<SignalStep> Steps, bool Repeats)
{
    private const int StepsMost = 50;

    /// <summary>Whether it comes to an end by itself.</summary>
    public bool Ends => !Repeats && Steps[^1].For is not null;

    /// <summary>Whether green is in it.</summary>
    public bool HasGreen => Steps.Any(s => s.Lit.HasFlag(Parts.Green));

    /// <summary>Reads steps as <see cref="SignalStep.TryParse"/> does.</summary>
    /// <exception cref="FormatException">Says what is wrong.</exception>
    public static SignalPattern Parse(IReadOnlyList<string> steps, bool repeats)
    {
        if (steps.Count is < 1 or > StepsMost)
            throw new FormatException($"has 1 to {StepsMost} steps.");
        var parsed = steps.Select(step => SignalStep.TryParse(step) ?? throw new FormatException(
            $"cannot read the step '{step}': write parts and milliseconds, as in \"green+buzzer 120\", from "
            + "green, red, yellow, buzzer or off, and 20 to 60000 ms.")).ToList();
        if (parsed.SkipLast(repeats ? 0 : 1).Any(s => s.For is null))
            throw new FormatException(
                "has a step without milliseconds that is not the last one, or is repeated.");
        return new SignalPattern(parsed, repeats);
    }
}

/// <summary>A pattern for every sign.</summary>
internal sealed class SignalPatterns
{
    private readonly Dictionary<Sign, SignalPattern> _patterns = new()
    {
        [Sign.OutOfService] = SignalPattern.Parse(["red"], repeats: false),
        [Sign.Tamper] = SignalPattern.Parse(["red 100", "off 100"], repeats: true),
        [Sign.Ready] = SignalPattern.Parse(["off"], repeats: false),
        [Sign.Waiting] = SignalPattern.Parse(["yellow 500", "off 500"], repeats: true),
        [Sign.Reading] = SignalPattern.Parse(["yellow"], repeats: false),
        [Sign.Done] = SignalPattern.Parse(["green+buzzer 120", "green 2880"], repeats: false),
        [Sign.Declined] = SignalPattern.Parse(
            ["red+buzzer 120", "red 120", "red+buzzer 120", "red 2640"], repeats: false),
        [Sign.Again] = SignalPattern.Parse(
            ["red+yellow+buzzer 150", "off 150", "red+yellow+buzzer 150", "off 1050"], repeats: true),
        [Sign.Doubt] = SignalPattern.Parse(["red+buzzer 100", "yellow 100"], repeats: true),
        [Sign.TakeCard] = SignalPattern.Parse(["yellow+buzzer 60", "off 1440"], repeats: true),
    };

    public SignalPattern this[Sign sign] => _patterns[sign];

    /// <summary>Takes another pattern for a sign.</summary>
    /// <exception cref="FormatException">It would promise what has not happened, or never end.</exception>
    public void Replace(Sign sign, SignalPattern pattern)
    {
        if (pattern.HasGreen && sign != Sign.Done)
            throw new FormatException("has green in it: green says that a sale is done, and nothing else.");
        if (!pattern.Ends && sign is (Sign.Done or Sign.Declined))
            throw new FormatException("must end by itself: give every step milliseconds and do not repeat.");
        _patterns[sign] = pattern;
    }
}
