namespace SmartCardCrm.World;

/// <summary>What a disk held at one moment. Never changes; may be restored to any disk, any number of
/// times.</summary>
internal sealed class DiskImage
{
    public static readonly DiskImage Empty = new([]);

    private readonly List<(string Name, byte[] Content)> _files;

    internal DiskImage(IEnumerable<SimulatedFile> files) =>
        _files = [.. files.Select(f => (f.Name, f.Content.ToArray()))];

    /// <summary>Of all files together.</summary>
    public long Bytes => _files.Sum(f => (long)f.Content.Length);

    /// <summary>New files with this content, all of it durable.</summary>
    internal IEnumerable<SimulatedFile> Files() =>
        _files.Select(f => SimulatedFile.Synced(f.Name, f.Content));
}
