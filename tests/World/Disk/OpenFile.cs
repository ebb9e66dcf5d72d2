namespace SmartCardCrm.World;

/// <summary>Levels of SQLite's lock on a database file, each holding those below it.</summary>
internal enum FileLock
{
    None = 0,
    Shared = 1,
    Reserved = 2,
    Pending = 3,
    Exclusive = 4,
}

/// <summary>
/// One open file of one SQLite connection: a handle of a process on its machine. When that process dies, the
/// handle fails for ever and changes nothing. On a thread other than the room's – the finalizer's, or a
/// connection pool's timer – it counts as dead too, so that nothing depends on when those run.
/// </summary>
internal sealed unsafe class OpenFile
{
    private readonly SimulatedDisk _disk;
    private readonly SimulatedFile _file;
    private readonly int _flags;
    private readonly int _incarnation;
    private FileLock _held;
    private SharedMemory? _mapped;
    private int _sharedSlots;
    private int _ownedSlots;

    /// <param name="flags">Those of <c>xOpen</c>.</param>
    public OpenFile(SimulatedDisk disk, SimulatedFile file, int flags)
    {
        _disk = disk;
        _file = file;
        _flags = flags;
        _incarnation = disk.Incarnation;
        file.Opened.Add(this);
    }

    public SimulatedFile File => _file;

    public bool IsDead => _incarnation != _disk.Incarnation || !_disk.Room.IsOnItsThread;

    private bool IsReadOnly => (_flags & SqliteFlag.OpenReadOnly) != 0;

    public int Close()
    {
        UnmapShared();
        _file.Opened.Remove(this);
        if ((_flags & SqliteFlag.OpenDeleteOnClose) != 0 && !IsDead)
            _disk.Delete(_file.Name);
        return SqliteCode.Ok;
    }

    public int Read(Span<byte> to, long offset) =>
        IsDead ? SqliteCode.ReadFailed
        : _file.Read(to, offset) ? SqliteCode.Ok
        : SqliteCode.ShortRead;

    public int Write(ReadOnlySpan<byte> bytes, long offset) =>
        IsDead || IsReadOnly ? SqliteCode.WriteFailed : _disk.Write(_file, bytes, (int)offset);

    public int Truncate(long length) =>
        IsDead || IsReadOnly ? SqliteCode.TruncateFailed : _disk.Truncate(_file, (int)length);

    public int Sync() => IsDead ? SqliteCode.SyncFailed : _disk.Sync(this);

    public int Length(long* length)
    {
        *length = _file.Length;
        return IsDead ? SqliteCode.SizeFailed : SqliteCode.Ok;
    }

    /// <summary>As SQLite's own Unix file system locks, between handles of one process or of many.</summary>
    public int Lock(FileLock wanted)
    {
        // A file opened for reading cannot be locked for writing: so a reader never moves the log at its end.
        if (IsDead || (IsReadOnly && wanted > FileLock.Shared))
            return SqliteCode.LockFailed;
        if (_held >= wanted)
            return SqliteCode.Ok;

        var others = OthersHold();
        if (others >= FileLock.Pending || (wanted >= FileLock.Reserved && others >= FileLock.Reserved))
            return SqliteCode.Busy;
        if (wanted == FileLock.Exclusive && others >= FileLock.Shared)
        {
            // Nobody new may come in while the readers leave.
            _held = FileLock.Pending;
            return SqliteCode.Busy;
        }

        _held = wanted;
        return SqliteCode.Ok;
    }

    public int Unlock(FileLock to)
    {
        if (_held > to)
            _held = to;
        return SqliteCode.Ok;
    }

    public int CheckReserved(int* isReserved)
    {
        *isReserved = _held >= FileLock.Reserved || OthersHold() >= FileLock.Reserved ? 1 : 0;
        return IsDead ? SqliteCode.CheckReservedFailed : SqliteCode.Ok;
    }

    public int MapShared(int region, int size, bool extend, void** memory)
    {
        *memory = null;
        if (IsDead)
            return SqliteCode.ShmMapFailed;
        if (_mapped is null)
        {
            _mapped = _file.Shared ??= new SharedMemory();
            _mapped.Join();
        }

        *memory = _mapped.Region(region, size, extend);
        return SqliteCode.Ok;
    }

    public int LockShared(int first, int count, int flags)
    {
        if ((flags & SqliteFlag.ShmUnlock) != 0)
        {
            ReleaseSlots(first, count);
            return SqliteCode.Ok;
        }

        if (IsDead || _mapped is null)
            return SqliteCode.ShmLockFailed;
        return (flags & SqliteFlag.ShmShared) != 0
            ? ShareSlot(_mapped, first)
            : OwnSlots(_mapped, first, count);
    }

    /// <summary>What the connection may still hold a pointer into goes when nobody can.</summary>
    public int UnmapShared()
    {
        if (_mapped is not { } leaving)
            return SqliteCode.Ok;
        ReleaseSlots(0, 8);
        _mapped = null;
        if (leaving.Leave() && _file.Shared == leaving)
            _file.Shared = null;
        return SqliteCode.Ok;
    }

    private FileLock OthersHold()
    {
        var most = FileLock.None;
        foreach (var other in _file.Opened)
        {
            if (other != this && other._held > most)
                most = other._held;
        }

        return most;
    }

    private int ShareSlot(SharedMemory memory, int slot)
    {
        if ((_sharedSlots & (1 << slot)) != 0)
            return SqliteCode.Ok;
        if (!memory.TryShare(slot))
            return SqliteCode.Busy;
        _sharedSlots |= 1 << slot;
        return SqliteCode.Ok;
    }

    private int OwnSlots(SharedMemory memory, int first, int count)
    {
        var mask = ((1 << count) - 1) << first;
        if ((_ownedSlots & mask) == mask)
            return SqliteCode.Ok;
        if (!memory.TryOwn(first, count))
            return SqliteCode.Busy;
        _ownedSlots |= mask;
        return SqliteCode.Ok;
    }

    private void ReleaseSlots(int first, int count)
    {
        var mask = (((1 << count) - 1) << first) & (_sharedSlots | _ownedSlots);
        _sharedSlots &= ~mask;
        _ownedSlots &= ~mask;
        for (var slot = 0; mask >> slot != 0; slot++)
        {
            if ((mask & (1 << slot)) != 0)
                _mapped?.Release(slot);
        }
    }
}
