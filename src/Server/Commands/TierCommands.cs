using System.CommandLine;
using System.Globalization;
using SmartCardCrm.Server.Audit;
using SmartCardCrm.Server.Operator;

namespace SmartCardCrm.Server.Commands;

/// <summary><c>server tier</c>.</summary>
internal static class TierCommands
{
    private static readonly Argument<long> Member = new("member") { Description = "The member's number." };

    public static Command Create() => new(
        "tier",
        "Tiers of members. Everybody has the tier that his purchases reach by the programme's levels; to "
        + "some it is given for a while.")
    {
        Show(), Give(), Revoke(),
    };

    private static Command Show()
    {
        var command = new Command(
            "show",
            "Prints the member's tier and until when it lasts if nothing more is bought, what counts in this "
            + "cycle and what the next tier takes, and a line for each time that one was given.")
        {
            CommandLine.Data, Member,
        };
        command.SetAction((parsed, cancellation) => CommandLine.Guarded(async () =>
        {
            using var server = new OperatorClient(parsed.GetRequiredValue(CommandLine.Data));
            var tier = await server.GetAsync(
                $"/api/members/{parsed.GetRequiredValue(Member)}/tier", OperatorJson.Default.MemberTier,
                cancellation);
            foreach (var line in Lines(tier))
                await System.Console.Out.WriteLineAsync(line);
        }));
        return command;
    }

    private static IEnumerable<string> Lines(Ledger.MemberTier tier)
    {
        var standing = tier.Standing;
        yield return $"tier {standing.Tier} {tier.TierName}".TrimEnd()
            + (standing.IsGranted ? ", given" : "")
            + (standing.Through is { } through ? $", through {Text(through)}" : "");
        yield return $"counts {standing.Qualified}"
            + (standing.Next is { } next ? $"; {next.Name} from {next.From}" : "");
        foreach (var grant in tier.Grants)
        {
            yield return string.Join(
                '\t', $"grant {grant.Number}", grant.Tier, grant.FromDay, grant.ThroughDay, grant.DoneBy,
                grant.Reason, grant.RevokedBy is { } by ? $"revoked by {by}" : "");
        }
    }

    private static Command Give()
    {
        var tier = new Option<byte>("--tier")
        {
            Description = "A level's number; 0 for none.",
            Required = true,
        };
        var through = CommandLine.Day("--through", "The last day, as 2026-12-31.");
        through.Required = true;
        var reason = new Option<string>("--reason") { Description = "Why.", Required = true };
        var by = By();
        var command = new Command("give", "Gives a member a tier from today on, whatever he buys.")
        {
            CommandLine.Data, Member, tier, through, reason, by,
        };
        command.SetAction((parsed, cancellation) => CommandLine.Guarded(async () =>
        {
            using var server = new OperatorClient(parsed.GetRequiredValue(CommandLine.Data));
            var grant = new AskedGrant(
                parsed.GetRequiredValue(tier), parsed.GetRequiredValue(through)!.Value,
                parsed.GetRequiredValue(reason), parsed.GetRequiredValue(by));
            using var asked = JsonContent.Create(grant, OperatorJson.Default.AskedGrant);
            await server.PostAsync(
                $"/api/members/{parsed.GetRequiredValue(Member)}/tier", asked, cancellation);
        }));
        return command;
    }

    private static Command Revoke()
    {
        var number = new Argument<long>("grant") { Description = "As tier show numbers it." };
        var by = By();
        var command = new Command("revoke", "Takes a given tier back, as if it had never been given.")
        {
            CommandLine.Data, Member, number, by,
        };
        command.SetAction((parsed, cancellation) => CommandLine.Guarded(async () =>
        {
            using var server = new OperatorClient(parsed.GetRequiredValue(CommandLine.Data));
            using var asked = JsonContent.Create(
                new AskedRevocation(parsed.GetRequiredValue(by)), OperatorJson.Default.AskedRevocation);
            var path = $"/api/members/{parsed.GetRequiredValue(Member)}/tier/"
                + $"{parsed.GetRequiredValue(number)}/revoke";
            await server.PostAsync(path, asked, cancellation);
        }));
        return command;
    }

    private static Option<string> By() => new("--by")
    {
        Description = "Who does it.",
        DefaultValueFactory = _ => AuditActor.Operator,
    };

    private static string Text(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
