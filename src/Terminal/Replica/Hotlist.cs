using SmartCardCrm.CardProtocol;
using SmartCardCrm.Loyalty.Offline;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Terminal;

/// <summary>How much of the list a terminal has.</summary>
internal enum HotlistState
{
    /// <summary>It is damaged, and wanted again from its start.</summary>
    Damaged = 0,

    /// <summary>Some of it may be missing still.</summary>
    Incomplete = 1,

    /// <summary>All that headquarters had said when it last said that this is all.</summary>
    Whole = 2,
}

/// <summary>
/// The cards that nobody may be served with, exactly. It lies in the terminal's database, and so changes in
/// one commit with the cursor of the feed: the bulk in pages of which a look-up reads one, whatever their
/// number (<see cref="HotlistPage"/>), and what came since in a short table that is also held in memory.
/// Damaged, it lists nobody, and says that it is not whole. Safe for many threads.
/// </summary>
internal sealed class Hotlist
{
    private const int ChangesAtLeast = 1024;
    private const int ChangesMost = 32_768;

    private readonly TerminalDatabase _database;
    private readonly Dictionary<ulong, bool> _changes = [];

    // Changed only inside the database's own lock, as the changes are.
    private int _pages;
    private int _state;
    private long _version;

    // Once headquarters has signed a list here, no unsigned word counts.
    private bool _isSigned;

    public Hotlist(TerminalDatabase database)
    {
        _database = database;
        if (!database.Read(IsReadable))
            Damage();
    }

    public HotlistState State => (HotlistState)Volatile.Read(ref _state);

    /// <summary>As headquarters counts the list; 0 where none that is signed has come.</summary>
    public ulong Version => (ulong)Interlocked.Read(ref _version);

    /// <summary>Whether a card is on the list. One that only a damaged page could name is not, and the list
    /// is no longer whole then: look at <see cref="State"/> afterwards.</summary>
    public bool IsListed(Uid uid)
    {
        var number = HotlistPage.NumberOf(uid);
        var found = _database.Read(c => _changes.TryGetValue(number, out var listed)
            ? listed
            : _pages == 0 ? false : InPages(c, number));
        if (found is null)
            Damage();
        return found ?? false;
    }

    /// <summary>Stores what a batch of the feed says, within its transaction. Signatures were
    /// checked.</summary>
    /// <returns>Whether the batch counts: not where the list is wanted from its start and this is none, nor
    /// where something between it and the list is missing, which makes the list wanted from its
    /// start.</returns>
    /// <exception cref="FormatException">A change is unreadable, or a UID has another length; nothing is
    /// changed.</exception>
    public bool Store(PreparedConnection c, FeedBatch batch)
    {
        List<Change> changes = [.. batch.Items.Select(Change.Of).OfType<Change>()];
        if (State == HotlistState.Damaged && !batch.FromStart)
            return false;
        if (batch.FromStart)
            Empty(c, HotlistState.Incomplete);
        foreach (var change in changes)
        {
            if (TryTake(c, change))
                continue;
            WantAgain(c);
            return false;
        }

        if (batch.AsOfUs > 0 && State != HotlistState.Whole)
            Note(c, HotlistState.Whole);
        return true;
    }

    /// <summary>Moves the changes into the pages once they are many, for the table's and the memory's
    /// sake.</summary>
    public void MergeIfDue()
    {
        // A page holds some 32: what moves is at most 16 times what has changed, in lists that are not long.
        var due = Math.Clamp(_database.Read(_ => _pages) * 2, ChangesAtLeast, ChangesMost);
        if (_database.Read(_ => _changes.Count) >= due)
            Merge();
    }

    /// <summary>Writes all pages anew, with the changes in them.</summary>
    public void Merge()
    {
        var isWhole = true;
        _database.Lazily(c =>
        {
            var merged = Merged(c);
            if (isWhole = merged is not null)
                Replace(c, HotlistPage.Write(merged));
        });
        if (!isWhole)
            Damage();
    }

    private static bool? InPages(PreparedConnection c, int pages, ulong number)
    {
        var at = HotlistPage.PageOf(number, pages);
        return c.Rows("SELECT page FROM hotlist_page WHERE number = ?", row => row.Bytes(0), (long)at)
            .SingleOrDefault() is { } page
            ? HotlistPage.Holds(page, at, pages, number)
            : null;
    }

    private bool? InPages(PreparedConnection c, ulong number) => InPages(c, _pages, number);

    // Reads all of it once, so that damage is known before the first card comes.
    private bool IsReadable(PreparedConnection c)
    {
        (_state, _pages, _version, _isSigned) = c.Rows(
            "SELECT state, pages, version, is_signed FROM hotlist",
            row => ((int)row.Number(0), (int)row.Number(1), row.Number(2), row.Number(3) == 1)).Single();
        foreach (var (number, change, checksum) in c.Rows(
            "SELECT number, change, checksum FROM hotlist_change ORDER BY number",
            row => (row.Number(0), row.Number(1), row.Number(2))))
        {
            if (checksum != HotlistPage.Checksum((ulong)number, (ulong)change))
                return false;
            _changes[(ulong)change >> 1] = (change & 1) == 1;
        }

        return PagesOf(c).All(numbers => numbers is not null)
            && c.Number("SELECT COUNT(*) FROM hotlist_page") == _pages;
    }

