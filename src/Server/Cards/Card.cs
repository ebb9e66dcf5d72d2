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
    public long CreatedUs { get; init; }

    public Uid ChipUid =>
        CardProtocol.Uid.TryParse(Uid, out var uid)
            ? uid
            : throw new FormatException("The book holds a bad UID.");

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

    /// <summary>The card that a member uses: the newest active one, or else the newest that is blocked and
    /// may be unblocked; null where there is none.</summary>
    public static Card? FindOf(DbSession db, long member) =>
        db.Find<Card>(
            $"""
            {Select} WHERE card.member = @member AND card.status IN (@Active, @Blocked)
            ORDER BY CASE WHEN card.status = @Active THEN 0 ELSE 1 END, card.number DESC LIMIT 1
            """,
            new { member, Active = (long)CardStatus.Active, Blocked = (long)CardStatus.Blocked });

    /// <summary>The card that people know by this number.</summary>
    public static Card? FindByNumber(DbSession db, long number) =>
        db.Find<Card>($"{Select} WHERE card.number = @number", new { number });

    /// <summary>The cards that come after another, in an order of no meaning; from the first on for
    /// null.</summary>
    public static IReadOnlyList<Card> After(DbSession db, Card? last, int most) => db.List<Card>(
        $"{Select} WHERE (uid, generation) > (@Uid, @Generation) ORDER BY uid, generation LIMIT @most",
        new { Uid = last?.Uid ?? "", Generation = last?.Generation ?? 0, most });

    /// <summary>Tells the terminals that know the card how it stands.</summary>
    public void Publish(DbSession db) => Feed.Publish(db, ToTold());

    public Told ToTold() => new($"card:{Uid}", new FeedItem { Card = ToItem() }, Audience.Knowing(Uid));

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
    };

    /// <summary>Puts the chip on the hotlist, or takes it off. Only for a card's newest generation.</summary>
    public void PublishListing(DbSession db) => Feed.Publish(db, ToToldListing());

    public Told ToToldListing() => new($"hotlist:{Uid}", new FeedItem
    {
        Hotlist = new HotlistItem
        {
            Uid = UidBytes(),
            Listed = Status is CardStatus.Blocked or CardStatus.Retired,
        },
    }, Audience.Everybody);

    public Google.Protobuf.ByteString UidBytes() =>
        Google.Protobuf.ByteString.CopyFrom(Convert.FromHexString(Uid));
}
