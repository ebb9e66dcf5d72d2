using System.Text.Json;
using System.Text.Json.Serialization;
using SmartCardCrm.Simulator.Chip.Sdm;

namespace SmartCardCrm.Simulator.Chip.Memory;

internal enum KeyType
{
    /// <summary>Single DES, held as 2TDEA with equal halves, or true 2TDEA: 16 bytes.</summary>
    Des,
    Aes,

    /// <summary>24 bytes.</summary>
    Tdea3,
}

/// <summary>A key in the chip. It lives as long as the card, so nothing zeroes it.</summary>
internal sealed class CardKey
{
    public required KeyType Type { get; init; }

    public required byte[] Value { get; init; }

    public required byte Version { get; init; }

    [JsonIgnore]
    public bool IsSound => Value.Length == (Type == KeyType.Tdea3 ? 24 : 16) && Enum.IsDefined(Type);

    public static CardKey FactoryAes => new() { Type = KeyType.Aes, Value = new byte[16], Version = 0 };

    public static CardKey FactoryDes => new() { Type = KeyType.Des, Value = new byte[16], Version = 0 };
}

/// <summary>
/// What has keys and settings of its own: the card as a whole (PICC level) or an application.
/// </summary>
internal interface IKeyHolder
{
    /// <summary>KeySett1.</summary>
    byte KeySettings { get; set; }

    List<CardKey> Keys { get; }
}

/// <summary>The sets of an application's keys besides the one in force.</summary>
internal sealed class ApplicationKeySets
{
    /// <summary>Of the set in force.</summary>
    public required byte Version { get; set; }

    /// <summary>The key that rolls to another set, 0 to 7.</summary>
    public required byte RollKey { get; init; }

    /// <summary>Sets 1 and up.</summary>
    public required List<KeySet> Others { get; init; }
}

/// <summary>One set that is not in force.</summary>
internal sealed class KeySet
{
    public byte Version { get; set; }

    /// <summary>None until it is initialised.</summary>
    public List<CardKey> Keys { get; set; } = [];

    [JsonIgnore]
    public bool IsSound => Keys.TrueForAll(key => key is { IsSound: true });

    /// <summary>Can be rolled to, and is not changed any more.</summary>
    public bool IsFinal { get; set; }
}

internal sealed class Application : IKeyHolder
{
    /// <summary>3 bytes in the order sent.</summary>
    public required byte[] Aid { get; init; }

    public required byte KeySettings { get; set; }

    /// <summary>
    /// Key type in bits 7–6, ISO file ids in bit 5, KeySett3 follows in bit 4, number of keys in
    /// bits 3–0.
    /// </summary>
    public required byte KeySettings2 { get; init; }

    public byte? KeySettings3 { get; init; }

    /// <summary>Further sets of keys; nothing where <see cref="Keys"/> are the only ones.</summary>
    public ApplicationKeySets? KeySets { get; init; }

    public ushort? IsoId { get; init; }

    /// <summary>1–16 bytes, or nothing.</summary>
    public byte[]? DfName { get; init; }

    public required List<CardKey> Keys { get; init; }

    public SortedDictionary<byte, CardFile> Files { get; init; } = [];

    /// <summary>Of the keys that somebody did not know.</summary>
    public SortedDictionary<byte, KeyTrials> Trials { get; init; } = [];

    /// <summary>Whether what was read from a text can be an application.</summary>
    [JsonIgnore]
    public bool IsSound =>
        Aid.Length == 3
        && Keys.TrueForAll(key => key is { IsSound: true })
        && KeySets?.Others.TrueForAll(set => set is { IsSound: true }) != false
        && Files.Values.All(file => file is { IsSound: true })
        && Files.Values.OfType<TransactionMacFile>().Count() <= 1
        && Files.Values.OfType<StandardFile>().All(file => file.Sdm is not { } sdm
            || SdmRules.AreSound(sdm, file.Content.Length, Keys.Count, counter: -1));

    [JsonIgnore]
    public bool UsesIsoIds => (KeySettings2 & 0x20) != 0;

    [JsonIgnore]
    public bool HasAesKeys => (KeySettings2 & 0xC0) == 0x80;

