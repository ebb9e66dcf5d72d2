using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace SmartCardCrm.Server.Storage;

/// <summary>Documents that were read before, by their content: each posting is judged by some, and they are
/// few. Safe for many threads.</summary>
/// <param name="read">Reads one; what it throws comes through, and is not kept.</param>
/// <typeparam name="T">Not to be changed.</typeparam>
internal sealed class ReadDocuments<T>(Func<byte[], T> read)
{
    public const int KeptMost = 100;

    private readonly ConcurrentDictionary<string, T> _kept = new(StringComparer.Ordinal);

    public T Of(byte[] document)
    {
        var name = Convert.ToHexString(SHA256.HashData(document));
        if (_kept.TryGetValue(name, out var known))
            return known;
        if (_kept.Count >= KeptMost)
            _kept.Clear();
        return _kept[name] = read(document);
    }
}
