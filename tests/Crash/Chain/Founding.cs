using System.Globalization;
using System.Text.Json.Nodes;
using SmartCardCrm.Crash.Judge;
using SmartCardCrm.Demo;
using SmartCardCrm.Demo.HeadOffice;
using SmartCardCrm.Demo.Processes;

namespace SmartCardCrm.Crash.Chain;

/// <summary>
/// Founds the chain that each day begins with: terminals that are enrolled, members with cards.
/// </summary>
internal static class Founding
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(50);

    /// <summary>The cards' UIDs.</summary>
    public static readonly IReadOnlyList<string> Cards =
        ["04C0FFEE000001", "04C0FFEE000002", "04C0FFEE000003"];

    /// <summary>The phone number of a card's member.</summary>
    public static string PhoneOf(string card) => $"+1 555 01{card[^3..]}";

    /// <summary>Leaves a folder of which nothing runs.</summary>
    public static async Task FoundAsync(ChainFolder folder, LanePorts ports, CancellationToken cancellation)
    {
        Ageing.MakeOldVault(folder);
        var number = await OpenForBusinessAsync(folder, ports, cancellation);
        Ageing.MakeOldCertificate(folder, new TerminalFolder(folder.Terminal(0)), number);
    }

    // The number of the first terminal.
    private static async Task<int> OpenForBusinessAsync(
        ChainFolder folder, LanePorts ports, CancellationToken cancellation)
    {
        await using var chain = await ChainAtWork.StartAsync(folder, ports, cancellation);
        foreach (var terminal in chain.Terminals)
            await EnrolAsync(chain, terminal, cancellation);
        var first = chain.Terminals[0];
        await first.StartAsync(cancellation);
        var number = (await chain.Operator.TerminalsAsync(cancellation)).Min(t => t.Number);
        await chain.Operator.ChangeLimitsAsync(number, Loosen, cancellation);
        foreach (var card in Cards)
            await IssueAsync(chain, first.Reader, number, card, cancellation);
        await first.StopAsync();
        return number;
    }

    // Headquarters redeems, as long as it can be reached, and it alone adjusts.
    private static void Loosen(JsonObject limits)
    {
        (limits["adjustmentMost"], limits["adjustmentDayMost"]) = (100, 100_000);
        limits["modes"] = new JsonObject
        {
            ["redeem"] = new JsonObject { ["mode"] = "centralised", ["fallback"] = "distributed" },
            ["adjust"] = new JsonObject { ["mode"] = "centralised" },
        };
    }

    private static async Task EnrolAsync(
        ChainAtWork chain, StruckTerminal terminal, CancellationToken cancellation)
    {
        var name = Path.GetFileName(terminal.Folder.Path);
        var invitation = await chain.Operator.InviteTerminalAsync(
            new NewTerminal(name, Store: 1, "America/New_York"), cancellation);
        // Sealed keys: a terminal that is started without a network sells.
        var command = new ChildCommand(
            name, BuiltPrograms.Terminal,
            [
                "enrol", "--data", terminal.Folder.Path, "--server",
                string.Create(CultureInfo.InvariantCulture, $"https://127.0.0.1:{chain.Line.Port}"),
                "--name", name, "--keep-keys", "sealed",
            ],
            terminal.Log);
        await using var enrolling = ChildProcess.Start(command, _ => { });
        await enrolling.WriteLineAsync(invitation.Token, cancellation);
        enrolling.CloseInput();
        if (await enrolling.ExitedAsync(cancellation) != 0)
            throw new InvalidOperationException($"A terminal could not enrol: see {terminal.Log}");
    }

    private static async Task IssueAsync(
        ChainAtWork chain, string reader, int terminal, string card, CancellationToken cancellation)
    {
        var owner = new NewMember($"Owner of {card}", "en", PhoneOf(card));
        var member = await chain.Operator.AddMemberAsync(owner, cancellation);
        await chain.Rack.AddCardAsync(card, cancellation);
        await chain.Rack.InsertAsync(slot: 0, card, cancellation);
        var job = await chain.Operator.IssueCardAsync(
            new IssueOrder(member.Id, terminal, reader), cancellation);
        while (!job.IsOver)
        {
            await Task.Delay(LookEvery, TimeProvider.System, cancellation);
            job = await chain.Operator.JobAsync(job.Id, cancellation);
        }

        await chain.Rack.RemoveAsync(slot: 0, cancellation);
        if (!job.IsDone)
            throw new Violation("liveness", $"card {card} was not issued: {job.State} {job.Failure}");
    }
}
