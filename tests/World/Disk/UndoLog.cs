namespace SmartCardCrm.World;

/// <summary>One change that no sync has made durable.</summary>
/// <param name="Order">Its place among all changes of its disk.</param>
/// <param name="Offset">Where it begins.</param>
/// <param name="Length">How many bytes it changed, cut off or added.</param>
/// <param name="LengthBefore">The file's length before it.</param>
/// <param name="Saved">Where the log keeps the bytes that were there.</param>
/// <param name="SavedLength">How many there were; fewer than Length where the file grew.</param>
internal readonly record struct UnsyncedChange(
    long Order, int Offset, int Length, int LengthBefore, int Saved, int SavedLength);

/// <summary>How to get back to the file as its last sync left it: the bytes that each change since then wrote
/// over. Costs nothing where a file only grows.</summary>
internal sealed class UndoLog
{
    private readonly List<UnsyncedChange> _changes = [];
    private byte[] _saved = [];
    private int _savedLength;

    /// <summary>Oldest first.</summary>
    public IReadOnlyList<UnsyncedChange> Changes => _changes;

    /// <param name="over">What is there now, where the change will be.</param>
    public void Add(long order, int offset, int length, int lengthBefore, ReadOnlySpan<byte> over)
    {
        if (_saved.Length - _savedLength < over.Length)
            Array.Resize(ref _saved, Math.Max(_saved.Length * 2, _savedLength + over.Length));
        over.CopyTo(_saved.AsSpan(_savedLength));
        _changes.Add(new UnsyncedChange(order, offset, length, lengthBefore, _savedLength, over.Length));
        _savedLength += over.Length;
    }

    public ReadOnlySpan<byte> SavedOf(UnsyncedChange change) =>
        _saved.AsSpan(change.Saved, change.SavedLength);

    /// <summary>Forgets the newest change; its saved bytes have been put back.</summary>
    public void RemoveLast()
    {
        _savedLength = _changes[^1].Saved;
        _changes.RemoveAt(_changes.Count - 1);
    }

    public void Clear()
    {
        _changes.Clear();
        _savedLength = 0;
    }
}
