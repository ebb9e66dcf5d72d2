using System.Globalization;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.Server.Sync;
using SmartCardCrm.SyncContract;
using CardStatus = SmartCardCrm.SyncContract.CardStatus;

namespace SmartCardCrm.Server.Cards;

/// <summary>A card as headquarters knows it.</summary>
internal sealed record Card
{
    /// <summary>14 hex digits, upper case.</summary>
    public string Uid { get; init; } = "";

    /// <summary>1 for a new chip; one more for each new beginning.</summary>
    public long Generation { get; init; }

    /// <summary>The number people know it by; also its account in the ledger.</summary>
    public long Number { get; init; }
    public long Programme { get; init; }
    public long Member { get; init; }

    /// <summary>The member's: two letters, en, ru.</summary>
    public string Language { get; init; } = "";
    public CardStatus Status { get; init; }
    public byte IssuerKeyVersion { get; init; }
    public byte EnquiryKeyVersion { get; init; }
    public byte SaleKeyVersion { get; init; }
    public byte TmKeyVersion { get; init; }

    public KeyVersions KeyVersions =>
        new(IssuerKeyVersion, EnquiryKeyVersion, SaleKeyVersion, TmKeyVersion);


    /// <summary>Points that the chip holds at most.</summary>
    public int BalanceMost { get; init; }

    /// <summary>The sequence under which the server itself, terminal 0, commits the birth.</summary>
    public long PlanId { get; init; }

    /// <summary>When it was planned, seconds since 1970, as the birth record says it.</summary>
    public long BirthSeconds { get; init; }
    public long BirthRuleSet { get; init; }

    /// <summary>Last day of validity as a day number, 0 for no end.</summary>
    public long BirthExpiryDay { get; init; }

    /// <summary><see cref="Origin"/>.</summary>
    public long BirthFlags { get; init; }

    /// <summary>The batch that a bench has prepared it with, so that it is only to be bound; 0 for
    /// none.</summary>
    public long Batch { get; init; }

    /// <summary>Highest counter with no hole below it.</summary>
    public long AcknowledgedCounter { get; init; }

    /// <summary>Points on the chip after that counter.</summary>
    public long AcknowledgedBalance { get; init; }

    /// <summary>The highest counter posted; above <see cref="AcknowledgedCounter"/> where something between
    /// is missing.</summary>
    public long HighestCounter { get; init; }

    /// <summary>Whether nothing is missing, as far as is known.</summary>
    public bool IsUnbroken => HighestCounter == AcknowledgedCounter;

    /// <summary>Highest card action that a posted transaction applied.</summary>
    public long LastCardAction { get; init; }

    /// <summary>Its counter when it was told last what expires; 0 where it never was.</summary>
    public long ExpiryCounter { get; init; }

    /// <summary>yyyy-MM-dd, or empty for nothing.</summary>
    public string ExpiryDay { get; init; } = "";
    public long ExpiryPoints { get; init; }

    public NextExpiry ToldExpiry => ExpiryOf(ExpiryDay, ExpiryPoints);
    public long CreatedUs { get; init; }

    public Uid ChipUid =>
        CardProtocol.Uid.TryParse(Uid, out var uid)
            ? uid
            : throw new FormatException("The book holds a bad UID.");

    private static readonly RowShape Standings = new(
        "uid text, generation bigint, acknowledged_counter bigint, acknowledged_balance bigint, "
        + "highest_counter bigint, last_card_action bigint");

    private static readonly RowShape Uids = new("uid text");

    private const string Select =
        "SELECT card.*, member.language FROM card JOIN member ON member.id = card.member";

    /// <summary>The card of a UID; generation 0 asks for the newest.</summary>
    public static Card? Find(DbSession db, string uid, long generation) =>
        db.Find<Card>(
            $"""
            {Select} WHERE card.uid = @uid AND (card.generation = @generation OR @generation = 0)
            ORDER BY card.generation DESC LIMIT 1
            """,
            new { uid, generation });

    /// <summary>The newest card of each of these chips that has one.</summary>
    public static IReadOnlyList<Card> FindAll(DbSession db, IEnumerable<string> uids) =>
        db.ListForEach<Card>(
            $"""
            SELECT card.*, member.language
            FROM {RowShape.Place} CROSS JOIN card JOIN member ON member.id = card.member
            WHERE card.uid = row.uid
                AND card.generation = (SELECT MAX(c.generation) FROM card c WHERE c.uid = row.uid)
            """,
            new Rows(Uids, [.. uids.Select(uid => new object?[] { uid })]));

