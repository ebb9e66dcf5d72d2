using SmartCardCrm.CardProtocol;
using SmartCardCrm.Server.Audit;
using SmartCardCrm.Server.Ledger;
using SmartCardCrm.Server.Members;
using SmartCardCrm.Server.Programmes;
using SmartCardCrm.Server.Reconciliation;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.Server.Sync;
using CardStatus = SmartCardCrm.SyncContract.CardStatus;

namespace SmartCardCrm.Server.Cards;

/// <summary>Issues cards: plans one before it is touched, and activates it when its birth is
/// proven.</summary>
internal sealed class CardBook(Database database, ICardSecrets secrets, TimeProvider clock)
{
    /// <summary>Plans a card for a member. While it is being personalised, the same plan each time.</summary>
    /// <param name="uid">The chip on the reader.</param>
    /// <param name="member">Whose card it is to be.</param>
    /// <param name="versions">The keys in force; a plan that is already there keeps its own.</param>
    /// <param name="by">Who issues it.</param>
    public PlanAnswer Plan(Uid uid, long member, KeyVersions versions, string by) =>
        database.Write<PlanAnswer>(db =>
        {
            if (MemberBook.Find(db, member) is not { } owner)
                return new PlanAnswer.Refused("member-unknown");
            var card = Card.Find(db, uid.ToString(), generation: 0);
            if (card is null && !LogRecord.CanHold(clock.GetUtcNow()))
                return new PlanAnswer.Refused("clock-wrong");
            if (card is null && StockCard.Find(db, uid.ToString()) is { } stock)
            {
                var batch = CardBatch.Find(db, stock.Batch)!;
                if (batch.Programme != owner.Programme)
                    return new PlanAnswer.Refused("card-programme");
                card = Insert(db, uid, owner, new Chip(batch, stock.Number), by);
            }

            card ??= Insert(db, uid, owner, FromFactory(db, owner, versions), by);
            if (card.Member != member || card.Status != CardStatus.Personalising)
                return new PlanAnswer.Refused("card-taken");

            using var readerKey = secrets.ReaderIdKey(BirthPlan.ServerTerminal);
            return new PlanAnswer.Planned(new CardPlan(card, BirthPlan.Of(card, owner.Language, readerKey)));
        });

    /// <summary>Whether the chip is of a batch that a bench has prepared.</summary>
    public bool IsFromBench(Uid uid) =>
        database.Read(db => StockCard.Find(db, uid.ToString())) is not null;

    /// <summary>Checks the birth's proof, posts it, and makes the card active; entries that waited for it are
    /// taken.</summary>
    /// <param name="uid">The chip.</param>
    /// <param name="evidence">What it answered.</param>
    /// <param name="terminal">On whose reader it lies; 0 on none.</param>
    /// <returns>Duplicate where the card is active already; parked where the proof does not hold.</returns>
    /// <exception cref="ArgumentException">The card was never planned.</exception>
    public Verdict CompleteBirth(Uid uid, CommitEvidence evidence, uint terminal) =>
        database.Write(db =>
        {
            var card = Card.Find(db, uid.ToString(), generation: 0)
                ?? throw new ArgumentException($"No card {uid.Masked} was planned.", nameof(uid));
            return card.Status == CardStatus.Personalising
                ? Complete(new OpenBook(db, secrets, clock.Microseconds()), card, evidence, terminal)
                : new Verdict.Duplicate();
        });

    private static Verdict Complete(OpenBook book, Card card, CommitEvidence evidence, uint terminal)
    {
        var verdict = PostBirth(book, card, evidence);
        if (verdict is Verdict.Parked(var cause, var detail))
        {
            ExceptionBook.Open(book, Difference.Over(BirthPlan.PlaceOf(card), cause, detail) with
            {
                Uid = card.Uid,
                Generation = card.Generation,
                Counter = 1,
            });
            return verdict;
        }

        KnownCards.Note(book.Db, terminal, card.Uid);
        book.Db.Run(
            "UPDATE card SET status = @Active WHERE uid = @Uid AND generation = @Generation",
            new { Active = (long)CardStatus.Active, card.Uid, card.Generation });
        Card.Find(book.Db, card.Uid, card.Generation)!.Publish(book.Db);
        Retirement.Succeeded(book.Db, card);
        AccountDelivery.Review(book, card.Member);
        MemberDays.NoteSoon(book.Db, card.Member);
        Intake.TakeWaiting(book, card);
        return verdict;
    }

