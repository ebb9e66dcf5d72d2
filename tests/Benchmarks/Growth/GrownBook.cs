using System.Data.Common;
using System.Globalization;
using Dapper;
using Google.Protobuf;
using Microsoft.Data.Sqlite;
using Npgsql;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.Load.Chain;
using SmartCardCrm.Server.Ledger;
using SmartCardCrm.Server.Members;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Benchmarks.Growth;

/// <summary>
/// Lays down what years of sales leave in a book: the rows that the server would have written, in its tables
/// and in that order, each card buying once a year and no card next to its number's neighbour. What intake
/// compares is right, the newest record of each card and who committed it; what it never reads, older records
/// and journals' bytes, has the right length.
/// </summary>
/// <param name="connection">To the book, which nobody else has open.</param>
/// <param name="cards">A multiple of <see cref="Terminals"/>.</param>
internal sealed class GrownBook(DbConnection connection, int cards)
{
    /// <summary>That sold it all: numbers from <see cref="FirstTerminal"/> on, each with a journal.</summary>
    public const int Terminals = 8;

    private const int FirstTerminal = 1001;
    private const long FirstNumber = 1_000_001;
    private const int EarnedEach = 10;
    private const int AmountEach = 1000;

    // No factor of any number of cards that anybody asks for: place after place lies far apart.
    private const long Stride = 618_029;
    private const int Together = 100_000;
    private const int DaysInYear = 365;
    private const string DaysText = "365";

