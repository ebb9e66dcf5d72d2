using SmartCardCrm.Simulator.Chip.Memory;

namespace SmartCardCrm.Simulator.Tests;

/// <summary>
/// What is on a card and who may change it, plain and slow: applications, their keys, settings and files,
/// what is selected, and which key has a session.
/// </summary>
internal sealed class PlainDirectory
{
    public const string Picc = "000000";
    public const byte PermissionDenied = 0x9D;
    public const byte AuthenticationError = 0xAE;

    private const int MemoryMost = 5120;
    private const int Free = 0xE;
    private const int Never = 0xF;
    private const int BytesOfObject = 32;

    private readonly SortedDictionary<int, (string Aid, Level Level)> _applications = [];
    private readonly Level _picc = new(0x0F, keys: 1, firstKey: PlainKey.Master);
    private string _selected = Picc;
    private int _created;
    private int _memory;

    public bool IsPicc => _selected == Picc;

    /// <summary>The key with a session; null without one.</summary>
    public int? Session { get; private set; }

    private Level Here => Find(_selected)!;

    /// <summary>The field goes, and comes back.</summary>
    public void StartOver() => (Session, _selected) = (null, Picc);

    /// <summary>A command was refused.</summary>
    public void EndSession() => Session = null;

    /// <summary>The value of a key of what is selected; null where there is none.</summary>
    public PlainKey? Key(int number) => number < Here.Keys.Count ? Here.Keys[number] : null;

    /// <summary>How a command about a file is sent: plain where the session's key has none of the rights but
    /// everybody has one, else in the command's own mode or, where it has none, the file's.</summary>
    public CommMode ModeOf(int file, Func<PlainFile, int[]> rights, CommMode? own = null)
    {
        if (IsPicc || !Here.Files.TryGetValue(file, out var found))
            return own ?? CommMode.Mac;
        var isFree = !IsHeld(rights(found)) && rights(found).Contains(Free);
        return isFree ? CommMode.Plain : own ?? found.Mode;
    }

    public Expected Select(string aid)
    {
        Session = null;
        if (Find(aid) is null)
            return new Expected.Refused(0xA0);
        _selected = aid;
        return Expected.Nothing;
    }

    public Expected Authenticate(int number, bool withTheKey)
    {
        Session = null;
        if (Key(number) is null)
            return new Expected.Refused(0x40);
        if (!withTheKey)
            return new Expected.Refused(AuthenticationError);
        Session = number;
        return Expected.Nothing;
    }

    public Expected CreateApplication(string aid, byte settings, int keys)
    {
        if (!IsPicc)
            return new Expected.Refused(PermissionDenied);
        if (!MayCreate)
            return new Expected.Refused(AuthenticationError);
        if (Find(aid) is not null)
            return new Expected.Refused(0xDE);
        if (!Take(keys * 16, copies: 1))
            return new Expected.Refused(0x0E);
        _applications.Add(_created++, (aid, new Level(settings, keys, PlainKey.Default)));
        return Expected.Nothing;
    }

    public Expected DeleteApplication(string aid)
    {
        if (aid == Picc)
            return new Expected.Refused(PermissionDenied);
        if (Find(aid) is null)
            return new Expected.Refused(0xA0);
        var itself = _selected == aid && (_picc.Settings & 4) != 0;
        if (!IsPicc && !itself)
            return new Expected.Refused(PermissionDenied);
        if (Session != 0)
            return new Expected.Refused(AuthenticationError);
        if (itself)
            StartOver();
        _applications.Remove(_applications.Single(one => one.Value.Aid == aid).Key);
        return Expected.Nothing;
    }

    public Expected GetApplicationIds()
    {
        if (!IsPicc)
            return new Expected.Refused(PermissionDenied);
        return MayList
            ? Answered(string.Concat(_applications.Values.Select(one => one.Aid)))
            : new Expected.Refused(AuthenticationError);
    }

    public Expected GetKeySettings()
    {
        if (!MayList)
            return new Expected.Refused(AuthenticationError);
        return Answered($"{Here.Settings:X2}{0x80 + Here.Keys.Count:X2}");
    }

    public Expected ChangeKeySettings(byte settings)
    {
        if (Session != 0)
            return new Expected.Refused(AuthenticationError);
        if ((Here.Settings & 8) == 0)
            return new Expected.Refused(PermissionDenied);
        Here.Settings = settings;
        return Expected.Nothing;
    }

    public Expected GetKeyVersion(int number) =>
        Key(number) is { } key ? Answered($"{key.Version:X2}") : new Expected.Refused(0x40);

    /// <summary>The session's own key ends the session.</summary>
    public Expected ChangeKey(int number, PlainKey key)
    {
        if (Key(number) is null)
            return new Expected.Refused(0x40);
        if (Session is null)
            return new Expected.Refused(AuthenticationError);
        var changer = IsPicc || number == 0 ? 0 : Here.Settings >> 4;
        if (number == 0 ? (Here.Settings & 1) == 0 : changer == Never)
            return new Expected.Refused(PermissionDenied);
        // The key that changes others is itself changed by the master key.
        var needed = changer == Free ? number : changer == number ? 0 : changer;
        if (Session != needed)
            return new Expected.Refused(AuthenticationError);
        Here.Keys[number] = key;
        if (Session == number)
            Session = null;
        return Expected.Nothing;
    }