    [JsonIgnore]
    public TransactionMacFile? TransactionMac => Files.Values.OfType<TransactionMacFile>().SingleOrDefault();
}

/// <summary>All that survives without power. Plain JSON when kept in a file.</summary>
internal sealed class ChipMemory : IKeyHolder
{
    /// <summary>7 bytes.</summary>
    public required byte[] Uid { get; init; }

    /// <summary>Name of the <see cref="CardProfile"/>.</summary>
    public required string Profile { get; init; }

    /// <summary>Factory: all free.</summary>
    public byte KeySettings { get; set; } = 0x0F;

    /// <summary>The PICC master key alone; factory: single DES, all zero.</summary>
    public List<CardKey> Keys { get; init; } = [CardKey.FactoryDes];

    /// <summary>What every key of a new application starts as: 24 bytes, of which a key takes as many as its
    /// type needs.</summary>
    public byte[] DefaultKey { get; set; } = new byte[24];

    public byte DefaultKeyVersion { get; set; }

    /// <summary>By which ISOSelectFile finds the card as a whole, 1–16 bytes; empty without one.</summary>
    public byte[] Name { get; set; } = [];

    /// <summary>The default key for an application with keys of this type.</summary>
    public CardKey DefaultKeyOf(KeyType type) => new()
    {
        Type = type,
        Value = DefaultKey[..(type == KeyType.Tdea3 ? 24 : 16)],
        Version = DefaultKeyVersion,
    };

    public CardConfiguration Configuration { get; init; } = new();

    public List<Application> Applications { get; init; } = [];

    /// <summary>Bytes of user memory taken; only FormatPICC gives them back.</summary>
    public int MemoryTaken { get; set; }

    [JsonIgnore]
    public CardProfile Product => CardProfile.ByName(Profile);

    /// <summary>From TL on, as it is sent at each activation.</summary>
    [JsonIgnore]
    public ReadOnlyMemory<byte> Ats => Configuration.Ats ?? Product.Ats;

    /// <summary>A card as it leaves the factory.</summary>
    /// <exception cref="ArgumentException">There is no such profile.</exception>
    public static ChipMemory Factory(string profile, ReadOnlySpan<byte> uid)
    {
        var product = CardProfile.ByName(profile);
        return product.IsFixed
            ? NtagMemory.Create(uid.ToArray(), product.Name)
            : new ChipMemory { Uid = uid.ToArray(), Profile = product.Name };
    }

    /// <summary>Takes memory for a new object.</summary>
    /// <exception cref="RefusedException">There is not enough left.</exception>
    public void Take(int bytes)
    {
        RefusedException.When(bytes > FreeBytes, Status.OutOfMemory);
        MemoryTaken += bytes;
    }

    [JsonIgnore]
    public int FreeBytes => Product.UserMemoryBytes - MemoryTaken;

    public string Save() => JsonSerializer.Serialize(this, ChipMemoryJson.Default.ChipMemory);

    /// <exception cref="JsonException">The text is not a saved chip.</exception>
    public static ChipMemory Load(string json)
    {
        try
        {
            var memory = JsonSerializer.Deserialize(json, ChipMemoryJson.Default.ChipMemory);
            return memory is { IsSound: true } ? memory : throw new JsonException("The file holds no chip.");
        }
        catch (NotSupportedException unreadable)
        {
            throw new JsonException("A file of the chip is of no known kind.", unreadable);
        }
    }

    private bool IsSound =>
        Uid.Length == 7 && DefaultKey.Length == 24
        && CardProfile.All.FirstOrDefault(known => known.Name == Profile) is { } product
        && (product.IsFixed || Keys.Count > 0)
        && Applications.TrueForAll(application => application is { IsSound: true })
        && Keys.TrueForAll(key => key is { IsSound: true });
}

// Metadata alone: the generated writers write a byte array that is not there as an empty one.
[JsonSourceGenerationOptions(
    WriteIndented = true, RespectNullableAnnotations = true,
    GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(ChipMemory))]
internal sealed partial class ChipMemoryJson : JsonSerializerContext;
