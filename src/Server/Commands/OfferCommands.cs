using System.CommandLine;
using SmartCardCrm.Server.Operator;

namespace SmartCardCrm.Server.Commands;

/// <summary><c>server card offer</c>.</summary>
internal static class OfferCommands
{
    private static readonly Argument<long> Offer = new("offer")
    {
        Description = "The chain's number for it.",
    };

    public static Command Create() => new(
        "offer",
        "Offers on a card, at most eight. The card has them after its next tap; tills that ask it show them. "
        + "No rule knows of them.")
    {
        Give(), Take(), List(),
    };

    private static Command Give()
    {
        var until = CommandLine.Day("--until", "The last day, as 2026-12-31; without it no end.");
        var uses = new Option<long>("--uses")
        {
            Description = "How often, 1 to 255.",
            DefaultValueFactory = _ => 1,
        };
        var kind = new Option<long>("--kind") { Description = "What the programme makes of it, 0 to 255." };
        var command = new Command("give", "Gives a card an offer, or gives it anew with other terms.")
        {
            CommandLine.Data, CardCommands.Card, Offer, until, uses, kind, CardCommands.By,
        };
        command.SetAction((parsed, cancellation) => CommandLine.Guarded(async () =>
        {
            using var server = new OperatorClient(parsed.GetRequiredValue(CommandLine.Data));
            using var asked = JsonContent.Create(
                new AskedOffer(
                    parsed.GetValue(until), parsed.GetValue(uses), parsed.GetValue(kind),
                    parsed.GetRequiredValue(CardCommands.By)),
                OperatorJson.Default.AskedOffer);
            await server.CallAsync(HttpMethod.Put, PathOf(parsed), asked, cancellation);
        }));
        return command;
    }

    private static Command Take()
    {
        var command = new Command("take", "Takes an offer off a card.")
        {
            CommandLine.Data, CardCommands.Card, Offer, CardCommands.By,
        };
        command.SetAction((parsed, cancellation) => CommandLine.Guarded(async () =>
        {
            using var server = new OperatorClient(parsed.GetRequiredValue(CommandLine.Data));
            var by = Uri.EscapeDataString(parsed.GetRequiredValue(CardCommands.By));
            await server.CallAsync(HttpMethod.Delete, $"{PathOf(parsed)}?by={by}", cancellation);
        }));
        return command;
    }

    private static Command List()
    {
        var command = new Command("list", "Prints number, last day, uses and kind of a card's offers.")
        {
            CommandLine.Data, CardCommands.Card,
        };
        command.SetAction((parsed, cancellation) => CommandLine.Guarded(async () =>
        {
            using var server = new OperatorClient(parsed.GetRequiredValue(CommandLine.Data));
            var offers = await server.GetAsync(
                $"{CardCommands.PathOf(parsed)}/offers", OperatorJson.Default.IReadOnlyListOfferRow,
                cancellation);
            foreach (var offer in offers)
            {
                await System.Console.Out.WriteLineAsync(
                    $"{offer.Offer}\t{offer.UntilDay}\t{offer.Uses}\t{offer.Kind}");
            }
        }));
        return command;
    }

    private static string PathOf(ParseResult parsed) =>
        $"{CardCommands.PathOf(parsed)}/offers/{parsed.GetRequiredValue(Offer)}";
}
