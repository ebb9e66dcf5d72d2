using SmartCardCrm.Loyalty.Programme;
using SmartCardCrm.Server.Programmes;
using SmartCardCrm.Server.Storage;

namespace SmartCardCrm.Server.Console.Book;

/// <summary>The rule sets that the rows of a page name, each read once. One per request.</summary>
internal sealed class RulesByVersion(Database database)
{
    // What most currencies have; only for one that no programme here has.
    private const int Cents = 100;

    private readonly Dictionary<(long Programme, long Version), RuleSet?> _read = [];
    private readonly Dictionary<string, int> _minorPerUnit = [];

    /// <summary>One version, or null where it was never published here.</summary>
    public RuleSet? Of(long programme, long version)
    {
        if (!_read.TryGetValue((programme, version), out var rules))
        {
            rules = database.Read(db => ProgrammeBook.Find(db, programme, version));
            _read[(programme, version)] = rules;
        }

        return rules;
    }

    /// <summary>Minor units in a whole one, as the rules in force of a programme with this currency
    /// say.</summary>
    /// <param name="currency">ISO 4217.</param>
    public int MinorPerUnit(string currency)
    {
        if (!_minorPerUnit.TryGetValue(currency, out var found))
        {
            found = database.Read(db =>
                db.List<long>(
                    "SELECT number FROM programme WHERE currency = @currency ORDER BY number",
                    new { currency })
                is [var programme, ..] ? ProgrammeBook.Current(db, programme).MinorPerUnit : Cents);
            _minorPerUnit[currency] = found;
        }

        return found;
    }
}
