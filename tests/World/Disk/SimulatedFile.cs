namespace SmartCardCrm.World;

/// <summary>One file of a simulated disk: what its readers see, and how to lose what was not
/// synced.</summary>
/// <param name="name">Without its folder.</param>
internal sealed class SimulatedFile(string name)
{
    private const int SectorBytes = 512;

    private readonly UndoLog _undo = new();

    // Zero from Length on, so that a file that grows past a gap has zeros in it.
    private byte[] _content = [];

    public string Name => name;

    /// <summary>For the digest.</summary>
    public ulong NameHash { get; } = Dice.For(0, name).Next();

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Content => _content.AsSpan(0, Length);

    /// <summary>Made, and not synced since: a power cut may take the file itself.</summary>
    public bool IsNew { get; private set; } = true;

    public IReadOnlyList<UnsyncedChange> Unsynced => _undo.Changes;

    /// <summary>Those that have it open, the dead ones not counted.</summary>
    public List<OpenFile> Opened { get; } = [];

    /// <summary>Null while no connection has mapped it.</summary>
    public SharedMemory? Shared { get; set; }

    /// <summary>A file whose content is on the disk already.</summary>
    public static SimulatedFile Synced(string name, ReadOnlySpan<byte> content) => new(name)
    {
        IsNew = false,
        _content = content.ToArray(),
        Length = content.Length,
    };

    /// <summary>Fills what lies beyond the end with zeros, as SQLite asks of a file system.</summary>
    /// <returns>Whether the file had as many bytes.</returns>
    public bool Read(Span<byte> to, long offset)
    {
        var have = (int)Math.Clamp(Length - offset, 0, to.Length);
        if (have > 0)
            _content.AsSpan((int)offset, have).CopyTo(to);
        to[have..].Clear();
        return have == to.Length;
    }

    public void Write(ReadOnlySpan<byte> bytes, int offset, long order)
    {
        var over = Math.Clamp(Length - offset, 0, bytes.Length);
        _undo.Add(order, offset, bytes.Length, Length, over > 0 ? _content.AsSpan(offset, over) : default);
        if (offset + bytes.Length > Length)
            SetLength(offset + bytes.Length);
        bytes.CopyTo(_content.AsSpan(offset));
    }

    public void Truncate(int length, long order)
    {
        if (length < Length)
            _undo.Add(order, length, Length - length, Length, Content[length..]);
        else
            _undo.Add(order, Length, length - Length, Length, default);
        SetLength(length);
    }

    /// <summary>What is in the file now stays.</summary>
    public void Sync()
    {
        IsNew = false;
        _undo.Clear();
    }

    /// <summary>Loses the changes from a certain one on, and keeps those before.</summary>
    public void LoseFrom(long order)
    {
        while (_undo.Changes is [.., var last] && last.Order >= order)
        {
            SetLength(last.LengthBefore);
            _undo.SavedOf(last).CopyTo(_content.AsSpan(last.Offset));
            _undo.RemoveLast();
        }
    }

    /// <summary>Keeps some of the sectors that were changed, and the old or the new length.</summary>
    public void LoseSectors(Dice dice)
    {
        var written = Content.ToArray();
        SortedSet<int> sectors = [.. _undo.Changes.SelectMany(SectorsOf)];
        LoseFrom(long.MinValue);
        if (dice.Chance(0.5))
            SetLength(written.Length);

        var kept = dice.Share();
        var end = Math.Min(Length, written.Length);
        foreach (var start in sectors.Select(s => s * SectorBytes).Where(s => s < end && dice.Chance(kept)))
        {
            var sector = _content.AsSpan(start, Math.Min(SectorBytes, Length - start));
            sector.Clear();
            written.AsSpan(start, Math.Min(SectorBytes, end - start)).CopyTo(sector);
        }
    }

    /// <summary>Bytes that nobody wrote.</summary>
    public void Corrupt(ReadOnlySpan<byte> bytes, int offset) => bytes.CopyTo(_content.AsSpan(offset));

    private static IEnumerable<int> SectorsOf(UnsyncedChange change)
    {
        var first = change.Offset / SectorBytes;
        var end = (change.Offset + change.Length + SectorBytes - 1) / SectorBytes;
        return Enumerable.Range(first, end - first);
    }

    private void SetLength(int length)
    {
        if (length > _content.Length)
            Array.Resize(ref _content, Math.Max(length, Math.Max(4096, _content.Length * 2)));
        if (length < Length)
            _content.AsSpan(length, Length - length).Clear();
        Length = length;
    }
}