    private IEnumerable<ulong[]?> PagesOf(PreparedConnection c) => c.Rows(
        "SELECT number, page FROM hotlist_page ORDER BY number",
        row => HotlistPage.Read(row.Bytes(1), (int)row.Number(0), _pages));

    // False where something between the list and this is missing. What was told before is passed over.
    private bool TryTake(PreparedConnection c, Change change)
    {
        if (change.To is 0 && _isSigned || change.To > 0 && change.To <= _version)
            return true;
        if (change.To > 0 && change.From > 0 && change.From != _version)
            return false;
        if (change.To > 0)
            Begin(c, change);
        foreach (var (number, listed) in change.Cards)
            Store(c, number, listed);
        return true;
    }

    private void Begin(PreparedConnection c, Change change)
    {
        if (change.From == 0)
            Clear(c);
        _isSigned = true;
        Interlocked.Exchange(ref _version, change.To);
        Note(c, State);
    }

    private void Store(PreparedConnection c, ulong number, bool listed)
    {
        if (_changes.TryGetValue(number, out var before) && before == listed)
            return;
        // In the order in which headquarters says it, which is not always that of positions: a server that
        // was restored from a backup counts anew.
        var at = c.Number("SELECT COALESCE(MAX(number), 0) + 1 FROM hotlist_change");
        var change = ((long)number << 1) | (listed ? 1L : 0);
        c.Run(
            "INSERT INTO hotlist_change(number, change, checksum) VALUES (?, ?, ?)",
            at, change, (long)HotlistPage.Checksum((ulong)at, (ulong)change));
        _changes[number] = listed;
    }

    // Null where a page is damaged.
    private ulong[]? Merged(PreparedConnection c)
    {
        var merged = new List<ulong>();
        foreach (var page in PagesOf(c))
        {
            if (page is null)
                return null;
            merged.AddRange(page.Where(number => !_changes.ContainsKey(number)));
        }

        merged.AddRange(_changes.Where(change => change.Value).Select(change => change.Key));
        merged.Sort();
        return [.. merged];
    }

    private void Replace(PreparedConnection c, IReadOnlyList<byte[]> pages)
    {
        Clear(c);
        for (var at = 0; at < pages.Count; at++)
            c.Run("INSERT INTO hotlist_page(number, page) VALUES (?, ?)", (long)at, pages[at]);
        _pages = pages.Count;
        Note(c, State);
    }

    private void Damage() => _database.Lazily(WantAgain);

    private void WantAgain(PreparedConnection c)
    {
        Empty(c, HotlistState.Damaged);
        c.Run("UPDATE cursor SET position = 0 WHERE name = 'feed'");
    }

    private void Empty(PreparedConnection c, HotlistState state)
    {
        Clear(c);
        Interlocked.Exchange(ref _version, 0);
        Note(c, state);
    }

    private void Clear(PreparedConnection c)
    {
        c.Run("DELETE FROM hotlist_page");
        c.Run("DELETE FROM hotlist_change");
        _changes.Clear();
        _pages = 0;
    }

    private void Note(PreparedConnection c, HotlistState state)
    {
        c.Run(
            "UPDATE hotlist SET state = ?, pages = ?, version = ?, is_signed = ?", (long)state, (long)_pages,
            _version, _isSigned);
        Volatile.Write(ref _state, (int)state);
    }

    /// <summary>What an item of the feed says of the list.</summary>
    /// <param name="From">The version that it changes.</param>
    /// <param name="To">The version that it makes; 0 where headquarters has not signed it.</param>
    /// <param name="Cards">Their numbers, and whether they are listed.</param>
    private sealed record Change(long From, long To, IReadOnlyList<(ulong Number, bool Listed)> Cards)
    {
        /// <summary>Null where it says nothing of it.</summary>
        /// <exception cref="FormatException">It is unreadable.</exception>
        public static Change? Of(FeedItem item) => item.ContentCase switch
        {
            FeedItem.ContentOneofCase.Hotlist =>
                new Change(0, 0, [(NumberOf(item.Hotlist), item.Hotlist.Listed)]),
            FeedItem.ContentOneofCase.HotlistDelta =>
                Of(HotlistDelta.FromDocument(item.HotlistDelta.Document.Span)),
            _ => null,
        };

        private static Change Of(HotlistDelta delta) => new(
            delta.From, delta.To,
            [
                .. delta.Added.Select(uid => (NumberOf(uid), true)),
                .. delta.Removed.Select(uid => (NumberOf(uid), false)),
            ]);

        private static ulong NumberOf(string uid) =>
            HotlistPage.NumberOf(Uid.FromBytes(Convert.FromHexString(uid)));

        private static ulong NumberOf(HotlistItem item) => item.Uid.Length == Uid.Length
            ? HotlistPage.NumberOf(Uid.FromBytes(item.Uid.Span))
            : throw new FormatException($"A listed UID has {item.Uid.Length} bytes.");
    }
}
