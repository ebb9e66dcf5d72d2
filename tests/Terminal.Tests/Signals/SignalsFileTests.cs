using Microsoft.Extensions.Time.Testing;
using SmartCardCrm.Terminal.Commands;
using SmartCardCrm.Terminal.Signals;
using SmartCardCrm.Terminal.Tests.Kit;

namespace SmartCardCrm.Terminal.Tests.Signals;

/// <summary>signals.json: what is taken, and what ends the start and why.</summary>
public sealed class SignalsFileTests : IDisposable
{
    private const string Whole = """
        {
          // as docs/operations.md has it
          "driver": "gpio", "chip": 4, "lowIsOn": true,
          "sets": [
            { "reader": "counter", "green": 17, "red": 27, "yellow": 22, "buzzer": 18 },
            { "reader": "window", "green": 5, "red": 6 },
          ],
          "tamper": { "pin": 23, "closed": "high", "debounceMs": 250 },
          "patterns": { "ready": { "steps": ["yellow 50", "off 4950"], "repeat": true } }
        }
        """;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("signals-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Without_a_file_there_are_no_signals() =>
        Assert.Null(SignalsFile.Load(Path.Combine(_folder.FullName, "signals.json")));

    [Fact]
    public void All_that_a_file_may_say_is_taken()
    {
        var plan = Plan(Whole);

        Assert.Equal(["counter", "window"], plan.Sets.Select(s => s.Reader));
        Assert.Equal([4, 2], plan.Sets.Select(s => s.Wires.Count));
        Assert.Equal(
            new TamperPlan(23, OpenIsHigh: false, TimeSpan.FromMilliseconds(250)), plan.Tamper);
        Assert.Equal(Parts.Yellow, plan.Patterns[Sign.Ready].Steps[0].Lit);
    }

    [Theory]
    [InlineData("", "cannot be read")]
    [InlineData("null", "is empty")]
    [InlineData("""{"driver":"gpio","colour":1}""", "cannot be read")]
    [InlineData("""{"driver":"spi"}""", "has the driver 'spi'")]
    [InlineData("""{"driver":"gpio","sets":[{"green":1}]}""", "names no reader")]
    [InlineData("""{"driver":"gpio","sets":[{"reader":"attic","green":1}]}""", "has others: 'counter'")]
    [InlineData("""{"driver":"gpio","sets":[{"reader":"counter"}]}""", "without a pin")]
    [InlineData("""{"driver":"gpio","sets":[{"reader":"counter","green":-1}]}""", "a pin that cannot be")]
    [InlineData("""{"driver":"gpio","sets":[{"reader":"counter","green":1,"red":1}]}""", "uses a pin twice")]
    [InlineData(
        """{"driver":"gpio","sets":[{"reader":"counter","green":1},{"reader":"counter","red":2}]}""",
        "two sets for the reader 'counter'")]
    [InlineData(
        """{"driver":"gpio","sets":[{"reader":"counter","green":1}],"tamper":{"pin":1}}""",
        "uses a pin twice")]
    [InlineData("""{"driver":"gpio","tamper":{"pin":1,"closed":"shut"}}""", "neither low nor high")]
    [InlineData("""{"driver":"gpio","tamper":{"pin":1,"debounceMs":1}}""", "debounceMs")]
    [InlineData("""{"driver":"gpio","patterns":{"party":{"steps":["off"]}}}""", "has a pattern 'party'")]
    [InlineData("""{"driver":"gpio","patterns":{"ready":{"steps":[]}}}""", "1 to 50 steps")]
    [InlineData("""{"driver":"gpio","patterns":{"ready":{"steps":["blue 100"]}}}""", "'blue 100'")]
    [InlineData("""{"driver":"gpio","patterns":{"ready":{"steps":["red 1"]}}}""", "'red 1'")]
    [InlineData("""{"driver":"gpio","patterns":{"ready":{"steps":["red","off 90"]}}}""", "without millisec")]
    [InlineData(
        """{"driver":"gpio","patterns":{"waiting":{"steps":["red"],"repeat":true}}}""", "without millisec")]
    [InlineData("""{"driver":"gpio","patterns":{"waiting":{"steps":["green"]}}}""", "has green in it")]
    [InlineData("""{"driver":"gpio","patterns":{"done":{"steps":["green"]}}}""", "must end by itself")]
    public void A_file_that_cannot_be_followed_says_what_to_change(string json, string says)
    {
        var wrong = Assert.Throws<SignalsFileException>(() => Plan(json));

        Assert.Contains(says, wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Where_any_reader_may_come_lights_name_theirs_or_are_the_only_ones()
    {
        var one = Plan("""{"driver":"gpio","sets":[{"green":1}]}""", readers: null);
        var named = Plan("""{"driver":"gpio","sets":[{"reader":"attic","green":1}]}""", readers: null);
        var wrong = Assert.Throws<SignalsFileException>(() => Plan(
            """{"driver":"gpio","sets":[{"reader":"attic","green":1},{"green":2}]}""", readers: null));

        Assert.Equal((null, "green of the reader on pin 1"), (one.Sets[0].Reader, one.Sets[0].Wires[0].Name));
        Assert.Equal("attic", named.Sets[0].Reader);
        Assert.Contains("names no reader", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Green_is_in_no_pattern_but_the_one_for_done()
    {
        var patterns = new SignalPatterns();

        Assert.Equal([Sign.Done], Enum.GetValues<Sign>().Where(sign => patterns[sign].HasGreen));
    }

    [Fact]
    public void A_console_prints_a_line_for_every_change()
    {
        using var output = new StringWriter();
        using var wires = new ConsoleWires(output, new FakeTimeProvider());

        wires.Switch(MemoryWires.Full[0], on: true);

        Assert.Equal("signal 00:00:00.000 counter: green on", output.ToString().TrimEnd());
    }

    [Fact]
    public async Task A_test_switches_everything_and_says_what_does_not_work()
    {
        var pins = new MemoryWires();
        pins.BrokenPins.Add(6);
        var seen = new HashSet<int>();
        pins.Switching = (wire, on) =>
        {
            if (on)
                seen.Add(wire.Pin);
        };
        var clock = new FakeTimeProvider();
        using var output = new StringWriter();

        var test = SignalsCommand.Test(
            Plan(Whole), pins, output, clock, CancellationToken.None);
        while (!test.IsCompleted)
        {
            clock.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }

        var failed = await Assert.ThrowsAsync<CommandException>(() => test);
        Assert.Equal("signal-failed", failed.Code);
        Assert.Contains("red of window on pin 6", failed.Message, StringComparison.Ordinal);
        Assert.Contains("window: take-card", output.ToString(), StringComparison.Ordinal);
        Assert.EndsWith("on pin 23: open", output.ToString().TrimEnd(), StringComparison.Ordinal);
        Assert.Superset(new HashSet<int> { 17, 27, 22, 18, 5 }, seen);
    }

    private SignalsPlan Plan(string json) => Plan(json, ["counter", "window"]);

    private SignalsPlan Plan(string json, IReadOnlyList<string>? readers)
    {
        var path = Path.Combine(_folder.FullName, "signals.json");
        File.WriteAllText(path, json);
        return SignalsPlan.Of(SignalsFile.Load(path)!, readers);
    }
}
