using SmartCardCrm.Loyalty.CardActions;
using SmartCardCrm.Server.Cards;
using SmartCardCrm.Server.Ledger;
using SmartCardCrm.Server.Storage;

namespace SmartCardCrm.World;

/// <summary>Who is called when a card is lost, and again when it was in the other coat: blocks cards now and
/// then, and lets them in again. And who is asked what else there is, or to be forgotten: gives cards offers,
/// and erases what stands on them.</summary>
internal sealed class BlockDesk(ChainWorld world)
{
    private const double BlockShare = 0.01;
    private const double UnblockShare = 0.1;
    private const double OfferShare = 0.02;
    private const double EraseShare = 0.3;

    private readonly Dice _dice = Dice.For(world.Plan.Seed, "block desk");
    private readonly Dice _fileDice = Dice.For(world.Plan.Seed, "member files");

    /// <summary>Time for somebody to call.</summary>
    public void Decide()
    {
        if (!world.Server.IsUp)
            return;
        if (_dice.Chance(BlockShare))
            Block(_dice.Pick([.. world.Cards]));
        if (_dice.Chance(UnblockShare) && Blocked() is { Count: > 0 } blocked)
            Unblock(_dice.Pick(blocked));
        if (_fileDice.Chance(OfferShare))
            WriteFile(_fileDice.Pick([.. world.Cards]));
    }

    public void Block(PhysicalCard card) => Change(rooms =>
    {
        if (rooms.Database.Read(db => Card.Find(db, card.Uid.ToString(), 0)) is { } known
            && rooms.Blocks.Block(known.Number, "lost", "world") is null)
        {
            world.Story.Note(Column.Server, "server blocks card {0}", known.Uid[^4..]);
        }
    });

    // The member stays known in the book: whoever left his card at home is found by his number.
    private void WriteFile(PhysicalCard card) => Change(rooms =>
    {
        if (rooms.Database.Read(db => Card.Find(db, card.Uid.ToString(), 0)) is not { } known)
            return;
        if (_fileDice.Chance(EraseShare))
        {
            rooms.Database.Write(db =>
            {
                OfferBook.Forget(db, known);
                CardActionQueue.SetFile(
                    new OpenBook(db, world.Secrets, world.Server.Clock.Microseconds()), known,
                    MemberFile.Erased);
            });
            return;
        }

        // Often one thing leads to another.
        do
            Offer(rooms, known);
        while (_fileDice.Chance(0.4));
    });

    private void Offer(ServerRooms rooms, Card card)
    {
        DateOnly? until = _fileDice.Chance(0.5)
            ? null
            : new DateOnly(2026, 1, 1).AddDays(_fileDice.Below(900));
        rooms.Offers.Give(card.Number, new WantedOffer(
            1 + _fileDice.Below(12), until, 1 + _fileDice.Below(255), _fileDice.Below(256), "world"));
    }

    /// <summary>All cards may be used again.</summary>
    public void UnblockAll()
    {
        foreach (var number in Blocked())
            Unblock(number);
    }

    // As the book has it: a block may be lost with a backup.
    private IReadOnlyList<long> Blocked() => world.Server.IsUp
        ? world.Server.Rooms!.Database.Read(db => db.List<long>(
            "SELECT number FROM card WHERE status = @Blocked ORDER BY number",
            new { Blocked = (long)SyncContract.CardStatus.Blocked }))
        : [];

    private void Unblock(long number) => Change(rooms =>
    {
        rooms.Blocks.Unblock(number, "found", "world");
        world.Story.Note(Column.Server, "server unblocks card number {0}", number);
    });

    private void Change(Action<ServerRooms> change)
    {
        world.Server.Guarded(() =>
        {
            change(world.Server.Rooms!);
            world.Book.Watch(world.Server.Rooms!);
        });
        world.Weather.Decided();
        world.Server.Ring();
        world.Server.Bury();
    }
}
