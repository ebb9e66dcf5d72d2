using SmartCardCrm.Mischief.Story;
using SmartCardCrm.Server.Reconciliation;

namespace SmartCardCrm.Mischief.Judge;

/// <summary>What the book must say of a deed, reckoned from what really happened and what has come of it.
/// </summary>
/// <param name="Row">What befell it, and what else decides what can be known.</param>
/// <param name="Column">A cause, or one of <see cref="Column"/>.</param>
internal sealed record Expected(string Row, string Column);

/// <summary>What the book says of a deed without an exception.</summary>
internal static class Column
{
    /// <summary>It is posted, or known not to have happened.</summary>
    public const string Matched = "matched";

    /// <summary>Its intent has come, and no card has been seen since: nobody can know.</summary>
    public const string Unsettled = "unsettled";

    /// <summary>Nothing has come of it, and no card has been seen since.</summary>
    public const string Unseen = "unseen";
}

/// <summary>One card's deeds, once some of them have come.</summary>
/// <param name="deeds">All of them.</param>
/// <param name="missingCame">Whether what was withheld has come too.</param>
internal sealed class CardTruth(IReadOnlyList<Deed> deeds, bool missingCame)
{
    private readonly HashSet<uint> _posted = PostedOf(deeds, missingCame);

    private readonly Dictionary<uint, Deed> _firstAt = deeds
        .Where(deed => deed.IsCommitted).GroupBy(deed => deed.Counter)
        .ToDictionary(same => same.Key, same => same.MinBy(deed => deed.Arrived)!);

    public Expected Of(Deed deed) => deed.Fate switch
    {
        Fate.Ordinary => new(CameBeforeOlder(deed) ? "out of order" : "in order", Column.Matched),
        Fate.Delayed or Fate.Duplicated => Plain(deed, Column.Matched),
        Fate.AnswerFound or Fate.CommitMissed => Plain(deed, Column.Matched),
        Fate.ConflictingDuplicate => Plain(deed, Cause.ConflictingDuplicate),
        Fate.BadMac or Fate.BadSteps or Fate.Forged => Plain(deed, Cause.BadProof),
        Fate.ForeignName => Plain(deed, Cause.BadReaderId),
        Fate.OverLimit => Plain(deed, Cause.OverLimit),
        Fate.AgainstRules => Plain(deed, Cause.RuleMismatch),
        Fate.UnknownRules => Plain(deed, Cause.Configuration),
        Fate.ClockAhead or Fate.ClockBehind => Plain(deed, Cause.Clock),
        Fate.UnreadableIntent or Fate.UnreadableOutcome => Plain(deed, Cause.Unreadable),
        Fate.UnknownCard => Plain(deed, missingCame ? Column.Matched : Cause.UnknownCard),
        Fate.AnswerLost => OfDoubt(deed, _posted.Contains(deed.Counter)),
        Fate.CommitLost => OfDoubt(
            deed, _posted.Contains(deed.Counter) || _posted.Contains(deed.Counter + 1)),
        Fate.Copied => OfCopied(deed),
        Fate.Late or Fate.HalfLate or Fate.Lost => OfMissing(deed),
        _ => throw new ArgumentOutOfRangeException(nameof(deed)),
    };

    private static Expected Plain(Deed deed, string column) => new(Words(deed.Fate), column);

    private static Expected OfDoubt(Deed deed, bool isTold) => isTold
        ? new($"{Words(deed.Fate)}, card seen since", Column.Matched)
        : new(Words(deed.Fate), Cause.Doubt);

    private Expected OfMissing(Deed deed)
    {
        var name = Words(deed.Fate);
        if (_posted.Contains(deed.Counter) || (missingCame && deed.Fate != Fate.Lost))
            return new($"{name}, {(missingCame ? "come" : "told by the next")}", Column.Matched);
        if (!_posted.Any(counter => counter > deed.Counter))
            return new($"{name}, card not seen since", IsHalf(deed) ? Column.Unsettled : Column.Unseen);
        // Only the next one names the terminal. Without it, a doubt over the same counter may be what is
        // missing.
        return _posted.Contains(deed.Counter + 1) ? new(name, deed.Fate == Fate.Lost ? Cause.Gap : Cause.Late)
            : deeds.Any(other => other.Fate == Fate.CommitLost && other.Counter == deed.Counter)
                ? new($"{name}, a doubt in its place", IsHalf(deed) ? Column.Unsettled : Column.Unseen)
            : new($"{name}, next missing too", Cause.Gap);
    }

    // Of two with one counter the first is posted; and one that was posted behind the other branch's says so.
    private Expected OfCopied(Deed deed)
    {
        if (_firstAt[deed.Counter] != deed)
            return new("copied, counter taken", Cause.ConflictingDuplicate);
        var follows = !_firstAt.TryGetValue(deed.Counter - 1, out var before)
            || before.Fate == Fate.Ordinary || before.Branch == deed.Branch;
        return follows
            ? new("copied, came first", Column.Matched)
            : new("copied, does not follow", Cause.CopyOrRollback);
    }

    private bool CameBeforeOlder(Deed deed) =>
        deeds.Any(other => other.Counter < deed.Counter && other.Arrived > deed.Arrived);

    private static bool IsHalf(Deed deed) => deed.Fate == Fate.HalfLate;

    // What a card signed and headquarters could verify; and what lies between two such, where each intent
    // tells what really was done.
    private static HashSet<uint> PostedOf(IReadOnlyList<Deed> deeds, bool missingCame)
    {
        var made = deeds.Where(deed => deed.IsCommitted).ToLookup(deed => deed.Counter);
        HashSet<uint> posted = [1];
        var tellable = new List<uint>();
        foreach (var counter in made.Select(same => same.Key).Order())
        {
            if (made[counter].Any(deed => IsProven(deed, missingCame)))
            {
                posted.UnionWith(tellable);
                posted.Add(counter);
                tellable.Clear();
            }
            else if (!posted.Contains(counter - 1) && tellable.LastOrDefault() != counter - 1)
            {
                tellable.Clear();
            }
            else if (made[counter].Any(IsTellable))
            {
                tellable.Add(counter);
            }
            else
            {
                tellable.Clear();
            }
        }

        return posted;
    }

    private static bool IsProven(Deed deed, bool missingCame) => deed.Fate switch
    {
        Fate.Late or Fate.HalfLate or Fate.UnknownCard => missingCame,
        Fate.Lost or Fate.AnswerLost or Fate.CommitLost or Fate.CommitMissed or Fate.BadMac or Fate.BadSteps
            or Fate.Forged or Fate.ForeignName or Fate.UnreadableOutcome => false,
        _ => true,
    };

    private static bool IsTellable(Deed deed) =>
        deed.Fate is Fate.AnswerLost or Fate.BadMac or Fate.BadSteps or Fate.UnreadableOutcome
            or Fate.HalfLate;

    private static string Words(Fate fate) => string.Concat(
        fate.ToString().Select((letter, i) =>
            !char.IsUpper(letter) ? $"{letter}"
            : i == 0 ? $"{char.ToLowerInvariant(letter)}"
            : $" {char.ToLowerInvariant(letter)}"));
}
