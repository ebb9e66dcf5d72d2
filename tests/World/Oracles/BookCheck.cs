using SmartCardCrm.Loyalty.Ledger;
using SmartCardCrm.Server.Cards;
using SmartCardCrm.Server.Ledger;
using SmartCardCrm.Server.Storage;

namespace SmartCardCrm.World;

/// <summary>Compares the whole book with what really happened, when all has come to rest.</summary>
internal sealed class BookCheck(ChainWorld world)
{
    private const string IsUndo = "kind IN (4, 5)";
    private const string IsAdjustment = "kind = 7";

    public void Check() => world.Server.Rooms!.Database.Read(db =>
    {
        Truth.Demand(LedgerBook.Sum(db) == 0, "I1", $"the ledger sums to {LedgerBook.Sum(db)}");
        CheckExpired(db);
        CheckAccounts(db);
        CheckAccountsAlone(db);
        foreach (var card in world.Cards.Where(c => !world.IsExcused(c)))
            CheckCard(db, card);
        CheckParked(db);
        CheckOpen(db);
        world.Frauds.Check(db);
        world.Accounts.Check(db);
        return true;
    });

    private void CheckCard(DbSession db, PhysicalCard physical)
    {
        var card = Card.Find(db, physical.Uid.ToString(), 0);
        Truth.Demand(card is not null, "I5", $"card {physical.Uid} is not in the book");
        var losses = new Losses(world, db);
        var missing = losses.Missing(physical);
        losses.CheckLog(physical, missing);
        foreach (var commit in physical.Commits.Except(missing))
        {
            CheckMadeGood(db, physical, commit);
            CheckOnAccount(db, physical, commit);
            CheckDelivered(db, physical, commit);
        }

        CheckUnderWay(db, card);

        if (missing.Count > 0)
        {
            losses.Check(card, physical, missing);
            return;
        }

        var newest = physical.Newest!.Record;
        Truth.Demand(
            card.AcknowledgedCounter == newest.Counter, "I5",
            $"card {physical.Uid}: n {newest.Counter} on the chip, {card.AcknowledgedCounter} acknowledged");
        Truth.Demand(
            card.AcknowledgedBalance == physical.Points, "I5",
            $"card {physical.Uid}: {physical.Points} points on the chip, {card.AcknowledgedBalance} known");
        var balance = LedgerBook.BalanceOnCard(db, card.Number);
        Truth.Demand(
            balance == physical.Points, "I5",
            $"card {physical.Uid}: {physical.Points} points on the chip, {balance} in the ledger");
        CheckActions(db, card, newest.LastCardAction);
    }

    // What went where: given for sales, spent, and corrected by card actions.
    private static void CheckAccounts(DbSession db)
    {
        foreach (var (account, column) in new[]
        {
            (AccountKind.ProgrammeIssued,
                $"CASE WHEN {IsUndo} THEN redeemed + owed WHEN {IsAdjustment} THEN 0 ELSE -earned END"),
            (AccountKind.Redeemed,
                $"CASE WHEN {IsUndo} THEN -earned - kept WHEN {IsAdjustment} THEN 0 ELSE redeemed END"),
            (AccountKind.MemberOnAccount, "kept - owed - delivered - gone"),
            (AccountKind.Adjustments,
                $"delivered - adjusted - CASE WHEN {IsAdjustment} THEN earned - redeemed ELSE 0 END"),
        })
        {
            var (posted, made) = (
                db.Value<long>(
                    """
                    SELECT COALESCE(SUM(points), 0) FROM posting p WHERE account = @account AND EXISTS (
                        SELECT 1 FROM card_transaction t
                        WHERE t.terminal = p.terminal AND t.sequence = p.sequence)
                    """,
                    new { account = (long)account }),
                db.Value<long>(
                    $"""
                    SELECT COALESCE(SUM({column}), 0) FROM (
                        SELECT t.*, CASE WHEN r.on_account > 0 THEN r.on_account ELSE 0 END AS kept,
                            CASE WHEN r.on_account < 0 THEN -r.on_account ELSE 0 END AS owed,
                            COALESCE((SELECT SUM(a.applied_points) FROM card_action a
                                WHERE a.uid = t.uid AND a.applied_counter = t.counter
                                    AND a.reason = 'on-account'), 0) AS delivered,
                            COALESCE((SELECT l.expired FROM lot l
                                WHERE l.terminal = t.terminal AND l.sequence = t.sequence), 0) AS gone
                        FROM card_transaction t
                        LEFT JOIN sale_return r ON r.terminal = t.terminal AND r.sequence = t.sequence)
                    """));
            Truth.Demand(posted == made, "I5", $"account {account} holds {posted}, the cards made {made}");
        }
    }