    /// <summary>The card that a member uses: the newest active one, or else the newest that is blocked and
    /// may be unblocked; null where there is none.</summary>
    public static Card? FindOf(DbSession db, long member) =>
        db.Find<Card>(
            $"""
            {Select} WHERE card.member = @member AND card.status IN (@Active, @Blocked)
            ORDER BY CASE WHEN card.status = @Active THEN 0 ELSE 1 END, card.number DESC LIMIT 1
            """,
            new { member, Active = (long)CardStatus.Active, Blocked = (long)CardStatus.Blocked });

    /// <summary>All of a member's cards, by number.</summary>
    public static IReadOnlyList<Card> OfMember(DbSession db, long member) =>
        db.List<Card>($"{Select} WHERE card.member = @member ORDER BY card.number", new { member });

    /// <summary>The card that people know by this number.</summary>
    public static Card? FindByNumber(DbSession db, long number) =>
        db.Find<Card>($"{Select} WHERE card.number = @number", new { number });

    /// <summary>The cards that come after another, in an order of no meaning; from the first on for
    /// null.</summary>
    public static IReadOnlyList<Card> After(DbSession db, Card? last, int most) => db.List<Card>(
        $"{Select} WHERE (uid, generation) > (@Uid, @Generation) ORDER BY uid, generation LIMIT @most",
        new { Uid = last?.Uid ?? "", Generation = last?.Generation ?? 0, most });

    /// <summary>Writes how cards stand by what is posted.</summary>
    public static void Stand(DbSession db, IEnumerable<Card> cards) => db.RunForEach(
        $"""
        UPDATE card SET acknowledged_counter = row.acknowledged_counter,
            acknowledged_balance = row.acknowledged_balance, highest_counter = row.highest_counter,
            last_card_action = row.last_card_action
        FROM {RowShape.Place} WHERE card.uid = row.uid AND card.generation = row.generation
        """,
        new Rows(Standings, [.. cards.Select(card => new object?[]
        {
            card.Uid, card.Generation, card.AcknowledgedCounter, card.AcknowledgedBalance,
            card.HighestCounter, card.LastCardAction,
        })]));

    /// <summary>Writes the status.</summary>
    public void PutStatus(DbSession db) => db.Run(
        "UPDATE card SET status = @status WHERE uid = @Uid AND generation = @Generation",
        new { status = (long)Status, Uid, Generation });

    /// <summary>Tells the terminals that know the card how it stands.</summary>
    public void Publish(DbSession db) => Feed.Publish(db, [News()]);

    /// <summary>What the terminals that know the card are told of it.</summary>
    public News News() => new($"card:{Uid}", new FeedItem { Card = ToItem() }, Audience.Knowing(Uid));

    /// <summary>How the card stands, as terminals are told.</summary>
    public CardItem ToItem() => new()
    {
        Card = new CardRef
        {
            Uid = UidBytes(),
            Generation = (uint)Generation,
            TmKeyVersion = TmKeyVersion,
            LayoutVersion = 1,
            CardNumber = (ulong)Number,
        },
        Member = (uint)Member,
        Status = Status,
        AcknowledgedCounter = (uint)AcknowledgedCounter,
        AcknowledgedBalance = (int)AcknowledgedBalance,
        LastCardAction = (uint)LastCardAction,
        EnquiryKeyVersion = EnquiryKeyVersion,
        SaleKeyVersion = SaleKeyVersion,
        Language = Language,
        NextExpiry = ExpiryCounter == 0 ? null : new NextExpiryItem
        {
            Counter = (uint)ExpiryCounter,
            Day = ExpiryDay,
            Points = (uint)ExpiryPoints,
        },
    };

    /// <summary>What expires next, as the book keeps it.</summary>
    public static NextExpiry ExpiryOf(string day, long points) => day.Length == 0
        ? NextExpiry.None
        : new NextExpiry(DateOnly.ParseExact(day, "O", CultureInfo.InvariantCulture), (int)points);

    /// <summary>Whether no terminal may serve it.</summary>
    public bool IsListed => Status is CardStatus.Blocked or CardStatus.Retired;

    /// <summary>What everybody is told of its place on the hotlist.</summary>
    public News ListingNews() => new($"hotlist:{Uid}", new FeedItem
    {
        Hotlist = new HotlistItem
        {
            Uid = UidBytes(),
            Listed = IsListed,
        },
    }, Audience.Everybody);

    public Google.Protobuf.ByteString UidBytes() =>
        Google.Protobuf.ByteString.CopyFrom(Convert.FromHexString(Uid));
}