    public Expected CreateFile(int number, PlainFile file)
    {
        if (IsPicc)
            return new Expected.Refused(PermissionDenied);
        if (file.Length > MemoryMost - _memory)
            return new Expected.Refused(0x0E);
        if (!MayCreate)
            return new Expected.Refused(AuthenticationError);
        if (number > 0x1F || !FitKeys(file))
            return new Expected.Refused(0x9E);
        if (Here.Files.ContainsKey(number))
            return new Expected.Refused(0xDE);
        if (!Take(file.Length, file.IsBackup ? 2 : 1))
            return new Expected.Refused(0x0E);
        Here.Files.Add(number, file);
        return Expected.Nothing;
    }

    public Expected DeleteFile(int number)
    {
        if (IsPicc)
            return new Expected.Refused(PermissionDenied);
        if (!Here.Files.ContainsKey(number))
            return new Expected.Refused(0xF0);
        if (!MayCreate)
            return new Expected.Refused(AuthenticationError);
        Here.Files.Remove(number);
        return Expected.Nothing;
    }

    public Expected GetFileIds()
    {
        if (!MayList)
            return new Expected.Refused(AuthenticationError);
        return IsPicc
            ? new Expected.Refused(PermissionDenied)
            : Answered(string.Concat(Here.Files.Keys.Select(number => $"{number:X2}")));
    }

    public Expected GetFileSettings(int number)
    {
        if (!MayList)
            return new Expected.Refused(AuthenticationError);
        return Named(number) is Expected.Refused refused ? refused : Answered(Here.Files[number].Settings);
    }

    public Expected ChangeFileSettings(int number, PlainFile settings)
    {
        if (Refusal(number, file => [file.Change]) is { } refusal)
            return refusal;
        if (!FitKeys(settings))
            return new Expected.Refused(0x9E);
        Here.Files[number] = Here.Files[number] with { Option = settings.Option, Rights = settings.Rights };
        return Expected.Nothing;
    }

    public Expected Read(int number)
    {
        return Refusal(number, PlainFile.Reading) is { } refusal
            ? refusal
            : Answered(Convert.ToHexString(Here.Files[number].Content));
    }

    public Expected Write(int number, byte first)
    {
        if (Refusal(number, PlainFile.Writing) is { } refusal)
            return refusal;
        // What is written to a backup file waits for a commit, and none comes.
        if (!Here.Files[number].IsBackup)
            Here.Files[number].Content[0] = first;
        return Expected.Nothing;
    }

    public Expected FreeMem() =>
        Answered(Convert.ToHexString(BitConverter.GetBytes(MemoryMost - _memory)[..3]));

    public Expected Format()
    {
        if (!IsPicc)
            return new Expected.Refused(PermissionDenied);
        if (Session != 0)
            return new Expected.Refused(AuthenticationError);
        _applications.Clear();
        _memory = 0;
        return Expected.Nothing;
    }

    private bool MayCreate => (Here.Settings & 4) != 0 || Session == 0;

    private bool MayList => (Here.Settings & 2) != 0 || Session == 0;

    private bool IsHeld(int[] holders) => Session is { } key && holders.Contains(key);

    private Expected? Refusal(int number, Func<PlainFile, int[]> rights)
    {
        if (Named(number) is Expected.Refused refused)
            return refused;
        var holders = rights(Here.Files[number]);
        if (IsHeld(holders) || holders.Contains(Free))
            return null;
        var someKeyMay = holders.Any(holder => holder < Free);
        return new Expected.Refused(someKeyMay ? AuthenticationError : PermissionDenied);
    }

    private Expected Named(int number)
    {
        if (IsPicc)
            return new Expected.Refused(PermissionDenied);
        return Here.Files.ContainsKey(number) ? Expected.Nothing : new Expected.Refused(0xF0);
    }

    private bool FitKeys(PlainFile file) =>
        file.Holders.All(holder => holder >= Free || holder < Here.Keys.Count);

    // Deleting gives nothing back.
    private bool Take(int length, int copies)
    {
        var bytes = BytesOfObject + ((length + 31) / 32 * 32 * copies);
        if (bytes > MemoryMost - _memory)
            return false;
        _memory += bytes;
        return true;
    }

    private Level? Find(string aid) =>
        aid == Picc ? _picc : _applications.Values.FirstOrDefault(one => one.Aid == aid).Level;

    private static Expected Answered(string hex) => new Expected.Answered(Convert.FromHexString(hex));

    private sealed class Level(byte settings, int keys, PlainKey firstKey)
    {
        public byte Settings { get; set; } = settings;

        public List<PlainKey> Keys { get; } = [.. Enumerable.Repeat(firstKey, keys)];

        public SortedDictionary<int, PlainFile> Files { get; } = [];
    }
}