    // Nobody loses more than what he was given; and what the lots say is gone is gone.
    private static void CheckExpired(DbSession db)
    {
        var (posted, gone) = (
            db.Value<long>(
                "SELECT COALESCE(SUM(points), 0) FROM posting WHERE account = @account",
                new { account = (long)AccountKind.Expired }),
            db.Value<long>("SELECT COALESCE(SUM(expired), 0) FROM lot"));
        Truth.Demand(posted == gone, "I5", $"{posted} points have expired, of lots {gone}");
        var wrong = db.Value<long>(
            """
            SELECT COUNT(*) FROM lot l JOIN card_transaction t
                ON t.terminal = l.terminal AND t.sequence = l.sequence
            WHERE t.kind = 2 AND (l.expired < 0 OR l.expired > t.earned)
            """);
        Truth.Demand(wrong == 0, "I5", $"{wrong} lots have lost more than was in them");
    }

    // What was done without a card.
    private static void CheckAccountsAlone(DbSession db)
    {
        var (posted, made) = (
            db.Value<long>(
                """
                SELECT COALESCE(SUM(points), 0) FROM posting p WHERE account = @account AND NOT EXISTS (
                    SELECT 1 FROM card_transaction t
                    WHERE t.terminal = p.terminal AND t.sequence = p.sequence)
                """,
                new { account = (long)AccountKind.MemberOnAccount }),
            db.Value<long>(
                """
                SELECT (SELECT COALESCE(SUM(earned), 0) FROM account_sale)
                    + (SELECT COALESCE(SUM(on_account), 0) FROM sale_return r WHERE NOT EXISTS (
                        SELECT 1 FROM card_transaction t
                        WHERE t.terminal = r.terminal AND t.sequence = r.sequence))
                    - (SELECT COALESCE(SUM(expired), 0) FROM lot l WHERE NOT EXISTS (
                        SELECT 1 FROM card_transaction t
                        WHERE t.terminal = l.terminal AND t.sequence = l.sequence))
                """));
        Truth.Demand(
            posted == made, "I5", $"{posted} points on account without a card, {made} by the operations");
    }

    // What the card could not take, or did not hold, when a sale was undone.
    private static void CheckOnAccount(DbSession db, PhysicalCard card, TrueCommit commit)
    {
        if (commit.Purchase is not { Undoes.Commits: [var sale, ..] } purchase)
            return;
        var record = commit.Record;
        var expected = purchase.Told is CheckoutState.Abandoned
            ? 0
            : sale.Record.Redeemed - record.Earned - (sale.Record.Earned - record.Redeemed);
        var booked = db.Value<long>(
            """
            SELECT COALESCE(SUM(points), 0) + COALESCE((SELECT expired FROM lot
                WHERE terminal = @Terminal AND sequence = @Sequence), 0) FROM posting
            WHERE terminal = @Terminal AND sequence = @Sequence AND account = @account
            """,
            new
            {
                Terminal = (long)record.Terminal,
                Sequence = (long)record.Sequence,
                account = (long)AccountKind.MemberOnAccount,
            }) + commit.Delivered;
        Truth.Demand(
            booked == expected, "I5",
            $"card {card.Uid}: {purchase} leaves {expected} on account, {booked} are booked");
    }

    // What came from the account, or went there, is what the card's own arithmetic says.
    private static void CheckDelivered(DbSession db, PhysicalCard card, TrueCommit commit)
    {
        var booked = db.Value<long>(
            """
            SELECT COALESCE(SUM(applied_points), 0) FROM card_action
            WHERE uid = @Uid AND applied_counter = @Counter AND reason = 'on-account'
            """,
            new { Uid = card.Uid.ToString(), Counter = (long)commit.Record.Counter });
        Truth.Demand(
            booked == commit.Delivered, "I8",
            $"card {card.Uid} n {commit.Record.Counter}: {commit.Delivered} points came, {booked} booked");
    }

