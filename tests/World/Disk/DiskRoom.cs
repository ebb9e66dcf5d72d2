using System.Globalization;

namespace SmartCardCrm.World;

/// <summary>
/// All disks of one world, on which SQLite of this process keeps every database. One at a time: a new room
/// closes the one before. Everything in it happens on one thread: the one that made it, until another takes
/// over.
/// </summary>
internal sealed class DiskRoom : IDisposable
{
    /// <summary>Where every path begins: /sim/3/journal.db is a file of disk 3.</summary>
    public const string Root = "/sim/";

    private readonly List<SimulatedDisk> _disks = [];
    private readonly RunningDigest _digest = new();
    private readonly Dice _dice;
    private volatile int _thread = Environment.CurrentManagedThreadId;
    private int _temporaryFiles;

    /// <param name="dice">What SQLite draws its random numbers from.</param>
    /// <param name="epoch">What SQLite takes for the time, until told otherwise.</param>
    public DiskRoom(Dice dice, DateTimeOffset epoch)
    {
        _dice = dice;
        Now = epoch;
        // Disk 0 takes what SQLite wants to keep for a while, in files without a name.
        NewDisk("temporary files");
        SimulatedVfs.Enter(this);
    }

    /// <summary>SQLite's time of day.</summary>
    public DateTimeOffset Now { get; set; }

    /// <summary>The first exception that a call from SQLite ended in, which SQLite was told of as an I/O
    /// error: a mistake of the world's, to be thrown by whoever runs it.</summary>
    public Exception? Fault { get; private set; }

    /// <summary>Of every change and every sync of every disk, in order: 16 hex digits.</summary>
    public string Digest => _digest.ToString();

    /// <summary>The thread that calls this goes on; the one before waits for it.</summary>
    public void TakeOver() => _thread = Environment.CurrentManagedThreadId;

    internal bool IsOnItsThread => Environment.CurrentManagedThreadId == _thread;

    /// <param name="name">For people.</param>
    public SimulatedDisk NewDisk(string name)
    {
        var disk = new SimulatedDisk(this, _disks.Count, name);
        _disks.Add(disk);
        return disk;
    }

    /// <summary>Every process of every machine ends.</summary>
    public void Dispose()
    {
        foreach (var disk in _disks)
            disk.Die();
        SimulatedVfs.Leave(this);
    }

    /// <summary>Opens a path; null where it leads nowhere. Without a path, a temporary file.</summary>
    internal OpenFile? Open(string? path, int flags) =>
        !IsOnItsThread ? null
        : path is null ? _disks[0].Open(NextTemporaryFile(), flags)
        : DiskOf(path, out var file)?.Open(file, flags);

    internal int Delete(string path) =>
        IsOnItsThread && DiskOf(path, out var file) is { } disk ? disk.Delete(file) : SqliteCode.DeleteFailed;

    internal bool Exists(string path) => DiskOf(path, out var file)?.Exists(file) ?? false;

    internal void FillRandom(Span<byte> bytes) => _dice.Fill(bytes);

    internal void Note(ulong step, ulong what, ulong where)
    {
        _digest.Add(step);
        _digest.Add(what);
        _digest.Add(where);
    }

    internal void Note(ReadOnlySpan<byte> bytes) => _digest.Add(bytes);

    internal void Failed(Exception wrong) => Fault ??= wrong;

    private string NextTemporaryFile() =>
        string.Create(CultureInfo.InvariantCulture, $"temporary-{_temporaryFiles++}");

    private SimulatedDisk? DiskOf(string path, out string file)
    {
        file = "";
        if (!path.StartsWith(Root, StringComparison.Ordinal)
            || path.IndexOf('/', Root.Length) is not (> 0 and var end))
            return null;
        file = path[(end + 1)..];
        var isNumber = int.TryParse(
            path.AsSpan(Root.Length, end - Root.Length), CultureInfo.InvariantCulture, out var number);
        return isNumber && number < _disks.Count ? _disks[number] : null;
    }
}
