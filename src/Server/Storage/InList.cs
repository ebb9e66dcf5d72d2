using System.Globalization;
using Dapper;

namespace SmartCardCrm.Server.Storage;

/// <summary>Values that stand in a statement's IN, each a parameter of its own: engines do not agree about
/// lists.</summary>
internal static class InList
{
    /// <summary>Adds values to a statement's parameters.</summary>
    /// <param name="parameters">The statement's.</param>
    /// <param name="name">What the values are called; no other parameter's name begins so.</param>
    /// <param name="values">Some.</param>
    /// <returns>What stands behind IN.</returns>
    public static string Add<T>(DynamicParameters parameters, string name, IEnumerable<T> values)
    {
        var names = new List<string>();
        foreach (var value in values)
        {
            names.Add(string.Create(CultureInfo.InvariantCulture, $"@{name}{names.Count}"));
            parameters.Add(names[^1], value);
        }

        return $"({string.Join(", ", names)})";
    }
}
