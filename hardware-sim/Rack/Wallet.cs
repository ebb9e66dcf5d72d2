using System.Text.Json;
using SmartCardCrm.Simulator.Chip.Memory;
using SmartCardCrm.Simulator.Faults;

namespace SmartCardCrm.Simulator.Rack;

/// <summary>The rack's cards by name: a card's name is its UID, a copy has one of its own.</summary>
/// <param name="home">Folder in which each card's memory is kept as NAME.json; nothing keeps them in memory
/// only.</param>
internal sealed class Wallet(DirectoryInfo? home)
{
    private readonly SortedDictionary<string, SimulatedCard> _cards = new(StringComparer.OrdinalIgnoreCase);

    public IEnumerable<string> Names => _cards.Keys;

    /// <summary>Reads the cards of an earlier run.</summary>
    /// <exception cref="RackException">A file is not a card.</exception>
    public void Load()
    {
        home?.Create();
        foreach (var file in home?.EnumerateFiles("*.json") ?? [])
        {
            try
            {
                var card = SimulatedCard.Load(File.ReadAllText(file.FullName));
                _cards.Add(Path.GetFileNameWithoutExtension(file.Name), card);
            }
            catch (JsonException problem)
            {
                throw new RackException("home", $"{file.FullName} is not a card: {problem.Message}");
            }
        }
    }

    /// <exception cref="RackException">No such card.</exception>
    public SimulatedCard Find(string name) =>
        _cards.TryGetValue(name, out var card)
            ? card
            : throw new RackException("card", $"there is no card {name}");

    public string NameOf(SimulatedCard card) => _cards.First(entry => entry.Value == card).Key;

    /// <exception cref="RackException">Not a UID or not a profile, or it exists.</exception>
    public void Add(string uid, string profile)
    {
        if (CardProfile.All.All(known => known.Name != profile))
            throw new RackException(
                "profile", $"there are: {string.Join(", ", CardProfile.All.Select(known => known.Name))}");
        Add(uid.ToUpperInvariant(), SimulatedCard.Factory(profile, CardUid.Parse(uid)));
    }

    /// <exception cref="RackException">No such card, or the new name exists.</exception>
    public void Clone(string name, string newName) => Add(newName, Find(name).Clone());

    /// <summary>Writes the card's memory down, whole or not at all.</summary>
    public void Keep(SimulatedCard card)
    {
        if (home is null)
            return;

        var path = Path.Combine(home.FullName, $"{NameOf(card)}.json");
        File.WriteAllText($"{path}.new", card.Save());
        File.Move($"{path}.new", path, overwrite: true);
    }

    public void KeepAll()
    {
        foreach (var card in _cards.Values)
            Keep(card);
    }

    private void Add(string name, SimulatedCard card)
    {
        if (!name.All(char.IsAsciiLetterOrDigit))
            throw new RackException("name", "a name has letters and digits only");

        if (!_cards.TryAdd(name, card))
            throw new RackException("exists", $"there is a card {name}");

        Keep(card);
    }
}

/// <summary>The seven bytes of a card's UID as hex.</summary>
internal static class CardUid
{
    /// <exception cref="RackException">Not 14 hex digits.</exception>
    public static byte[] Parse(string text) =>
        text.Length == 14 && text.All(char.IsAsciiHexDigit)
            ? Convert.FromHexString(text)
            : throw new RackException("uid", $"'{text}' is not a UID: 14 hex digits are");
}

/// <summary>A command the rack cannot do; becomes <c>error CODE text</c>.</summary>
internal sealed class RackException(string code, string text) : Exception(text)
{
    public string Code { get; } = code;
}
