using SmartCardCrm.Terminal.Doctor;

namespace SmartCardCrm.Terminal.Tests.Doctor;

/// <summary>signals.json, and what the machine has for it.</summary>
public sealed class SignalsCheckTests : IDisposable
{
    private const string Gpio = """{ "driver": "gpio", "sets": [ { "green": 17 } ] }""";

    private static readonly GpioSight Pi = new(["/dev/gpiochip0"], Refused: null, HasLibrary: true);

    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void No_file_is_no_trouble()
    {
        File.Delete(_path);

        Assert.Equal("signals", Code(Pi));
    }

    [Theory]
    [InlineData("no json")]
    [InlineData("""{ "driver": "lamp" }""")]
    [InlineData("""{ "driver": "gpio", "sets": [ { "reader": "another", "green": 17 } ] }""")]
    public void A_file_that_cannot_be_followed_fails(string content)
    {
        File.WriteAllText(_path, content);

        var finding = Assert.Single(SignalsCheck.Judge(_path, ["counter"], [], _ => Pi));

        Assert.Equal((Verdict.Fail, "signals-config"), (finding.Verdict, finding.Code));
    }

    [Fact]
    public void A_machine_that_has_what_the_file_asks_for_is_fine()
    {
        File.WriteAllText(_path, Gpio);

        Assert.Equal("signals", Code(Pi));
    }

    [Fact]
    public void What_the_machine_lacks_is_told_and_stops_nobody()
    {
        File.WriteAllText(_path, Gpio);

        Assert.Equal("gpio-absent", Code(Pi with { Chips = [] }));
        Assert.Equal("gpio-refused", Code(Pi with { Refused = "Permission denied" }));
        Assert.Equal("gpio-library", Code(Pi with { HasLibrary = false }));
        Assert.All(
            SignalsCheck.Judge(_path, [], [], _ => Pi with { Chips = [] }),
            f => Assert.Equal(Verdict.Warn, f.Verdict));
    }

    [Fact]
    public void A_chip_that_is_not_there_is_told()
    {
        File.WriteAllText(_path, """{ "driver": "gpio", "chip": 4, "sets": [ { "green": 17 } ] }""");

        Assert.Equal("gpio-absent", Code(Pi));
    }

    [Fact]
    public void Lights_of_a_reader_that_was_never_plugged_in_are_told_and_stop_nobody()
    {
        File.WriteAllText(
            _path, """{ "driver": "gpio", "sets": [ { "reader": "another", "green": 17 } ] }""");

        var findings = SignalsCheck.Judge(_path, [], ["counter"], _ => Pi).ToList();

        Assert.Equal(["signals", "signals-reader"], findings.Select(f => f.Code));
        Assert.Equal(Verdict.Warn, findings[1].Verdict);
        Assert.Contains("counter", findings[1].Advice[0], StringComparison.Ordinal);
        Assert.Equal("signals", Assert.Single(SignalsCheck.Judge(_path, [], ["another"], _ => Pi)).Code);
    }

    [Fact]
    public void Lines_of_text_need_no_GPIO()
    {
        File.WriteAllText(_path, """{ "driver": "console", "sets": [ { "green": 17 } ] }""");

        Assert.Equal("signals", Code(Pi with { Chips = [] }));
    }

    private string Code(GpioSight gpio) =>
        Assert.Single(SignalsCheck.Judge(_path, ["counter"], [], _ => gpio)).Code;
}
