using System.CommandLine;
using System.Globalization;
using SmartCardCrm.Fuzz;
using SmartCardCrm.Fuzz.Targets;

var seconds = new Argument<double>("SECONDS")
{
    Description = "How long, above 0.",
    DefaultValueFactory = _ => 20,
    CustomParser = given =>
    {
        var isNumber = double.TryParse(given.Tokens[0].Value, CultureInfo.InvariantCulture, out var value);
        if (!isNumber || value is not (> 0 and <= 1_000_000))
            given.AddError("SECONDS is a number above 0.");
        return value;
    },
};
var seed = new Option<uint>("--seed") { Description = "The same seed makes the same inputs." };
var target = new Option<string?>("--target")
{
    Description = "Only this target; with --input, one run of it.",
};
target.AcceptOnlyFromAmong([.. AllTargets.All.Select(one => one.Name)]);
var input = new Option<string?>("--input") { Description = "With --target: these bytes, in hex, once." };
input.Validators.Add(given =>
{
    var hex = given.GetValueOrDefault<string>() ?? "";
    if (hex.Length % 2 != 0 || !hex.All(char.IsAsciiHexDigit))
        given.AddError("--input is an even number of hex digits.");
    if (given.GetResult(target) is null)
        given.AddError("--input needs --target.");
});

var root = new RootCommand(
    """
    Feeds arbitrary bytes to the simulated chip and to everything in the terminal that reads what a card, a
    file or the network says, and keeps what makes them do something new. Ends with
      executions: N
      behaviours: N    how many different ones were seen from outside
      failures: N      each with its stack and the command that repeats it
    Exit code: 0 when nothing failed, 1 when something did, 2 for a wrong command line.
    """)
{
    seconds, seed, target, input,
};
root.SetAction(parsed =>
{
    var name = parsed.GetValue(target);
    var fuzzer = new Fuzzer(
        [.. AllTargets.All.Where(one => name is null || one.Name == name)], parsed.GetValue(seed),
        Console.Error, TimeProvider.System);
    if (parsed.GetValue(input) is { } hex)
        fuzzer.Execute(name!, Convert.FromHexString(hex));
    else
        fuzzer.Run(TimeSpan.FromSeconds(parsed.GetValue(seconds)));
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"executions: {fuzzer.Executions}"));
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"behaviours: {fuzzer.Behaviours}"));
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"failures: {fuzzer.Failures}"));
    return fuzzer.Failures == 0 ? 0 : 1;
});

var command = root.Parse(args);
if (command.Errors.Count == 0)
    return await command.InvokeAsync();
foreach (var error in command.Errors)
    await Console.Error.WriteLineAsync(error.Message);
await Console.Error.WriteLineAsync("Try --help.");
return 2;
