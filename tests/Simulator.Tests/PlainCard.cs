namespace SmartCardCrm.Simulator.Tests;

/// <summary>What a command must come to: an answer, or a status that ends session and transaction.</summary>
internal abstract record Expected
{
    private Expected() { }

    public sealed record Answered(byte[] Content) : Expected;

    public sealed record Refused(byte Status) : Expected;

    public static Expected Nothing { get; } = new Answered([]);

    public static Expected Boundary { get; } = new Refused(0xBE);
}

/// <summary>
/// The card of <see cref="TestCard.CreateWhole"/> as the reference describes it, plain and slow: everything
/// is written into a copy, and a commit puts the copy in the place of the original.
/// </summary>
internal sealed class PlainCard
{
    public const int RecordLength = 16;
    public const int LogMost = 3;
    public const int LinearMost = 2;
    public const int ValueMost = 1000;

    private Content _committed = new();
    private Content _pending = new();
    private bool _hasPending;
    private bool _hasReaderId;
    private int _debited;
    private byte[]? _logAdded;
    private byte[]? _linearAdded;
    private bool _logCleared;

    public uint Commits { get; private set; }

    /// <summary>The field goes, an application is selected, a session begins, or a command was
    /// refused.</summary>
    public void StartOver()
    {
        _pending = _committed.Copy();
        (_hasPending, _hasReaderId, _debited, _logCleared) = (false, false, 0, false);
        (_logAdded, _linearAdded) = (null, null);
    }

    public Expected GetValue() => Read(BitConverter.GetBytes(_committed.Value));

    public Expected ReadStandard() => Read(_committed.Standard);

    public Expected ReadBackup() => Read(_committed.Backup);

    public Expected ReadLog() => ReadAll(_committed.Log);

    public Expected ReadLinear() => ReadAll(_committed.Linear);

    public Expected WriteStandard(int at, byte[] data)
    {
        if (at + data.Length > _committed.Standard.Length)
            return Expected.Boundary;
        data.CopyTo(_committed.Standard, at);
        data.CopyTo(_pending.Standard, at);
        return Taken();
    }

    public Expected WriteBackup(int at, byte[] data)
    {
        if (at + data.Length > _pending.Backup.Length)
            return Expected.Boundary;
        data.CopyTo(_pending.Backup, at);
        return Taken();
    }

    public Expected Change(int points)
    {
        if (_pending.Value + points is < 0 or > ValueMost)
            return Expected.Boundary;
        _pending.Value += points;
        _debited += Math.Max(0, -points);
        return Taken();
    }

    public Expected LimitedCredit(int points)
    {
        if (points > _pending.Limit || _pending.Value + points > ValueMost)
            return Expected.Boundary;
        _pending.Value += points;
        _pending.Limit = 0;
        return Taken();
    }

    public Expected WriteLog(int at, byte[] data)
    {
        if (at + data.Length > RecordLength)
            return Expected.Boundary;
        if (_logCleared)
            return new Expected.Refused(0x9D);
        _logAdded ??= Add(_pending.Log);
        data.CopyTo(_logAdded, at);
        return Taken();
    }

    public Expected WriteLinear(int at, byte[] data)
    {
        if (at + data.Length > RecordLength || (_linearAdded is null && _pending.Linear.Count == LinearMost))
            return Expected.Boundary;
        _linearAdded ??= Add(_pending.Linear);
        data.CopyTo(_linearAdded, at);
        return Taken();
    }

    public Expected ClearLog()
    {
        _pending.Log.Clear();
        (_logAdded, _logCleared) = (null, true);
        return Taken();
    }

    public Expected CommitReaderId()
    {
        if (_hasReaderId)
            return new Expected.Refused(0x9D);
        _hasReaderId = true;
        return Taken();
    }

    public Expected Commit()
    {
        if (!_hasPending)
            return new Expected.Refused(0x0C);
        if (!_hasReaderId)
            return new Expected.Refused(0x9D);
        if (_debited > 0)
            _pending.Limit = _debited;
        if (_pending.Log.Count > LogMost)
            _pending.Log.RemoveAt(0);
        _committed = _pending.Copy();
        Commits++;
        StartOver();
        return Expected.Nothing;
    }

    public Expected Abort()
    {
        if (!_hasPending)
            return new Expected.Refused(0x0C);
        StartOver();
        return Expected.Nothing;
    }

    private Expected Read(byte[] content)
    {
        _hasPending = true;                                     // with a TMAC file reads are part of it
        return new Expected.Answered(content);
    }

    private Expected ReadAll(List<byte[]> records) =>
        records.Count == 0 ? Expected.Boundary : Read([.. records.SelectMany(record => record)]);

    private Expected Taken()
    {
        _hasPending = true;
        return Expected.Nothing;
    }

    private static byte[] Add(List<byte[]> records)
    {
        var record = new byte[RecordLength];
        records.Add(record);
        return record;
    }

    private sealed class Content
    {
        public byte[] Standard { get; private init; } = new byte[32];

        public byte[] Backup { get; private init; } = new byte[48];

        public int Value { get; set; } = 100;

        public int Limit { get; set; }

        public List<byte[]> Log { get; private init; } = [];

        public List<byte[]> Linear { get; private init; } = [];

        public Content Copy() => new()
        {
            Standard = [.. Standard],
            Backup = [.. Backup],
            Value = Value,
            Limit = Limit,
            Log = [.. Log.Select(record => record.ToArray())],
            Linear = [.. Linear.Select(record => record.ToArray())],
        };
    }
}
