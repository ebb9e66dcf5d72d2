using System.Globalization;

namespace SmartCardCrm.Simulator.Faults;

/// <summary>When a card is torn away, seen from the chip.</summary>
public enum TearMoment
{
    /// <summary>The command never reaches the chip.</summary>
    Before,

    /// <summary>The chip acts, the answer never reaches the reader.</summary>
    After,
}

/// <summary>What can go wrong with an exchange.</summary>
public enum FaultKind
{
    /// <summary>The card leaves before the command reaches it.</summary>
    TearBefore,

    /// <summary>The card acts and leaves before its answer is heard.</summary>
    TearAfter,

    /// <summary>Only the first bytes of the answer arrive: as many as the number says.</summary>
    Cut,

    /// <summary>One bit of the answer arrives wrong: the number counts from the first byte's lowest bit, and
    /// starts over behind the last.</summary>
    Flip,

    /// <summary>The last byte before the status, which ends the MAC in a session, arrives wrong.</summary>
    WrongMac,

    /// <summary>The answer takes so many milliseconds longer.</summary>
    Slow,

    /// <summary>Another card, fresh from the factory, lies there from now on and takes the command.</summary>
    Swap,

    /// <summary>The chip's memory is full from now on.</summary>
    Full,

    /// <summary>An authentication is refused for too many wrong ones before it.</summary>
    AuthDelay,
}

/// <summary>One thing that goes wrong at one exchange, or at each from one on.</summary>
/// <param name="Kind">What.</param>
/// <param name="Exchange">The exchange, from 1; the reader's own FF CA does not count. <see cref="AtCommit"/>
/// for whichever commits.</param>
/// <param name="Number">What the kind makes of it; 0 where it takes none.</param>
/// <param name="AndAfter">At every later exchange of the insertion too.</param>
public sealed record CardFault(FaultKind Kind, int Exchange, int Number = 0, bool AndAfter = false)
{
    /// <summary>Instead of a number: the exchange that is CommitTransaction.</summary>
    public const int AtCommit = int.MaxValue;

    private const int NumberMost = 600_000;
    private const string Commit = "commit";

    private static readonly Dictionary<string, FaultKind> Kinds = new(StringComparer.Ordinal)
    {
        ["tear-before"] = FaultKind.TearBefore,
        ["tear-after"] = FaultKind.TearAfter,
        ["cut"] = FaultKind.Cut,
        ["flip"] = FaultKind.Flip,
        ["wrong-mac"] = FaultKind.WrongMac,
        ["slow"] = FaultKind.Slow,
        ["swap"] = FaultKind.Swap,
        ["full"] = FaultKind.Full,
        ["auth-delay"] = FaultKind.AuthDelay,
    };

    /// <summary>What people are told of the language.</summary>
    public const string Language =
        """
        A fault is KIND@N, KIND@N:NUMBER, or with N+ for every exchange from N on. Exchanges are counted
        from 1 at each insertion; the reader's own FF CA is none. The word commit instead of N is the
        exchange that is CommitTransaction.
          tear-before@7    the card leaves, the 7th command never reaches it
          tear-after@9     the card acts on the 9th command and leaves before its answer is heard
          tear-after@commit   the same in the exchange that commits, wherever it comes
          cut@5:3          3 bytes of the 5th answer arrive
          flip@5:12        bit 12 of the 5th answer arrives wrong
          wrong-mac@6      the last byte of the 6th answer's MAC arrives wrong
          slow@1+:200      every answer takes 200 ms longer
          swap@4           from the 4th command on another, factory-fresh card answers
          full@3           the chip has no memory left from the 3rd command on
          auth-delay@1+    every authentication is answered AD
        """;

    public static CardFault Tear(int exchange, TearMoment moment) =>
        new(moment == TearMoment.Before ? FaultKind.TearBefore : FaultKind.TearAfter, exchange);

    /// <summary>Reads one fault, as <see cref="Language"/> has it.</summary>
    /// <returns>Null where it is none.</returns>
    public static CardFault? TryParse(string text)
    {
        var at = text.IndexOf('@', StringComparison.Ordinal);
        if (at < 0 || !Kinds.TryGetValue(text[..at], out var kind))
            return null;
        var parts = text[(at + 1)..].Split(':');
        var andAfter = parts[0].EndsWith('+');
        if (ExchangeIn(parts[0]) is not (> 0 and var exchange) || parts.Length > 2)
            return null;
        var takesNumber = kind is FaultKind.Cut or FaultKind.Flip or FaultKind.Slow;
        if (takesNumber != (parts.Length == 2))
            return null;
        var number = takesNumber ? NumberIn(parts[1]) : 0;
        return number is null ? null : new CardFault(kind, exchange, number.Value, andAfter);
    }

    /// <summary>Whether it happens at this exchange.</summary>
    /// <param name="exchange">1 for the first.</param>
    /// <param name="commits">Whether it is CommitTransaction.</param>
    public bool Strikes(int exchange, bool commits) =>
        Exchange == AtCommit ? commits : AndAfter ? exchange >= Exchange : exchange == Exchange;

    /// <summary>As <see cref="TryParse"/> reads it.</summary>
    public override string ToString()
    {
        var name = Kinds.First(kind => kind.Value == Kind).Key;
        var number = Kind is FaultKind.Cut or FaultKind.Flip or FaultKind.Slow ? $":{Number}" : "";
        var andAfter = AndAfter ? "+" : "";
        var exchange = Exchange == AtCommit ? Commit : Exchange.ToString(CultureInfo.InvariantCulture);
        return string.Create(CultureInfo.InvariantCulture, $"{name}@{exchange}{andAfter}{number}");
    }

    private static int? ExchangeIn(string text) => text == Commit ? AtCommit : NumberIn(text.TrimEnd('+'));

    private static int? NumberIn(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        && number <= NumberMost
            ? number
            : null;
}
