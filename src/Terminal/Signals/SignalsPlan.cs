namespace SmartCardCrm.Terminal.Signals;

/// <summary>The lights of one reader.</summary>
/// <param name="Reader">As PC/SC names it; null for whichever is plugged in.</param>
/// <param name="Wires">At least one.</param>
internal sealed record SignalSet(string? Reader, IReadOnlyList<SignalWire> Wires)
{
    /// <summary>For people.</summary>
    public string Name => NameOf(Reader);

    public static string NameOf(string? reader) => reader ?? "the reader";
}

/// <summary>The tamper switch.</summary>
/// <param name="OpenIsHigh">What the input is while the housing is open.</param>
/// <param name="Debounce">How long it must be open to count.</param>
internal sealed record TamperPlan(int Pin, bool OpenIsHigh, TimeSpan Debounce);

/// <summary>What signals.json asks for, checked.</summary>
internal sealed class SignalsPlan
{
    public const string Gpio = "gpio";
    public const string ConsoleLines = "console";

    private const int PinMost = 1023;
    private const int DebounceMsLeast = 10;
    private const int DebounceMsMost = 10_000;

    private readonly SignalsFile _file;

    private SignalsPlan(SignalsFile file, IReadOnlyList<SignalSet> sets)
    {
        (_file, Sets) = (file, sets);
        Patterns = PatternsOf(file);
        Tamper = TamperOf(file.Tamper);
        if (file.Driver is not (Gpio or ConsoleLines))
            throw Wrong($"has the driver '{file.Driver}': there are {Gpio} and {ConsoleLines}.");
        CheckPins();
    }

    /// <summary>No signals at all.</summary>
    public static SignalsPlan None { get; } = new(new SignalsFile(ConsoleLines), []);

    /// <summary>One for each reader that has any.</summary>
    public IReadOnlyList<SignalSet> Sets { get; }

    public SignalPatterns Patterns { get; }

    /// <summary>Null for a terminal without one.</summary>
    public TamperPlan? Tamper { get; }

    /// <param name="readers">The names of this terminal's readers; null where any may be plugged in, or they
    /// are not known.</param>
    /// <exception cref="SignalsFileException">Something in it cannot be done.</exception>
    public static SignalsPlan Of(SignalsFile file, IReadOnlyList<string>? readers) =>
        new(file, [.. file.Sets.Select(set => SetOf(set, readers, alone: file.Sets.Count == 1))]);

    /// <summary>The driver it asks for.</summary>
    public ISignalWires Open(TextWriter console, TimeProvider clock) =>
        _file.Driver == Gpio ? new GpioWires(_file.Chip, _file.LowIsOn) : new ConsoleWires(console, clock);

    private static SignalSet SetOf(SignalsFile.SetEntry set, IReadOnlyList<string>? readers, bool alone)
    {
        if (set.Reader is null && !(alone && readers is null or [_]))
            throw Wrong($"has a set that names no reader. With several, name one in each{Listed(readers)}.");
        var reader = set.Reader ?? readers?[0];
        if (reader is not null && readers?.Contains(reader, StringComparer.Ordinal) == false)
            throw Wrong(
                $"has a set for the reader '{reader}', and this terminal has others{Listed(readers)}. Name "
                + "it with --reader too.");
        var name = SignalSet.NameOf(reader);
        var wires = set.Wires(name);
        return wires.Count > 0
            ? new SignalSet(reader, wires)
            : throw Wrong($"has a set for '{name}' without a pin: give green, red, yellow or buzzer one.");
    }

    private static string Listed(IReadOnlyList<string>? readers) =>
        readers is null ? "" : ": " + string.Join(", ", readers.Select(r => $"'{r}'"));

    private static SignalPatterns PatternsOf(SignalsFile file)
    {
        var patterns = new SignalPatterns();
        foreach (var (name, entry) in file.Patterns)
        {
            if (SignNames.Of(name) is not { } sign)
                throw Wrong($"has a pattern '{name}': there are {string.Join(", ", SignNames.All)}.");
            try
            {
                patterns.Replace(sign, SignalPattern.Parse(entry.Steps, entry.Repeat));
            }
            catch (FormatException wrong)
            {
                throw new SignalsFileException($"has a pattern '{name}' that {wrong.Message}", wrong);
            }
        }

        return patterns;
    }

    private static TamperPlan? TamperOf(SignalsFile.TamperEntry? tamper)
    {
        if (tamper is null)
            return null;
        if (tamper.Closed is not ("low" or "high"))
            throw Wrong("has a tamper switch whose \"closed\" is neither low nor high.");
        if (tamper.DebounceMs is < DebounceMsLeast or > DebounceMsMost)
            throw Wrong($"has a debounceMs outside {DebounceMsLeast} to {DebounceMsMost}.");
        return new TamperPlan(
            tamper.Pin, tamper.Closed == "low", TimeSpan.FromMilliseconds(tamper.DebounceMs));
    }

    private void CheckPins()
    {
        var used = Sets.SelectMany(s => s.Wires).Select(w => (w.Pin, Use: w.Name)).ToList();
        if (Tamper is not null)
            used.Add((Tamper.Pin, $"tamper switch on pin {Tamper.Pin}"));
        if (used.Find(u => u.Pin is < 0 or > PinMost) is { Use: { } use })
            throw Wrong($"has a pin that cannot be: {use}; lines are counted from 0 to {PinMost}.");
        if (used.GroupBy(u => u.Pin).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw Wrong($"uses a pin twice: {string.Join(" and ", twice.Select(u => u.Use))}.");
        if (Sets.GroupBy(s => s.Reader, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } two)
            throw Wrong($"has two sets for the reader '{two.Key}'.");
    }

    private static SignalsFileException Wrong(string what) => new(what);
}

/// <summary>Signs as signals.json and the command line name them.</summary>
internal static class SignNames
{
    public static IReadOnlyList<string> All { get; } = [.. Enum.GetValues<Sign>().Select(Of)];

    public static string Of(Sign sign) =>
        System.Text.Json.JsonNamingPolicy.KebabCaseLower.ConvertName(sign.ToString());

    public static Sign? Of(string name) =>
        Enum.GetValues<Sign>().Where(s => Of(s) == name).Select(s => (Sign?)s).FirstOrDefault();
}
