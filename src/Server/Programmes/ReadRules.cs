using System.Collections.Concurrent;
using System.Security.Cryptography;
using SmartCardCrm.Loyalty.Programme;

namespace SmartCardCrm.Server.Programmes;

/// <summary>Rule-set documents that were read before: each posting is judged by one, and they are few. Safe
/// for many threads.</summary>
internal static class ReadRules
{
    private const int KeptMost = 100;

    private static readonly ConcurrentDictionary<string, RuleSet> Kept = new(StringComparer.Ordinal);

    /// <inheritdoc cref="RuleSet.FromDocument"/>
    public static RuleSet Of(byte[] document)
    {
        var name = Convert.ToHexString(SHA256.HashData(document));
        if (Kept.TryGetValue(name, out var rules))
            return rules;
        if (Kept.Count >= KeptMost)
            Kept.Clear();
        return Kept[name] = RuleSet.FromDocument(document);
    }
}
