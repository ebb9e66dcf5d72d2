using SmartCardCrm.CardProtocol;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Terminal;

/// <summary>The cards that a journal has served, as its operations left them.</summary>
internal sealed class ServedCards
{
    private readonly Dictionary<Uid, CardLeft> _left = [];

    /// <summary>The card of the last operation, where it is known to have happened; else null.</summary>
    public Uid? Last { get; private set; }

    /// <summary>How the newest operation left a card; null where none is kept.</summary>
    public CardLeft? Left(Uid uid) => _left.GetValueOrDefault(uid);

    /// <summary>An operation begins.</summary>
    public void Begin() => Last = null;

    /// <summary>An operation has happened.</summary>
    public void Keep(uint sequence, Intent done)
    {
        var uid = Uid.FromBytes(done.Card.Uid.Span);
        Last = uid;
        if (Left(uid) is not { } newer || newer.Sequence < sequence)
            _left[uid] = CardLeft.By(sequence, done);
    }

    /// <summary>What was done up to an entry, headquarters has known for long.</summary>
    public void Drop(uint through)
    {
        foreach (var (uid, left) in _left)
        {
            if (left.Sequence <= through)
                _left.Remove(uid);
        }
    }
}
