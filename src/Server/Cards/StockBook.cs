using System.Globalization;
using Dapper;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.Server.Audit;
using SmartCardCrm.Server.Programmes;
using SmartCardCrm.Server.Storage;
using CardStatus = SmartCardCrm.SyncContract.CardStatus;

namespace SmartCardCrm.Server.Cards;

/// <summary>A line of a bench's list that cannot be taken.</summary>
/// <param name="Line">1 for the first.</param>
/// <param name="Code">Stable: line-malformed, uid-malformed, number-malformed, number-outside, uid-twice,
/// number-twice, uid-known, number-known.</param>
internal sealed record StockFault(int Line, string Code);

/// <summary>What became of a bench's list.</summary>
/// <param name="Registered">Chips that are new in stock; none where there are faults.</param>
/// <param name="Known">Chips that had been registered before, just so.</param>
/// <param name="Faults">The first lines that cannot be taken.</param>
internal sealed record StockImport(int Registered, int Known, IReadOnlyList<StockFault> Faults);

/// <summary>A batch that a bench is to be asked for.</summary>
/// <param name="Programme">Whose cards.</param>
/// <param name="Origin">Whose bench, 1 to 64 characters.</param>
/// <param name="Size">Cards, 1 to 100,000.</param>
/// <param name="By">Who asks, 1 to 64 characters.</param>
internal sealed record NewBatch(long Programme, string Origin, long Size, string By)
{
    public const int TextMost = 64;

    public const long SizeMost = 100_000;

    /// <summary>The stable code of what is wrong, or null where nothing is.</summary>
    public string? Refusal =>
        Size is < 1 or > SizeMost ? "batch-size"
        : Origin.Trim().Length is 0 or > TextMost ? "origin-length"
        : By.Trim().Length is 0 or > TextMost ? "by-length"
        : null;
}

/// <summary>A batch, and how far it has come.</summary>
/// <param name="Batch">As it was ordered.</param>
/// <param name="Prepared">Its chips that are in stock, or were.</param>
/// <param name="Bound">Those of them that are somebody's cards.</param>
internal sealed record BatchStanding(CardBatch Batch, long Prepared, long Bound)
{
    /// <summary>Cards that were ordered and have not come yet.</summary>
    public long Missing => Batch.Size - Prepared;

    /// <summary>Cards that nobody has yet.</summary>
    public long InStock => Prepared - Bound;
}

/// <summary>The stock of cards that nobody has yet: batches that a bench was asked for, and the chips that
/// came back from it.</summary>
internal sealed class StockBook(Database database, TimeProvider clock)
{
    /// <summary>Lines of a bench's list that are looked at together: the book waits for them.</summary>
    public const int LinesMost = 20_000;

    private const int FaultsMost = 100;

    private static readonly RowShape Chips = new(
        "uid text, number bigint, batch bigint, registered_us bigint");

    /// <summary>Reserves numbers for a new batch. The caller has looked at <see
    /// cref="NewBatch.Refusal"/>.</summary>
    /// <param name="wanted">What is wanted.</param>
    /// <param name="versions">Of the keys that its cards get.</param>
    /// <returns>Null where there is no such programme.</returns>
    public CardBatch? Order(NewBatch wanted, KeyVersions versions) => database.Write(db =>
    {
        if (db.Value<long>("SELECT COUNT(*) FROM programme WHERE number = @Programme", wanted) == 0)
            return null;
        var batch = new CardBatch
        {
            Number = Numbers.Batches.Next(db),
            Programme = wanted.Programme,
            Origin = wanted.Origin.Trim(),
            Size = wanted.Size,
            FirstNumber = Numbers.Cards.Next(db),
            BalanceMost = ProgrammeBook.Current(db, wanted.Programme).CardBalanceMost,
            IssuerKeyVersion = versions.Issuer,
            EnquiryKeyVersion = versions.Enquiry,
            SaleKeyVersion = versions.Sale,
            TmKeyVersion = versions.TransactionMac,
            OrderedBy = wanted.By.Trim(),
            OrderedUs = clock.Microseconds(),
        };
        Insert(db, batch);
        return batch;
    });

    public IReadOnlyList<CardBatch> All() =>
        database.Read(db => db.List<CardBatch>("SELECT * FROM card_batch ORDER BY number"));

    /// <summary>A page of batches, the newest first.</summary>
    public Page<BatchStanding> List(int skip, int take) => database.Read(db =>
    {
        var batches = db.List<CardBatch>(
            "SELECT * FROM card_batch ORDER BY number DESC LIMIT @take OFFSET @skip", new { take, skip });
        return new Page<BatchStanding>(StandingsOf(db, batches), Page.Count(db, "FROM card_batch"));
    });

    /// <summary>One of them; null where there is none.</summary>
    public BatchStanding? Find(long number) => database.Read(db =>
        CardBatch.Find(db, number) is { } batch ? StandingsOf(db, [batch]).Single() : null);

