using SmartCardCrm.Server.Relay;
using SmartCardCrm.Server.Staff;
using SmartCardCrm.Server.Terminals;

namespace SmartCardCrm.Server.Console.Parts;

/// <summary>A reader on which staff may lay cards.</summary>
/// <param name="Terminal">The terminal that it is at.</param>
/// <param name="TerminalName">By which people know the terminal.</param>
/// <param name="Name">Of the reader.</param>
public sealed record CounterReader(uint Terminal, string TerminalName, string Name)
{
    public bool IsAvailable { get; init; }

    public bool HasCard { get; init; }

    /// <summary>What a form sends for it.</summary>
    public string Key => $"{Terminal}:{Name}";
}

/// <summary>The readers of terminals that are connected.</summary>
internal sealed class CounterReaders(TerminalDesk terminals, RelayDesk relay)
{
    /// <summary>Those in somebody's stores. One with a card on it comes first: it is most likely the
    /// one.</summary>
    public IReadOnlyList<CounterReader> Within(StoreScope scope)
    {
        var names = terminals.All(scope).Where(row => row.Terminal.RevokedUs is null)
            .ToDictionary(row => (uint)row.Terminal.Number, row => row.Terminal.Name);
        return [.. relay.Readers.Where(reader => names.ContainsKey(reader.Terminal))
            .OrderByDescending(reader => reader.CardPresent).ThenBy(reader => reader.Terminal)
            .Select(reader => new CounterReader(reader.Terminal, names[reader.Terminal], reader.Name)
            {
                IsAvailable = reader.Available,
                HasCard = reader.CardPresent,
            })];
    }
}
