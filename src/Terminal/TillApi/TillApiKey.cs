using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using SmartCardCrm.Terminal.Keys;

namespace SmartCardCrm.Terminal.TillApi;

/// <summary>Who may call the Till API.</summary>
/// <param name="Till">Shown with every call.</param>
/// <param name="Supervisor">Shown beside it with a call that only a supervisor may make.</param>
/// <param name="Display">All that a customer's display has, and good for nothing else.</param>
internal sealed record TillKeys(TillApiKey Till, TillApiKey Supervisor, TillApiKey Display)
{
    /// <summary>From the terminal's data folder.</summary>
    public static TillKeys LoadOrMake(DataFolder data) => new(
        TillApiKey.LoadOrMake(data.TillApiKey), TillApiKey.LoadOrMake(data.SupervisorKey),
        TillApiKey.LoadOrMake(data.DisplayKey));
}

/// <summary>The key the till shows with every call: made at the first start, kept in a file the till may be
/// given.</summary>
internal sealed class TillApiKey
{
    private readonly byte[] _text;

    private TillApiKey(byte[] text) => _text = text;

    /// <param name="path">The file; made, with a new key, where it is not there.</param>
    public static TillApiKey LoadOrMake(string path)
    {
        if (!File.Exists(path))
            PrivateFile.Replace(path, Base64Url.EncodeToUtf8(RandomNumberGenerator.GetBytes(32)));
        return new TillApiKey(File.ReadAllBytes(path).AsSpan().Trim(" \r\n"u8).ToArray());
    }

    /// <summary>Whether this is the key; takes as long for a wrong one.</summary>
    public bool Is(string? shown) =>
        shown is not null && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(shown), _text);
}
