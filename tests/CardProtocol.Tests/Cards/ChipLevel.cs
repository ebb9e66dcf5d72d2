namespace SmartCardCrm.CardProtocol.Tests;

/// <summary>A key in a <see cref="BlankChip"/>; new ones are zero, version 0.</summary>
internal sealed class ChipKey(byte[]? value = null, byte version = 0)
{
    public byte[] Value { get; } = value ?? new byte[16];

    public byte Version => version;
}

/// <summary>A data file in a <see cref="BlankChip"/>.</summary>
internal sealed class ChipFile(byte[] settings, int size)
{
    /// <summary>FileOption, rights, and what ChangeFileSettings put behind them.</summary>
    public byte[] Settings { get; set; } = settings;

    public byte[] Content { get; } = new byte[size];

    /// <summary>How often ChangeFileSettings came, each of which sets the counter back.</summary>
    public int Changes { get; set; }

    /// <summary>Under key 0: the file's mode if key 0 holds the right, plain if everybody does.</summary>
    public CommMode ModeFor(byte ins)
    {
        var own = ins == 0xAD ? Settings[2] >> 4 : Settings[2] & 0xF;
        var holdsRight = own == 0 || Settings[1] >> 4 == 0;
        RefusedException.Unless(holdsRight || own == 0xE || Settings[1] >> 4 == 0xE, 0xAE);
        return holdsRight ? (CommMode)(Settings[0] & 0x03) : CommMode.Plain;
    }
}

/// <summary>What has keys in a <see cref="BlankChip"/>: the card itself, or an application.</summary>
internal sealed class Level
{
    public string Aid { get; init; } = "";

    /// <summary>DF name in hex.</summary>
    public string Name { get; init; } = "";

    public byte Settings { get; set; }

    public byte Kind { get; init; }

    public required ChipKey[] Keys { get; init; }

    /// <summary>Whether key 0 is the factory's DES key.</summary>
    public bool IsDes { get; set; }

    public Dictionary<byte, ChipFile> Files { get; } = [];

    /// <summary>As NXP delivers it: NT4H2421Gx, section 8.2.</summary>
    public static Level Ntag()
    {
        var level = new Level { Name = "D2760000850101", Keys = [.. Enumerable.Repeat(new ChipKey(), 5)] };
        level.Files[1] = new ChipFile([0x00, 0x00, 0xE0], 32);
        level.Files[2] = new ChipFile([0x00, 0xE0, 0xEE], 256);
        return level;
    }

    public static Level Created(byte[] body, ChipKey first) => new()
    {
        Aid = Convert.ToHexString(body[..3]),
        Settings = body[3],
        Kind = body[4],
        Name = body.Length > 7 ? Convert.ToHexString(body[7..]) : "",
        Keys = [.. Enumerable.Repeat(first, body[4] & 0x0F)],
    };

    /// <returns>Whether it was the key of the session.</returns>
    public bool ChangeKey(byte[] body)
    {
        var number = body[0] & 0x3F;
        var key = body[1..17];
        if (number == 0)
        {
            RefusedException.Unless(!IsDes || body[0] == 0x80, 0x9E);
            (Keys[0], IsDes) = (new ChipKey(key, body[17]), false);
            return true;
        }

        for (var i = 0; i < key.Length; i++)
            key[i] ^= Keys[number].Value[i];
        RefusedException.Unless(Crc32.Of(key) == BitConverter.ToUInt32(body, 18), 0x1E);
        Keys[number] = new ChipKey(key, body[17]);
        return false;
    }

    public byte[] Run(byte ins, byte[] body, bool isNtag)
    {
        RefusedException.Unless(!isNtag || ins is 0x64 or 0xF5 or 0x5F or 0xAD or 0x8D, 0x1C);
        switch (ins)
        {
            case 0x45:
                return [Settings, IsDes ? Kind : (byte)(Kind | 0x80)];
            case 0x54:
                Settings = body[0];
                return [];
            case 0x64:
                return [Keys[body[0]].Version];
            case 0x6F:
                return [.. Files.Keys];
            case 0xCD: // with ISO file id, as every file of such an application
                RefusedException.Unless(body.Length == 9 && Files.TryAdd(body[0], Created(body)), 0xDE);
                return [];
            default:
                return RunOn(Files[body[0]], ins, body);
        }
    }

    private static ChipFile Created(byte[] body) => new(body[3..6], body[6] | (body[7] << 8));

    private static byte[] RunOn(ChipFile file, byte ins, byte[] body)
    {
        var size = file.Content.Length;
        switch (ins)
        {
            case 0xF5:
                return
                [
                    0x00, .. file.Settings[..3], (byte)(size & 0xFF), (byte)(size >> 8), 0,
                    .. file.Settings[3..],
                ];
            case 0x5F:
                file.Settings = body[1..];
                file.Changes++;
                return [];
            case 0xAD:
                return file.Content[body[1]..(body[1] + body[4])];
            case 0x8D:
                body[7..].CopyTo(file.Content, body[1]);
                return [];
            default:
                throw new RefusedException(0x1C);
        }
    }
}
