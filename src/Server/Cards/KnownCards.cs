using SmartCardCrm.Server.Storage;
using SmartCardCrm.Server.Sync;

namespace SmartCardCrm.Server.Cards;

/// <summary>Which stores know a card: where it was issued, and where it was used since. Only their terminals
/// are told of it: each holds its store's customers, and not the chain's.</summary>
internal static class KnownCards
{
    private static readonly RowShape Shape = new("uid text, store bigint");

    /// <summary>The card was at a terminal, as its own signature says: who only reports UIDs learns nothing
    /// of them. If it is new to the store, the store's terminals are told all that there is of it.</summary>
    /// <param name="terminal">Its number; 0, or one that is not enrolled here, tells nobody.</param>
    public static void Note(DbSession db, long terminal, string uid)
    {
        var stores = db.Run(
            """
            INSERT INTO known_card (uid, store) SELECT @uid, store FROM terminal WHERE number = @terminal
            ON CONFLICT (uid, store) DO NOTHING
            """,
            new { uid, terminal });
        if (stores > 0)
            Feed.TellAgain(db, [uid]);
    }

    /// <summary>Stores that have not known these cards know them now.</summary>
    public static void Add(DbSession db, IReadOnlyList<(string Uid, long Store)> known)
    {
        db.Insert(
            "known_card",
            new Rows(Shape, [.. known.Select(pair => new object?[] { pair.Uid, pair.Store })]));
        Feed.TellAgain(db, known.Select(pair => pair.Uid).Distinct());
    }
}