    // As the cards tell it, whose time begins with 2025, and as the book does.
    private static readonly DateTimeOffset Told = new(2025, 1, 1, 8, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Began = new(2016, 1, 1, 8, 0, 0, TimeSpan.Zero);
    private static readonly RowShape Grown =
        new("place bigint, number bigint, uid text, record {bytes}, name text");
    private static readonly RowShape Days = new("day bigint, date text");

    // As long as a till's of three articles.
    private static readonly EntryBody Intent = new()
    {
        Intent = new Intent
        {
            OperationId = ByteString.CopyFrom(new byte[16]),
            Context = new SaleContext(),
            AmountMinor = AmountEach,
            Earned = EarnedEach,
            Kind = (uint)LogKind.Sale,
            IdempotencyKey = new string('0', 390),
        },
    };

    /// <summary>Fills a book that has terminals, rules and nobody's card.</summary>
    /// <param name="folder">The server's data folder.</param>
    /// <param name="cards">How many, each of a member of its own.</param>
    /// <param name="years">How often each card has bought.</param>
    public static void Fill(string folder, int cards, int years)
    {
        using (var book = BookHome.Open(folder))
            Stage(book, cards, years);
        using var connection = Connect(folder);
        var grown = new GrownBook(connection, cards);
        grown.WriteCards(years);
        grown.WriteBirths();
        for (var year = 0; year < years; year++)
            grown.WriteYear(year, isLast: year == years - 1);
        grown.WriteHeads(years);
        Settle(connection, folder);
    }

    /// <summary>Gives its members the words under which they are found, as a server does beside its first
    /// day's work.</summary>
    public static void Word(string folder)
    {
        using (var book = BookHome.Open(folder))
        {
            while (book.Write(MemberWords.CatchUp) > 0)
            {
            }
        }

        using var connection = Connect(folder);
        Settle(connection, folder);
    }

    /// <summary>The record that the card with this ordinal, from 0, has read last.</summary>
    public static LogRecord NewestOf(int card, int years) => new()
    {
        Counter = (uint)years + 1,
        Time = Told + TimeSpan.FromDays(years),
        Terminal = FirstTerminal,
        Sequence = 1,
        Kind = LogKind.Sale,
        Circumstances = Circumstances.Offline,
        RuleSetVersion = 1,
        Earned = EarnedEach,
        Amount = AmountEach,
        BalanceAfter = EarnedEach * years,
        CardNumber = (ulong)(FirstNumber + card),
    };

    /// <summary>Who has committed it.</summary>
    public static ReaderId CommittedBy { get; } = ReaderId.FromBytes(new byte[ReaderId.Length]);

    private static DbConnection Connect(string folder)
    {
        var postgres = Path.Combine(folder, BookHome.PostgresFile);
        var isPostgres = File.Exists(postgres);
        DbConnection connection = isPostgres
            ? new NpgsqlConnection(BookHome.AddressIn(postgres) + ";Command Timeout=0")
            : new SqliteConnection($"Data Source={Path.Combine(folder, BookHome.SqliteFile)};Pooling=False");
        connection.Open();
        // What is half filled is thrown away.
        connection.Execute(isPostgres
            ? "SET synchronous_commit = off"
            : "PRAGMA journal_mode = DELETE; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; "
                + "PRAGMA cache_size = -4000000");
        return connection;
    }

    // As it would be by the next morning: counted, and on the disk.
    private static void Settle(DbConnection connection, string folder)
    {
        if (connection is NpgsqlConnection)
        {
            connection.Execute("VACUUM ANALYZE; CHECKPOINT");
            return;
        }

        using var book = File.OpenWrite(Path.Combine(folder, BookHome.SqliteFile));
        book.Flush(flushToDisk: true);
    }

    // What SQL cannot reckon alike on both engines, in the order in which the cards buy.
    private static void Stage(Database book, int cards, int years)
    {
        book.Write(db => db.Run(
            $"""
            CREATE TABLE grown (
                place bigint PRIMARY KEY, number bigint NOT NULL, uid text NOT NULL,
                record {book.BytesType} NOT NULL, name text NOT NULL);
            CREATE TABLE grown_day (day bigint PRIMARY KEY, date text NOT NULL)
            """));
        book.Write(db => db.Insert("grown_day", new Rows(Days, [.. Enumerable.Range(0, years * DaysInYear)
            .Select(day => new object?[]
            {
                (long)day,
                DateOnly.FromDateTime(Began.UtcDateTime.AddDays(day))
                    .ToString("O", CultureInfo.InvariantCulture),
            })])));
        foreach (var places in Enumerable.Range(0, cards).Chunk(Together / 10))
            book.Write(db => db.Insert("grown", new Rows(Grown, [.. places.Select(RowOf)])));

        object?[] RowOf(int place)
        {
            var card = (int)(place * Stride % cards);
            return
            [
                (long)place, FirstNumber + card, LoadChain.UidOf(card + 1).ToString(),
                Bytes.Of(NewestOf(card, years)), GrownNames.Of(card),
            ];
        }
    }

    private void WriteCards(int years)
    {
        var item = new FeedItem { Card = new CardItem { Card = new CardRef(), Language = "en" } };
        Run(
            """
            INSERT INTO member (id, programme, name, language, created_us)
            SELECT number - 1000000, 1, name, 'en', @beganUs
            FROM grown ORDER BY number
            """);
        Run(
            """
            INSERT INTO card (uid, generation, number, programme, member, status, issuer_key_version,
                enquiry_key_version, sale_key_version, tm_key_version, balance_most, plan_id, birth_seconds,
                birth_rule_set, birth_expiry_day, birth_flags, acknowledged_counter, acknowledged_balance,
                highest_counter, created_us)
            SELECT uid, 1, number, 1, number - 1000000, 1, 1, 1, 1, 1, 1000000, number, @toldUs / 1000000, 1,
                0, 0, @years + 1, @years * 10, @years + 1, @beganUs
            FROM grown ORDER BY number
            """, new { years = (long)years });
        Run("INSERT INTO known_card (uid, store) SELECT uid, 1 + number % 8 FROM grown ORDER BY number");
        Run(
            """
            INSERT INTO feed (name, position, body, for_card)
            SELECT 'card:' || uid, 1000 + number, @body, uid FROM grown ORDER BY number
            """, new { body = item.ToByteArray() });
    }

    private void WriteBirths() => Run(
        $"""
        INSERT INTO card_transaction ({Columns})
        SELECT uid, 1, 1, 1, 0, number, 'proven', @mac, NULL, @record, @id, @id, 0, 0, 0, 0, 0, 0, 1, 1,
            @beganUs, NULL, 1, 'USD', 0, '', '', '', @beganUs
        FROM grown ORDER BY number
        """, new
        {
            mac = new byte[TransactionMacValue.Length],
            record = new byte[LogRecord.Length],
            id = new byte[ReaderId.Length],
        });

    private const string Columns =
        """
        uid, generation, tm_key_version, counter, terminal, sequence, proof, tmv, record_read, record_written,
        reader_id, previous_reader_id, balance_before, adjusted, earned, redeemed, balance_after,
        amount_minor, kind, rule_set, recorded_us, operation_id, programme, currency, store, store_zone,
        business_date, sold_at, posted_us
        """;

    private void WriteYear(int year, bool isLast)
    {
        for (var from = 0; from < cards; from += Together)
        {
            var at = new
            {
                year = (long)year,
                cards = (long)cards,
                from = (long)from,
                through = (long)Math.Min(from + Together, cards) - 1,
                fromUs = UnixTime.Microseconds(Began + TimeSpan.FromDays(year * DaysInYear)),
                stepUs = (long)TimeSpan.FromDays(DaysInYear).TotalMicroseconds / cards,
                intent = Intent.ToByteArray(),
                outcome = new byte[380],
                hash = new byte[32],
                mac = new byte[TransactionMacValue.Length],
                older = isLast ? null : new byte[LogRecord.Length],
                read = new byte[LogRecord.Length],
                id = Bytes.Of(CommittedBy),
            };
            foreach (var sql in Year)
                Run($"{sql} WHERE place BETWEEN @from AND @through ORDER BY place", at);
        }
    }

    private const string SoldUs = "@fromUs + place * @stepUs";
    private const string Place = "1001 + place % 8, (@year * @cards + place) / 8 * 2";

    private static readonly IReadOnlyList<string> Year =
    [
        $"""
        INSERT INTO journal_entry (terminal, sequence, body, chain_hash, verdict, uid, taken_us)
        SELECT {Place} + 1 + side, CASE WHEN side = 0 THEN @intent ELSE @outcome END, @hash, 'accepted', uid,
            {SoldUs}
        FROM grown CROSS JOIN (SELECT 0 AS side UNION ALL SELECT 1 AS side) sides
        """,
        $"""
        INSERT INTO intent (terminal, sequence, uid, generation, counter, state)
        SELECT {Place} + 1, uid, 1, @year + 2, 'posted' FROM grown
        """,
        $"""
        INSERT INTO card_transaction ({Columns})
        SELECT uid, 1, 1, @year + 2, {Place} + 1, 'proven', @mac, @read, COALESCE(@older, record), @id, @id,
            @year * 10, 0, 10, 0, @year * 10 + 10, 1000, 2, 1, {SoldUs},
            '01970000000000000000' || CAST(100000000000 + @year * @cards + place AS text), 1, 'USD',
            1 + number % 8, 'Etc/UTC', date, date || 'T12:00:00', {SoldUs}
        FROM grown JOIN grown_day ON day = (@year * @cards + place) * {DaysText} / @cards
        """,
        $"""
        INSERT INTO posting (
            id, programme, currency, account, owner, points, contra, posted_us, terminal, sequence)
        SELECT (@year * @cards + place) * 2 + 1 + side, 1, 'USD', CASE WHEN side = 0 THEN 3 ELSE 1 END,
            CASE WHEN side = 0 THEN 0 ELSE number END, CASE WHEN side = 0 THEN -10 ELSE 10 END,
            CASE WHEN side = 0 THEN 1 ELSE 3 END, {SoldUs}, {Place} + 1
        FROM grown CROSS JOIN (SELECT 0 AS side UNION ALL SELECT 1 AS side) sides
        """,
    ];

    private void WriteHeads(int years) => Run(
        """
        INSERT INTO journal_head (terminal, sequence, chain_hash, taken_us, duplicates)
        SELECT 1001 + place, @years * @cards / 8 * 2, @hash, @beganUs, 0 FROM grown WHERE place < 8
        """, new { years = (long)years, cards = (long)cards, hash = new byte[32] });

    private void Run(string sql, object? parameters = null)
    {
        var all = new DynamicParameters(parameters);
        all.Add("toldUs", UnixTime.Microseconds(Told));
        all.Add("beganUs", UnixTime.Microseconds(Began));
        connection.Execute(sql, all, commandTimeout: 0);
    }
}
