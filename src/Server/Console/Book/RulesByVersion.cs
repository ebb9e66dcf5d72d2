using SmartCardCrm.Loyalty.Programme;
using SmartCardCrm.Server.Programmes;
using SmartCardCrm.Server.Storage;

namespace SmartCardCrm.Server.Console.Book;

/// <summary>The rule sets that the rows of a page name, each read once. One per request.</summary>
internal sealed class RulesByVersion(Database database)
{
    private readonly Dictionary<(long Programme, long Version), RuleSet?> _read = [];

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
}
