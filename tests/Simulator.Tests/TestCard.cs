using SmartCardCrm.Simulator.Chip;
using SmartCardCrm.Simulator.Chip.Memory;

namespace SmartCardCrm.Simulator.Tests;

/// <summary>Chips with an application F54352 of six keys, made past the protocol.</summary>
internal static class TestCard
{
    public const byte Standard = 1;
    public const byte Backup = 2;
    public const byte Points = 3;
    public const byte Log = 4;
    public const byte TransactionMac = 5;
    public const byte Linear = 6;

    public static readonly byte[] Uid = [0x04, 0xA1, 0xB2, 0xC3, 0xD4, 0xE5, 0xF6];
    public static readonly byte[] Aid = [0xF5, 0x43, 0x52];

    /// <summary>Read key 1, Write key 3, ReadWrite key 2, Change key 0.</summary>
    public static readonly AccessRights Rights = new(0x20, 0x13);

    /// <summary>Key n of the application: sixteen times 10 + n.</summary>
    public static byte[] Key(int number) => [.. Enumerable.Repeat((byte)(0x10 + number), 16)];

    /// <summary>The application without files, settings 09.</summary>
    public static DesfireChip Create(params CardFile[] files) => Create(Counting(), files);

    public static DesfireChip Create(FillRandom random, params CardFile[] files)
    {
        var chip = DesfireChip.Factory("ev3-4k", Uid, random);
        var application = new Application
        {
            Aid = Aid,
            KeySettings = 0x09,
            KeySettings2 = 0x86,
            Keys = [.. Enumerable.Range(0, 6).Select(number => AesKey(Key(number)))],
        };
        foreach (var file in files)
            application.Files.Add(file.Number, file);

        chip.Memory.Applications.Add(application);
        chip.Memory.MemoryTaken = 2048;
        return chip;
    }

    /// <summary>All file types with <see cref="Rights"/> in full mode, and a TMAC file in MAC mode.</summary>
    public static DesfireChip CreateWhole(int points = 100) => Create(
        new StandardFile { Number = Standard, Option = 3, Rights = Rights, Content = new byte[32] },
        new BackupFile { Number = Backup, Option = 3, Rights = Rights, Content = new byte[48] },
        Value(points),
        Records(cyclic: true, most: 4),
        Mac());

    /// <summary>The files of <see cref="CreateWhole"/> without the TMAC file.</summary>
    public static DesfireChip CreateWithoutMac(int points = 100) => Create(
        new BackupFile { Number = Backup, Option = 3, Rights = Rights, Content = new byte[48] },
        Value(points),
        Records(cyclic: true, most: 4),
        Records(cyclic: false, most: 2));

    public static ValueFile Value(int value, byte flags = 1) => new()
    {
        Number = Points,
        Option = 3,
        Rights = Rights,
        Lower = 0,
        Upper = 1000,
        Value = value,
        Flags = flags,
    };

    public static RecordFile Records(bool cyclic, int most) => new()
    {
        Number = cyclic ? Log : Linear,
        Option = 3,
        Rights = Rights,
        Cyclic = cyclic,
        RecordLength = 16,
        RecordsMost = most,
    };

    public static TransactionMacFile Mac(byte readWriteAndChange = 0x20) => new()
    {
        Number = TransactionMac,
        Option = 1,
        Rights = new AccessRights(readWriteAndChange, 0x1F),
        Key = Key(15),
        KeyVersion = 1,
    };

    public static CardKey AesKey(byte[] value) => new() { Type = KeyType.Aes, Value = value, Version = 1 };

    /// <summary>Plays the given random numbers, one for each draw.</summary>
    public static FillRandom Playing(params byte[][] draws)
    {
        var rest = new Queue<byte[]>(draws);
        return bytes => rest.Dequeue().CopyTo(bytes);
    }

    /// <summary>A different number for each draw, the same in each run.</summary>
    public static FillRandom Counting()
    {
        byte next = 0;
        return bytes => bytes.Fill(++next);
    }
}
