using SmartCardCrm.Demo;

namespace SmartCardCrm.Load.Chain;

/// <summary>Gives a server a chain before its first start.</summary>
internal static class Founding
{
    public static LoadChain Of(Headquarters server, LoadOptions options, TimeProvider clock)
    {
        using var vault = server.OpenVault(clock);
        using var book = server.OpenBook();
        return LoadChain.Found(
            book, vault, options.Terminals, options.Cards, Dice.For(options.Seed, "sales"), clock);
    }
}
