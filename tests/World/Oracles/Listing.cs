using SmartCardCrm.CardProtocol;
using SmartCardCrm.Loyalty.Offline;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.World;

/// <summary>The cards that headquarters has told a terminal not to serve: what its hotlist must come to,
/// kept apart from it.</summary>
internal sealed class Listing
{
    private readonly HashSet<Uid> _listed = [];
    private ulong _told;

    public bool Has(Uid card) => _listed.Contains(card);

    /// <summary>The terminal has stored a batch.</summary>
    public void Told(FeedBatch feed)
    {
        if (feed.FromStart)
            _listed.Clear();
        foreach (var item in feed.Items)
        {
            _told = item.Position;
            if (item.HotlistDelta is not { } change)
                continue;
            var delta = HotlistDelta.FromDocument(change.Document.Span);
            _listed.UnionWith(delta.Added.Select(CardOf));
            _listed.ExceptWith(delta.Removed.Select(CardOf));
        }
    }

    private static Uid CardOf(string uid) => Uid.FromBytes(Convert.FromHexString(uid));

    /// <summary>The process has started again: what a power cut took, it will be told again.</summary>
    /// <param name="cursor">How far it has the feed.</param>
    public void Restarted(ulong cursor)
    {
        if (cursor < _told)
            _listed.Clear();
    }
}
