using System.CommandLine;
using System.Globalization;
using System.Runtime.InteropServices;
using SmartCardCrm.Demo;
using Spectre.Console;

const int Failed = 1;
const int Usage = 2;
const int Interrupted = 130;

var replay = new Option<FileInfo?>("--replay")
{
    Description = "Purchases to sell: CSV as The Complete Journey has it, or gzip of it.",
};
var members = Number(
    "--members", "Only the first N households of the file; or how many shoppers of our own.", 1, 100_000);
var sales = Number("--sales", "Only the first N of their baskets.", 1, 1_000_000);
var readers = Number("--readers", "Card readers in all.", 1, DemoOptions.ReadersMost);
var terminals = Number("--terminals", "Terminals; they share the readers.", 1, DemoOptions.ReadersMost);
var data = new Option<DirectoryInfo>("--data")
{
    Description = "Folder of the chain; used again, it goes on.",
    Required = true,
};
var chaos = new Option<bool>("--chaos") { Description = "Tear cards, kill programs, cut the network." };
var seed = new Option<ulong>("--seed")
{
    Description = "All chance comes from it.",
    DefaultValueFactory = _ => 1,
};
var exit = new Option<bool>("--exit") { Description = "End after the summary." };
var withoutPcscd =
    new Option<bool>("--without-pcscd") { Description = "Use the terminals' loopback readers." };
var noBrowser = new Option<bool>("--no-browser") { Description = "Only tell the playground's address." };
var root =
    new RootCommand("A whole SmartCardCrm chain in a box. Start it by ./run.sh; ./run.sh --help explains it.")
{
    replay, members, sales, readers, terminals, data, chaos, seed, exit, withoutPcscd,
    noBrowser,
};
root.SetAction(async (given, cancellation) =>
{
    using var closed = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
    using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal =>
    {
        signal.Cancel = true;
        closed.Cancel();
    });
    return await RunAsync(given, closed.Token);
});

var call = root.Parse(args);
var code = await call.InvokeAsync(
    new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromMinutes(1) });
return call.Errors.Count > 0 ? Usage : code;

async Task<int> RunAsync(ParseResult given, CancellationToken cancellation)
{
    var options = new DemoOptions
    {
        Replay = given.GetValue(replay),
        Members = given.GetValue(members),
        Sales = given.GetValue(sales),
        Readers = given.GetValue(readers),
        Terminals = given.GetValue(terminals),
        Folder = given.GetRequiredValue(data),
        Chaos = given.GetValue(chaos),
        Seed = given.GetValue(seed),
        Exit = given.GetValue(exit),
        WithoutPcscd = given.GetValue(withoutPcscd),
        NoBrowser = given.GetValue(noBrowser),
    };
    var screen = new Screen(AnsiConsole.Console, TimeProvider.System);
    try
    {
        return await new DemoRun(options, screen, TimeProvider.System).RunAsync(cancellation);
    }
    catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
    {
        return options.HasEnd ? Interrupted : 0;
    }
    catch (Exception wrong) when (wrong is IOException or FormatException or InvalidOperationException
        or HttpRequestException or SmartCardCrm.Demo.Rack.RackException or TimeoutException)
    {
        screen.Complain(wrong.Message);
        return Failed;
    }
}

static Option<int?> Number(string name, string description, int least, int most)
{
    var option = new Option<int?>(name) { Description = description };
    option.Validators.Add(given =>
    {
        if (given.Tokens.Count == 1
            && int.TryParse(given.Tokens[0].Value, CultureInfo.InvariantCulture, out var number)
            && (number < least || number > most))
            given.AddError($"{name} must be from {least} to {most}");
    });
    return option;
}