    /// <summary>Takes the chips of a bench's list into stock: all of them, or where a line is wrong
    /// none.</summary>
    /// <param name="batch">The batch that the bench was asked for.</param>
    /// <param name="lines">A UID in 14 hex digits and a card number, with a comma, semicolon or tab between;
    /// empty lines and those that begin with # are passed over.</param>
    /// <param name="by">Who brings it.</param>
    /// <returns>Null where there is no such batch.</returns>
    public StockImport? Import(long batch, IReadOnlyList<string> lines, string by) => database.Write(db =>
    {
        if (CardBatch.Find(db, batch) is not { } ordered)
            return null;
        var list = new BenchList(db, ordered);
        foreach (var (index, line) in lines.Index())
            list.Read(index + 1, line);
        if (list.Faults.Count > 0)
            return new StockImport(0, 0, [.. list.Faults.Take(FaultsMost)]);
        var now = clock.Microseconds();
        db.Insert("stock_card", new Rows(Chips, [.. list.Chips.Select(chip => new object?[]
        {
            chip.Uid, chip.Number, batch, now,
        })]));
        AuditLog.Write(
            db, now, by, AuditAction.StockRegistered, $"batch:{batch}",
            $$"""{"cards":{{list.Chips.Count}}}""");
        return new StockImport(list.Chips.Count, list.Known, []);
    });

    private static IReadOnlyList<BatchStanding> StandingsOf(DbSession db, IReadOnlyList<CardBatch> batches)
    {
        if (batches.Count == 0)
            return [];
        var parameters = new DynamicParameters(new { Personalising = (long)CardStatus.Personalising });
        var counts = db.List<BatchCount>(
            $"""
            SELECT b.number,
                (SELECT COUNT(*) FROM stock_card s WHERE s.batch = b.number) AS prepared,
                (SELECT COUNT(*) FROM card c WHERE c.batch = b.number AND c.batch > 0
                    AND c.status <> @Personalising) AS bound
            FROM card_batch b
            WHERE b.number IN {InList.Add(parameters, "batch", batches.Select(batch => batch.Number))}
            """,
            parameters).ToDictionary(count => count.Number);
        return [.. batches.Select(batch => new BatchStanding(
            batch, counts[batch.Number].Prepared, counts[batch.Number].Bound))];
    }

    private static void Insert(DbSession db, CardBatch batch)
    {
        db.Run(
            """
            INSERT INTO card_batch
                (number, programme, origin, size, first_number, balance_most, issuer_key_version,
                enquiry_key_version, sale_key_version, tm_key_version, ordered_by, ordered_us)
            VALUES (@Number, @Programme, @Origin, @Size, @FirstNumber, @BalanceMost, @Issuer, @Enquiry, @Sale,
                @TransactionMac, @OrderedBy, @OrderedUs)
            """,
            new
            {
                batch.Number,
                batch.Programme,
                batch.Origin,
                batch.Size,
                batch.FirstNumber,
                batch.BalanceMost,
                Issuer = (long)batch.IssuerKeyVersion,
                Enquiry = (long)batch.EnquiryKeyVersion,
                Sale = (long)batch.SaleKeyVersion,
                TransactionMac = (long)batch.TmKeyVersion,
                batch.OrderedBy,
                batch.OrderedUs,
            });
        AuditLog.Write(
            db, batch.OrderedUs, batch.OrderedBy, AuditAction.BatchOrdered, $"batch:{batch.Number}",
            $$"""{"size":{{batch.Size}},"firstNumber":{{batch.FirstNumber}}}""");
    }

    private sealed record BatchCount
    {
        public long Number { get; init; }
        public long Prepared { get; init; }
        public long Bound { get; init; }
    }

    /// <summary>A bench's list while it is read.</summary>
    private sealed class BenchList(DbSession db, CardBatch batch)
    {
        private readonly HashSet<string> _uids = [];
        private readonly HashSet<long> _numbers = [];

        public List<StockCard> Chips { get; } = [];

        public List<StockFault> Faults { get; } = [];

        public int Known { get; private set; }

        public void Read(int number, string line)
        {
            if (string.IsNullOrWhiteSpace(line) || line.StartsWith('#'))
                return;
            if (Fault(line.Split([',', ';', '\t'], StringSplitOptions.TrimEntries)) is { } code)
                Faults.Add(new StockFault(number, code));
        }

        private string? Fault(string[] cells)
        {
            if (cells is not [var uid, var number])
                return "line-malformed";
            if (!Uid.TryParse(uid, out var chip))
                return "uid-malformed";
            if (!long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var card))
                return "number-malformed";
            if (card < batch.FirstNumber || card > batch.LastNumber)
                return "number-outside";
            return !_uids.Add(chip.ToString()) ? "uid-twice"
                : !_numbers.Add(card) ? "number-twice"
                : Take(new StockCard { Uid = chip.ToString(), Number = card, Batch = batch.Number });
        }

        private string? Take(StockCard chip)
        {
            var before = StockCard.Find(db, chip.Uid);
            if (before == chip)
            {
                Known++;
                return null;
            }

            if (before is not null || Card.Find(db, chip.Uid, generation: 0) is not null)
                return "uid-known";
            if (db.Value<long>("SELECT COUNT(*) FROM stock_card WHERE number = @Number", chip) > 0
                || db.Value<long>(
                    "SELECT COUNT(*) FROM bench_card WHERE number = @Number AND uid <> @Uid", chip) > 0)
            {
                return "number-known";
            }

            Chips.Add(chip);
            return null;
        }
    }
}
