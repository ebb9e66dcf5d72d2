using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace SmartCardCrm.Demo;

/// <summary>What a chain must remember from run to run.</summary>
/// <param name="Run">1, 2, 3 …</param>
/// <param name="LinePort">Where the shops believe headquarters to be.</param>
/// <param name="ConsolePort">Where people find headquarters.</param>
/// <param name="Terminals">How many are enrolled: terminal-1, terminal-2 …</param>
/// <param name="Customers">Who has a card, in the order of joining.</param>
/// <param name="IsInterrupted">Business began, and nobody saw it end well.</param>
/// <param name="Visitors">Whose cards lie in the playground's wallet; null before the first time.</param>
internal sealed record ChainState(
    int Run, int LinePort, int ConsolePort, int Terminals, IReadOnlyList<Business.Customer> Customers,
    bool IsInterrupted = false, IReadOnlyList<Business.Customer>? Visitors = null);

/// <summary>The folder of one chain: everything it keeps, readable by its owner alone.</summary>
internal sealed class ChainFolder
{
    private const UnixFileMode OwnerOnly =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private readonly string _path;

    /// <summary>Makes the folder where it is missing.</summary>
    public ChainFolder(string path)
    {
        _path = Path.GetFullPath(path);
        Directory.CreateDirectory(_path, OwnerOnly);
        Directory.CreateDirectory(Logs);
    }

    public string FullPath => _path;

    public string Logs => Path.Combine(_path, "logs");

    /// <summary>A page that goes to the playground. Owner only: it has the token in it.</summary>
    public string PlaygroundFile => Path.Combine(_path, "playground.html");

    public string Server => Path.Combine(_path, "server");

    public string Cards => Path.Combine(_path, "cards");

    public string VaultPassphraseFile => Path.Combine(_path, "vault-passphrase");

    private string StateFile => Path.Combine(_path, "chain.json");

    private string SoldFile => Path.Combine(_path, "sold.txt");

    /// <param name="index">0, 1, 2 …; people count from 1.</param>
    public string Terminal(int index) =>
        Path.Combine(_path, FormattableString.Invariant($"terminal-{index + 1}"));

    public string Log(string name) => Path.Combine(Logs, $"{name}.log");

    /// <summary>What the last run left; null on a new chain.</summary>
    public ChainState? LoadState() =>
        File.Exists(StateFile)
            ? JsonSerializer.Deserialize(File.ReadAllBytes(StateFile), ChainJson.Default.ChainState) : null;

    public void SaveState(ChainState state)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(state, ChainJson.Default.ChainState);
        File.WriteAllBytes(StateFile + ".new", json);
        File.Move(StateFile + ".new", StateFile, overwrite: true);
    }

    /// <summary>Baskets that earlier runs have sold.</summary>
    public IReadOnlySet<string> LoadSold() =>
        new HashSet<string>(File.Exists(SoldFile) ? File.ReadLines(SoldFile) : [], StringComparer.Ordinal);

    public void AddSold(string basket) => File.AppendAllLines(SoldFile, [basket]);

    /// <summary>Makes the passphrase of the server's key vault at the first start.</summary>
    public void EnsureVaultPassphrase()
    {
        if (File.Exists(VaultPassphraseFile))
            return;
        using var file = new FileStream(VaultPassphraseFile, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        using var writer = new StreamWriter(file);
        writer.WriteLine(RandomNumberGenerator.GetHexString(32, lowercase: true));
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(ChainState))]
internal sealed partial class ChainJson : JsonSerializerContext;
