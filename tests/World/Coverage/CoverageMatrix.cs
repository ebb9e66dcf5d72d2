namespace SmartCardCrm.World;

/// <summary>
/// What can go wrong with a tap: each operation, at each place it comes to, each mishap that can strike
/// there, and each terminal the card can come to next. A cell is these four as text, as in
/// <c>earn Commit.1 TearAfter other</c>.
/// </summary>
internal static class CoverageMatrix
{
    private const string Reading = "Select.1 Authenticate.1 Continue.1 ReadRecords.1 GetValue.1";
    private const string Committing = $"WriteRecord.1 CommitReaderId.1 {HitPlace.Commit} Log.1 Log.2";
    private const string OneSale = $"{HitPlace.Intent} {HitPlace.Outcome}";

    // After the handshake and the newest record a doubt is settled, or more of the log is read, or the proof
    // under the enquiry key, or the balance of a card that is behind. The session begins anew after the
    // proof, and before a sale that the card must not get.
    private const string Settling =
        "Select.1 Authenticate.1 Continue.1 ReadRecords.1 "
        + "ReadRecords.2 ReadRecords.3 ReadRecords.4 ReadRecords.5 "
        + "Select.2 Authenticate.2 Continue.2 ReadData.1 Select.3 Authenticate.3 Continue.3 "
        + "GetValue.1";

    private static readonly IReadOnlyList<MishapKind> Kinds = Enum.GetValues<MishapKind>();

    private static readonly IReadOnlyList<string> Nexts = [Next.Same, Next.Other, Next.None];

    /// <summary>What taps come to, in the order in which they do.</summary>
    public static IReadOnlyList<CoverageRow> Rows { get; } =
    [
        .. RowsOf(Operation.Visit, $"{Reading} {Committing}", OneSale),
        .. RowsOf(Operation.Earn, $"{Reading} Credit.1 {Committing}", OneSale),
        .. RowsOf(Operation.Redeem, $"{Reading} Debit.1 Credit.1 {Committing}", OneSale),
        .. RowsOf(
            Operation.Action, $"{Reading} Debit.1 Debit.2 Credit.1 Credit.2 {Committing}", OneSale),
        .. RowsOf(Operation.Undo, $"{Reading} Credit.1 Debit.1 {Committing}", OneSale),
        .. RowsOf(Operation.Adjust, $"{Reading} Credit.1 Debit.1 {Committing}", OneSale),
        .. RowsOf(Operation.Settle, Settling, HitPlace.Settlement),
    ];

    /// <summary>Every cell that can be visited.</summary>
    public static IReadOnlyCollection<string> Cells { get; } =
        Rows.SelectMany(row => row.Cells).ToHashSet(StringComparer.Ordinal);

    private static readonly Dictionary<(string Operation, MishapKind Kind), List<string>> Places = Rows
        .SelectMany(row => row.Kinds.Select(kind => (Key: (row.Operation, kind), row.Place)))
        .GroupBy(pair => pair.Key, pair => pair.Place)
        .ToDictionary(places => places.Key, places => places.ToList());

    /// <summary>What is no cell, and why.</summary>
    public static IReadOnlyList<string> Excluded { get; } =
    [
        "A command that the operation does not send: a visit changes no points, an earning sale takes none, "
            + "and only settling reads the log before a commit, the proof, or a balance it does not sell "
            + "from.",
        "A third Credit or Debit: each of several card actions sends one; those after the second count as "
            + "the second.",
        "A third look at the log after the commit: those after the second count as the second.",
        "A tear or a flip at a sync: the terminal does not talk to the card while it writes. What would be "
            + "torn then is torn before the next exchange.",
        "A place of its own for syncs that the network causes during a tap: they count as the intent's, the "
            + "outcome's or the settlement's, whichever the tap is at.",
        "A second doubt in one tap: no terminal sells to a card before it has settled its doubt about it, or "
            + "left it to headquarters.",
        "Two mishaps in one tap: what strikes next strikes the next tap, which is why a cell names the next "
            + "terminal.",
        "Sessions under an older key: no key is rotated yet.",
        "Identifying and the server driving the card: the product has none of them yet.",
    ];

    /// <summary>Where a mishap can strike an operation.</summary>
    public static IReadOnlyList<string> PlacesOf(string operation, MishapKind kind) =>
        Places[(operation, kind)];

    /// <summary>A run was somewhere the matrix does not know: the matrix is wrong, or the product.</summary>
    public static Violation? Check(IEnumerable<string> visited) =>
        visited.FirstOrDefault(cell => !Cells.Contains(cell)) is { } stranger
            ? new Violation("matrix", $"a tap was at '{stranger}', which is no cell of the coverage matrix")
            : null;

    private static IEnumerable<CoverageRow> RowsOf(string operation, string exchanges, string syncs) =>
        exchanges.Split(' ').Select(place => RowOf(operation, place, Kinds)).Concat(
            syncs.Split(' ').Select(place => RowOf(operation, place, Kinds.Where(Mishap.CanStrikeSync))));

    private static CoverageRow RowOf(string operation, string place, IEnumerable<MishapKind> kinds) => new(
        operation, place, [.. kinds],
        [.. kinds.SelectMany(kind => Nexts.Select(next => $"{operation} {place} {kind} {next}"))]);
}

/// <summary>One place of one operation.</summary>
/// <param name="Kinds">What can strike there.</param>
/// <param name="Cells">One for each of these and next terminal.</param>
internal sealed record CoverageRow(
    string Operation, string Place, IReadOnlyList<MishapKind> Kinds, IReadOnlyList<string> Cells);
