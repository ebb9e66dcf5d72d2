using System.Runtime.InteropServices;

namespace SmartCardCrm.World;

/// <summary>What the connections to one WAL database share in memory: the index of its log, and eight locks.
/// Belongs to its users and goes with the last of them, also where the disk has died before.</summary>
internal sealed unsafe class SharedMemory
{
    private const int Exclusively = -1;

    private readonly List<nint> _regions = [];
    private readonly int[] _holders = new int[8];
    private int _users;

    public void Join() => _users++;

    /// <returns>Whether nobody uses it any more; its memory is free then.</returns>
    public bool Leave()
    {
        if (--_users > 0)
            return false;
        foreach (var region in _regions)
            NativeMemory.Free((void*)region);
        _regions.Clear();
        return true;
    }

    /// <summary>The memory of one region, zero at first; null where it is not there and is not to be
    /// made.</summary>
    public void* Region(int number, int size, bool extend)
    {
        while (extend && _regions.Count <= number)
            _regions.Add((nint)NativeMemory.AllocZeroed((nuint)size));
        return number < _regions.Count ? (void*)_regions[number] : null;
    }

    public bool TryShare(int slot)
    {
        if (_holders[slot] == Exclusively)
            return false;
        _holders[slot]++;
        return true;
    }

    /// <summary>All of the slots, or none.</summary>
    public bool TryOwn(int first, int count)
    {
        var slots = _holders.AsSpan(first, count);
        if (slots.ContainsAnyExcept(0))
            return false;
        slots.Fill(Exclusively);
        return true;
    }

    /// <summary>Gives back one hold of a slot, of whichever kind it is.</summary>
    public void Release(int slot) =>
        _holders[slot] = _holders[slot] == Exclusively ? 0 : _holders[slot] - 1;
}