    private static Verdict PostBirth(OpenBook book, Card card, CommitEvidence evidence)
    {
        using var tmKey = book.Secrets.TransactionMacKey(card.ChipUid, card.TmKeyVersion);
        using var readerKey = book.Secrets.ReaderIdKey(BirthPlan.ServerTerminal);
        var reported = new ReportedCommit(BirthPlan.PlaceOf(card), card.ChipUid, evidence);
        return Proof.Check(reported, card.Number, tmKey, readerKey) switch
        {
            ProofResult.Proven(var commit) => LedgerBook.Post(book, card, commit, Circumstance.Unknown),
            ProofResult.Refuted(var cause, var detail) => new Verdict.Parked(cause, detail),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    // What no bench has decided for the chip.
    private static Chip FromFactory(DbSession db, Member owner, KeyVersions versions) => new(
        new CardBatch
        {
            BalanceMost = ProgrammeBook.Current(db, owner.Programme).CardBalanceMost,
            IssuerKeyVersion = versions.Issuer,
            EnquiryKeyVersion = versions.Enquiry,
            SaleKeyVersion = versions.Sale,
            TmKeyVersion = versions.TransactionMac,
        },
        Numbers.Cards.Next(db));

    private Card Insert(DbSession db, Uid uid, Member owner, Chip chip, string by)
    {
        var isFromBench = chip.Batch.Number > 0;
        db.Run(
            """
            INSERT INTO card
                (uid, generation, number, programme, member, status, issuer_key_version, enquiry_key_version,
                sale_key_version, tm_key_version, balance_most, plan_id, birth_seconds, birth_rule_set,
                birth_expiry_day, birth_flags, batch, created_us)
            VALUES (@uid, 1, @CardNumber, @Programme, @Member, @Status, @Issuer, @Enquiry, @Sale,
                @TransactionMac, @BalanceMost, @plan, @BirthSeconds, @Version, 0, @Origin, @Batch, @CreatedUs)
            """,
            new
            {
                uid = uid.ToString(),
                chip.CardNumber,
                plan = Numbers.CardPlans.Next(db),
                owner.Programme,
                Member = owner.Id,
                Status = (long)CardStatus.Personalising,
                Issuer = (long)chip.Batch.IssuerKeyVersion,
                Enquiry = (long)chip.Batch.EnquiryKeyVersion,
                Sale = (long)chip.Batch.SaleKeyVersion,
                TransactionMac = (long)chip.Batch.TmKeyVersion,
                chip.Batch.BalanceMost,
                BirthSeconds = clock.GetUtcNow().ToUnixTimeSeconds(),
                ProgrammeBook.Current(db, owner.Programme).Version,
                Origin = (long)(isFromBench ? Origin.TrustedBench : Origin.ShopReader),
                Batch = chip.Batch.Number,
                CreatedUs = clock.Microseconds(),
            });
        var card = Card.Find(db, uid.ToString(), generation: 0)!;
        AuditLog.Write(
            db, clock.Microseconds(), by, AuditAction.CardPlanned, $"card:{card.Number}",
            isFromBench
                ? $$"""{"member":{{owner.Id}},"batch":{{card.Batch}}}"""
                : $$"""{"member":{{owner.Id}}}""");
        return card;
    }

    /// <summary>A chip that is to become a card.</summary>
    /// <param name="Batch">What it has, or is to have; number 0 where no bench was there.</param>
    /// <param name="CardNumber">The number that it has, or is to have.</param>
    private sealed record Chip(CardBatch Batch, long CardNumber);
}
