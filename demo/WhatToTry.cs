namespace SmartCardCrm.Demo;

/// <summary>Tells people where everything is and what to try first.</summary>
internal static class WhatToTry
{
    public static void Tell(ChainInABox chain, ChainFolder folder, Screen screen)
    {
        var till = chain.Terminals[0];
        screen.Heading("Headquarters");
        screen.Say($"  console        {chain.Server.Console}");
        screen.Say($"  first login    {chain.Server.FirstLogin ?? "done in an earlier run"}");
        screen.Say($"  operator token {Path.Combine(folder.Server, "operator.token")}");
        screen.Heading("Tills");
        foreach (var terminal in chain.Terminals)
            screen.Say($"  {terminal.Name}         {terminal.Address} key in {terminal.KeyFile}");
        screen.Heading("Try in a browser");
        screen.Say($"  {till.Address}counter           the cashier's: paste the key; the next card pays");
        screen.Say($"  {till.Address}counter/display   the customer's: display.key beside it is its key");
        screen.Say($"  {till.Address}reference         the Till API, each call to be tried out");
        screen.Heading("Try with curl");
        screen.Say($"  KEY=$(cat {till.KeyFile})");
        screen.Say($"  curl -H \"X-Api-Key: $KEY\" {till.Address}v1/health");
        screen.Say($"  curl -N -H \"X-Api-Key: $KEY\" {till.Address}v1/events");
        screen.Say(
            $"  curl -H \"X-Api-Key: $KEY\" -H \"Idempotency-Key: my-first\" --json "
            + $"'{{\"amountMinor\":1234,\"currency\":\"USD\"}}' {till.Address}v1/checkouts"
            + "   (the next card there pays)");
    }
}