    // All that is on the account is on its way to a card of the member's, one that was lost included.
    private static void CheckUnderWay(DbSession db, Card card)
    {
        var (kept, underWay) = (
            LedgerBook.BalanceOnAccount(db, card.Member),
            db.Value<long>(
                """
                SELECT COALESCE(SUM(points), 0) FROM card_action
                WHERE uid IN (SELECT uid FROM card WHERE member = @Member) AND reason = 'on-account'
                    AND applied_counter IS NULL
                """,
                new { card.Member }));
        Truth.Demand(
            kept == underWay, "I8", $"card {card.Uid}: {kept} on account, {underWay} on their way to a card");
    }

    private static void CheckActions(DbSession db, Card card, int applied)
    {
        var (queued, marked, late) = (
            db.Value<long>(
                "SELECT COALESCE(MAX(number), 0) FROM card_action WHERE uid = @Uid", new { card.Uid }),
            db.Value<long>(
                "SELECT COUNT(*) FROM card_action WHERE uid = @Uid AND applied_counter IS NOT NULL",
                new { card.Uid }),
            db.Value<long>(
                """
                SELECT COUNT(*) FROM card_action
                WHERE uid = @Uid AND applied_counter IS NULL AND reason IN ('on-account', 'tier')
                """,
                new { card.Uid }));
        Truth.Demand(
            queued == applied + late && marked == applied && card.LastCardAction == applied, "I8",
            $"card {card.Uid}: {queued} actions queued, {late} of them since, {marked} marked applied, "
                + $"{applied} on the chip, {card.LastCardAction} in the book");
    }

    // A till that gave up printed no points: what the card did all the same is taken back.
    private void CheckMadeGood(DbSession db, PhysicalCard card, TrueCommit commit)
    {
        // That a till gave up may be lost with its terminal.
        if (commit.Purchase is not { } purchase
            || world.Terminals.Any(t => t.Number == purchase.Terminal && t.IsGoneForGood))
        {
            return;
        }

        var made = db.Value<long>(
            "SELECT COUNT(*) FROM card_action WHERE for_terminal = @Terminal AND for_sequence = @Sequence",
            new { Terminal = (long)commit.Record.Terminal, Sequence = (long)commit.Record.Sequence });
        var expected = purchase.Told is CheckoutState.Abandoned
            && commit.Record.Earned != commit.Record.Redeemed ? 1 : 0;
        Truth.Demand(
            made == expected, "I4",
            $"card {card.Uid}: {purchase} is {purchase.Told?.GetType().Name} with n {commit.Record.Counter}; "
                + $"made good {made} times");
    }

    private static void CheckParked(DbSession db)
    {
        var parked = db.List<string>(
            """
            SELECT verdict || ':' || terminal || ':' || sequence FROM journal_entry
            WHERE verdict <> 'accepted'
            AND verdict || ':' || terminal || ':' || sequence NOT IN (SELECT name FROM book_exception)
            """);
        Truth.Demand(parked.Count == 0, "I7", $"parked without an exception: {string.Join(", ", parked)}");
    }

    private void CheckOpen(DbSession db)
    {
        var losses = new Losses(world, db);
        foreach (var open in db.List<OpenRow>(
            """
            SELECT name, cause, detail, terminal, uid FROM book_exception WHERE closed_us IS NULL ORDER BY id
            """))
        {
            var excused = open.Uid is { } uid
                && (world.IsForged(uid) || world.Cards.Any(
                    c => c.Uid.ToString() == uid && (world.IsExcused(c) || losses.Has(c))));
            var wasOff = open.Cause == "clock"
                && world.Terminals.Any(t => t.Number == open.Terminal && t.Clock.WasOff);
            Truth.Demand(
                excused || wasOff || world.IsExcused(open.Terminal), "I7",
                $"open without need: {open.Name} {open.Detail} of card {open.Uid}");
        }
    }

    private sealed record OpenRow
    {
        public string Name { get; init; } = "";
        public string Cause { get; init; } = "";
        public string Detail { get; init; } = "";
        public long? Terminal { get; init; }
        public string? Uid { get; init; }
    }
}
