using SmartCardCrm.Simulator.Chip.Memory;

namespace SmartCardCrm.Simulator.Chip;

/// <summary>What an open transaction will do to one file.</summary>
internal abstract class PendingChange
{
    public abstract void Apply();
}

internal sealed class PendingContent(BackupFile file) : PendingChange
{
    public byte[] Content { get; } = [.. file.Content];

    public override void Apply() => file.Content = Content;
}

internal sealed class PendingValue(ValueFile file) : PendingChange
{
    private int _limitedCredit = file.LimitedCredit;
    private long _debited;

    public int Value { get; private set; } = file.Value;

    /// <param name="amount">Positive credits, negative debits.</param>
    /// <exception cref="RefusedException">A limit of the file would be crossed.</exception>
    public void Add(int amount)
    {
        var sum = (long)Value + amount;
        RefusedException.When(sum < file.Lower || sum > file.Upper, Status.BoundaryError);
        Value = (int)sum;
        _debited -= Math.Min(amount, 0);
    }

    /// <summary>One LimitedCredit uses the limit up, even if it asks for less.</summary>
    public void AddLimited(int amount)
    {
        RefusedException.When(amount > _limitedCredit, Status.BoundaryError);
        Add(amount);
        _limitedCredit = 0;
    }

    /// <summary>Takes over the value of another file, whatever was pending; neither credit nor
    /// debit.</summary>
    public void Restore(int value)
    {
        RefusedException.When(value < file.Lower || value > file.Upper, Status.BoundaryError);
        Value = value;
    }

    public override void Apply()
    {
        file.Value = Value;
        file.LimitedCredit = _debited > 0 ? (int)Math.Min(_debited, int.MaxValue) : _limitedCredit;
    }
}

internal sealed class PendingRecords(RecordFile file) : PendingChange
{
    public List<byte[]> Records { get; } = [.. file.Records.Select(record => record.ToArray())];

    /// <summary>The one record that this transaction adds; several writes fill the same one.</summary>
    public byte[]? Added { get; private set; }

    public bool IsCleared { get; private set; }

    public byte[] Add()
    {
        RefusedException.When(!file.Cyclic && Records.Count >= file.Capacity, OpenPoints.LinearFileFull);
        return Added ??= new byte[file.RecordLength];
    }

    public void Clear()
    {
        Records.Clear();
        Added = null;
        IsCleared = true;
    }

    public override void Apply()
    {
        if (Added is not null)
            Records.Add(Added);

        if (Records.Count > file.Capacity)
            Records.RemoveAt(0);

        file.Records = Records;
    }
}

/// <summary>
/// Everything a commit will write. The memory is untouched until then; abandoning it is the rollback.
/// </summary>
internal sealed class Transaction
{
    private readonly Dictionary<CardFile, PendingChange> _changes = [];

    /// <summary>Bytes for the transaction MAC; stays empty in an application without such a file.</summary>
    public List<byte> MacInput { get; } = [];

    /// <summary>Reader id given by CommitReaderID, 16 bytes.</summary>
    public byte[]? ReaderId { get; set; }

    public bool IsEmpty => _changes.Count == 0 && MacInput.Count == 0;

    public PendingContent Of(BackupFile file) => Find(file, () => new PendingContent(file));

    public PendingValue Of(ValueFile file) => Find(file, () => new PendingValue(file));

    public PendingRecords Of(RecordFile file) => Find(file, () => new PendingRecords(file));

    public void Forget(CardFile file) => _changes.Remove(file);

    public void Apply()
    {
        foreach (var change in _changes.Values)
            change.Apply();
    }

    private T Find<T>(CardFile file, Func<T> create)
        where T : PendingChange
    {
        if (_changes.TryGetValue(file, out var found))
            return (T)found;

        var created = create();
        _changes.Add(file, created);
        return created;
    }
}
