using System.Globalization;
using System.Text.RegularExpressions;
using SmartCardCrm.Demo.Till;

namespace SmartCardCrm.Demo.Playground;

/// <summary>
/// What the terminal itself switches at its readers: green, yellow, red, buzzer. Its <c>signals.json</c> asks
/// for a line of text for each, instead of a pin on a board.
/// </summary>
internal sealed partial class Lights
{
    private static readonly string[] Parts = ["green", "red", "yellow", "buzzer"];

    private readonly Lock _lock = new();
    private readonly Dictionary<string, SortedSet<string>> _on = new(StringComparer.Ordinal);

    /// <summary>Told when something goes on or off.</summary>
    public event Action? Changed;

    /// <summary>Wires them up, before the terminal starts.</summary>
    public void Equip(ShopTerminal terminal)
    {
        var pin = 0;
        var sets = terminal.Readers.Select(reader =>
        {
            var wires = string.Join(',', Parts.Select(part => Wire(part, ++pin)));
            return $$"""{"reader":"{{reader.Name}}",{{wires}}}""";
        });
        File.WriteAllText(
            terminal.SignalsFile,
            $$"""{"driver":"console","sets":[{{string.Join(',', sets)}}]}""");
        terminal.Printed = Heard;
    }

    /// <summary>What is on at a reader now.</summary>
    public IReadOnlyList<string> On(string reader)
    {
        lock (_lock)
            return _on.TryGetValue(reader, out var on) ? [.. on] : [];
    }

    internal void Heard(string line)
    {
        if (Signal().Match(line) is not { Success: true } signal)
            return;
        lock (_lock)
        {
            var reader = signal.Groups["reader"].Value;
            if (!_on.TryGetValue(reader, out var on))
                _on[reader] = on = new SortedSet<string>(StringComparer.Ordinal);
            _ = signal.Groups["on"].Value == "on"
                ? on.Add(signal.Groups["part"].Value)
                : on.Remove(signal.Groups["part"].Value);
        }

        Changed?.Invoke();
    }

    private static string Wire(string part, int pin) =>
        string.Create(CultureInfo.InvariantCulture, $"\"{part}\":{pin}");

    [GeneratedRegex(
        @"^signal \S+ (?<reader>.+): (?<part>green|red|yellow|buzzer) (?<on>on|off)$",
        RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Signal();
}
