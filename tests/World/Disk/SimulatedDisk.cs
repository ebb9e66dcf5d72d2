using System.Globalization;

namespace SmartCardCrm.World;

/// <summary>Where in a sync its observer is called.</summary>
internal enum SyncMoment
{
    /// <summary>Nothing is durable yet.</summary>
    Before,

    /// <summary>Everything is (unless the disk lies), but the caller does not know.</summary>
    After,
}

/// <summary>
/// The disk of one machine. What is written is seen by all readers at once and survives the death of the
/// process; a power cut may take what no sync covered. Sectors are 512 bytes and land whole or not at all; a
/// write never harms bytes beside it, as SQLite assumes of Linux file systems; a deletion is durable at once,
/// a new file with its first sync.
/// </summary>
internal sealed class SimulatedDisk
{
    private readonly SortedDictionary<string, SimulatedFile> _files = new(StringComparer.Ordinal);
    private readonly ulong _number;
    private long _changes;

    /// <param name="number">Names it in paths, from 0.</param>
    internal SimulatedDisk(DiskRoom room, int number, string name)
    {
        Room = room;
        _number = (ulong)number;
        Name = name;
        Folder = string.Create(CultureInfo.InvariantCulture, $"{DiskRoom.Root}{number}/");
    }

    private enum Step
    {
        Write, Truncate, Sync, Delete, Die, LosePower, Restore, Damage,
    }

    public string Name { get; }

    public DiskRoom Room { get; }

    /// <summary>Handles of earlier incarnations are dead.</summary>
    public int Incarnation { get; private set; }

    public bool IsDead { get; private set; }

    /// <summary>Writes fail, reads and syncs go on.</summary>
    public bool Full { get; set; }

    /// <summary>Syncs say that they did, and did not.</summary>
    public bool LiesAboutSync { get; set; }

    /// <summary>Called twice in each sync, with the file's name. May kill this disk, or cut its power: the
    /// sync then fails. What it throws ends up in <see cref="DiskRoom.Fault"/>.</summary>
    public Action<SyncMoment, string>? OnSync { get; set; }

    /// <summary>How many syncs took place.</summary>
    public long Syncs { get; private set; }

    public long BytesWritten { get; private set; }

    /// <summary>Changes that a power cut may take.</summary>
    public int UnsyncedWrites => _files.Values.Sum(f => f.Unsynced.Count);

    private string Folder { get; }

    /// <summary>The path that opens a file of this disk, for any user of SQLite.</summary>
    public string PathOf(string file) => Folder + file;

    public bool Exists(string file) => _files.ContainsKey(file);

    /// <summary>In bytes; 0 where there is no such file.</summary>
    public long LengthOf(string file) => _files.TryGetValue(file, out var found) ? found.Length : 0;

    /// <summary>The machine's process ends. What it wrote stays, as the operating system has it.</summary>
    public void Die()
    {
        if (IsDead)
            return;
        IsDead = true;
        Incarnation++;
        foreach (var file in _files.Values)
        {
            file.Opened.Clear();
            file.Shared = null;
        }

        Note(Step.Die);
    }

    /// <summary>The process ends, and of what was not synced the disk loses all, nothing, everything after
    /// some moment, or any of the sectors.</summary>
    public void LosePower(Dice dice)
    {
        Die();
        var fate = dice.Below(4);
        if (fate == 0)
            LoseAllUnsynced();
        else if (fate == 1)
            LoseFrom(MomentOf(dice));
        else if (fate == 2)
            LoseSectors(dice);
        SyncAll();
        Note(Step.LosePower, (ulong)fate);
    }

    /// <summary>The machine starts again.</summary>
    public void Revive() => IsDead = false;

    /// <summary>All files as they are now.</summary>
    public DiskImage Copy() => new(_files.Values);

    /// <summary>The process ends, and the disk holds what an image holds and nothing else.</summary>
    public void Restore(DiskImage image)
    {
        Die();
        _files.Clear();
        foreach (var file in image.Files())
        {
            _files.Add(file.Name, file);
            Note(Step.Restore, file.NameHash);
            Room.Note(file.Content);
        }
    }

    /// <summary>The process ends, and there is a new, empty disk.</summary>
    public void Wipe() => Restore(DiskImage.Empty);

    /// <summary>Makes some bytes wrong in one of the files, in what is read as well as in what is
    /// durable.</summary>
    /// <returns>What was done, for people; null where there is no file to damage.</returns>
    public string? Damage(Dice dice)
    {
        List<SimulatedFile> files = [.. _files.Values.Where(f => f.Length > 0)];
        if (files.Count == 0)
            return null;
        var file = dice.Pick(files);
        var done = DiskDamage.Strike(file, dice);
        Note(Step.Damage, file.NameHash);
        Room.Note(file.Content);
        return $"{file.Name}: {done}";
    }

    /// <summary>Opens a file, and makes it if that is allowed and needed; null where it cannot be.</summary>
    internal OpenFile? Open(string name, int flags)
    {
        if (IsDead)
            return null;
        if (!_files.TryGetValue(name, out var file))
        {
            if ((flags & SqliteFlag.OpenCreate) == 0)
                return null;
            file = new SimulatedFile(name);
            _files.Add(name, file);
        }

        return new OpenFile(this, file, flags);
    }

    internal int Delete(string name)
    {
        if (IsDead)
            return SqliteCode.DeleteFailed;
        if (!_files.Remove(name, out var file))
            return SqliteCode.DeleteNoEntry;
        Note(Step.Delete, file.NameHash);
        return SqliteCode.Ok;
    }

    internal int Write(SimulatedFile file, ReadOnlySpan<byte> bytes, int offset)
    {
        if (Full)
            return SqliteCode.Full;
        Note(Step.Write, file.NameHash, (ulong)offset);
        Room.Note(bytes);
        file.Write(bytes, offset, _changes++);
        BytesWritten += bytes.Length;
        return SqliteCode.Ok;
    }

    internal int Truncate(SimulatedFile file, int length)
    {
        Note(Step.Truncate, file.NameHash, (ulong)length);
        file.Truncate(length, _changes++);
        return SqliteCode.Ok;
    }

    internal int Sync(OpenFile opened)
    {
        var file = opened.File;
        OnSync?.Invoke(SyncMoment.Before, file.Name);
        if (opened.IsDead)
            return SqliteCode.SyncFailed;

        Syncs++;
        Note(Step.Sync, file.NameHash);
        if (!LiesAboutSync)
            file.Sync();
        OnSync?.Invoke(SyncMoment.After, file.Name);
        return opened.IsDead ? SqliteCode.SyncFailed : SqliteCode.Ok;
    }

    private void LoseAllUnsynced()
    {
        LoseFrom(long.MinValue);
        foreach (var file in _files.Values.Where(f => f.IsNew).ToList())
            _files.Remove(file.Name);
    }

    private void LoseFrom(long order)
    {
        foreach (var file in _files.Values)
            file.LoseFrom(order);
    }

    private void LoseSectors(Dice dice)
    {
        foreach (var file in _files.Values)
            file.LoseSectors(dice);
    }

    // What is there after the power came back is what is on the disk.
    private void SyncAll()
    {
        foreach (var file in _files.Values)
            file.Sync();
    }

    private long MomentOf(Dice dice)
    {
        List<long> orders = [.. _files.Values.SelectMany(f => f.Unsynced).Select(c => c.Order).Order()];
        return orders.Count == 0 ? long.MaxValue : dice.Pick(orders);
    }

    private void Note(Step step, ulong what = 0, ulong where = 0) =>
        Room.Note((_number << 8) | (ulong)step, what, where);
}
