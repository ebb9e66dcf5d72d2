using SmartCardCrm.Server.Cards;

namespace SmartCardCrm.World;

/// <summary>Who is called when a card is lost, and again when it was in the other coat: blocks cards now and
/// then, and lets them in again.</summary>
internal sealed class BlockDesk(ChainWorld world)
{
    private const double BlockShare = 0.01;
    private const double UnblockShare = 0.1;

    private readonly Dice _dice = Dice.For(world.Plan.Seed, "block desk");

    /// <summary>Time for somebody to call.</summary>
    public void Decide()
    {
        if (!world.Server.IsUp)
            return;
        if (_dice.Chance(BlockShare))
            Block(_dice.Pick([.. world.Cards]));
        if (_dice.Chance(UnblockShare) && Blocked() is { Count: > 0 } blocked)
            Unblock(_dice.Pick(blocked));
    }

    public void Block(PhysicalCard card) => Change(rooms =>
    {
        if (rooms.Database.Read(db => Card.Find(db, card.Uid.ToString(), 0)) is { } known
            && rooms.Blocks.Block(known.Number, "lost", "world") is null)
        {
            world.Story.Note(Column.Server, "server blocks card {0}", known.Uid[^4..]);
        }
    });

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
        world.Server.Guarded(() => change(world.Server.Rooms!));
        world.Weather.Decided();
        world.Server.Ring();
        world.Server.Bury();
    }
}
