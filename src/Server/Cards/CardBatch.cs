using SmartCardCrm.CardProtocol;
using SmartCardCrm.Server.Storage;

namespace SmartCardCrm.Server.Cards;

/// <summary>Cards that a bench prepares together, and what it is to write on them.</summary>
internal sealed record CardBatch
{
    /// <summary>1, 2, 3 …; the card's identity file has it.</summary>
    public long Number { get; init; }
    public long Programme { get; init; }

    /// <summary>Whose bench, in words.</summary>
    public string Origin { get; init; } = "";

    /// <summary>Cards, 1 or more.</summary>
    public long Size { get; init; }

    /// <summary>Number of the first card; the others' follow.</summary>
    public long FirstNumber { get; init; }

    /// <summary>Points that the chip holds at most.</summary>
    public int BalanceMost { get; init; }
    public byte IssuerKeyVersion { get; init; }
    public byte EnquiryKeyVersion { get; init; }
    public byte SaleKeyVersion { get; init; }
    public byte TmKeyVersion { get; init; }
    public string OrderedBy { get; init; } = "";
    public long OrderedUs { get; init; }

    /// <summary>The last card's number.</summary>
    public long LastNumber => FirstNumber + Size - 1;

    public KeyVersions Versions => new(IssuerKeyVersion, EnquiryKeyVersion, SaleKeyVersion, TmKeyVersion);

    public static CardBatch? Find(DbSession db, long number) =>
        db.Find<CardBatch>("SELECT * FROM card_batch WHERE number = @number", new { number });

    /// <summary>What the bench writes on a card of this batch.</summary>
    /// <param name="card">Its number.</param>
    public PreparationPlan PlanOf(long card) => new(IdentityOf(Programme, card, Number), BalanceMost);

    /// <summary>The identity of a card from a bench: it does not say when it was issued, for nobody knew
    /// then.</summary>
    public static Identity IdentityOf(long programme, long card, long batch) => new()
    {
        Origin = CardProtocol.Origin.TrustedBench,
        Programme = (uint)programme,
        CardNumber = (ulong)card,
        Generation = 1,
        Batch = (uint)batch,
    };
}

/// <summary>A chip that came back from the bench.</summary>
internal sealed record StockCard
{
    /// <summary>14 hex digits, upper case.</summary>
    public string Uid { get; init; } = "";

    /// <summary>As it stands on the chip.</summary>
    public long Number { get; init; }
    public long Batch { get; init; }

    /// <summary>The chip's, whether it is somebody's card already or not; null where it is of no
    /// batch.</summary>
    public static StockCard? Find(DbSession db, string uid) =>
        db.Find<StockCard>("SELECT uid, number, batch FROM stock_card WHERE uid = @uid", new { uid });
}
