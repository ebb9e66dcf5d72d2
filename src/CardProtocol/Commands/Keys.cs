namespace SmartCardCrm.CardProtocol;

/// <summary>The number of a key in the selected application, as the chip counts.</summary>
internal readonly record struct KeyNumber(byte Value)
{
    /// <summary>The card's own master key, at AID 000000: 0, like an application's.</summary>
    public static KeyNumber PiccMaster => default;

    /// <summary>The same in ChangeKey, which there names the type of the new key too: AES.</summary>
    public static KeyNumber PiccMasterAsAes => new(0x80);

    public static implicit operator KeyNumber(CardKeyNumber number) => new((byte)number);

    public static implicit operator KeyNumber(TapKeyNumber number) => new((byte)number);
}

/// <summary>Replaces a key of the application.</summary>
/// <param name="Number">Which key.</param>
/// <param name="Old">The key now in place, or null for the key of the session itself, which success then
/// ends.</param>
/// <param name="New">The key to be, with its version.</param>
internal sealed record ChangeKey(KeyNumber Number, CardKey? Old, CardKey New) : ICommand<Nothing>
{
    public byte Ins => 0xC4;
    public CommMode Mode => CommMode.Full;
    public bool EndsSession => Old is null;
    public void WriteHeader(ref ByteWriter to) => to.Byte(Number.Value);

    public void WriteData(ref ByteWriter to)
    {
        var key = to.Next(CardKey.Length);
        New.Bytes.CopyTo(key);
        to.Byte(New.Version);
        if (Old is null)
            return;

        for (var i = 0; i < key.Length; i++)
            key[i] ^= Old.Bytes[i];
        to.UInt32(Crc32.Of(New.Bytes));
    }

    public Nothing Read(ReadOnlySpan<byte> data) => Nothing.Read(data);
}

/// <summary>The version byte that came with a key.</summary>
internal sealed record GetKeyVersion(KeyNumber Number) : ICommand<byte>
{
    public byte Ins => 0x64;
    public CommMode Mode => CommMode.Mac;
    public void WriteHeader(ref ByteWriter to) => to.Byte(Number.Value);

    public byte Read(ReadOnlySpan<byte> data)
    {
        Answer.MustHave(data, 1);
        return data[0];
    }
}

/// <summary>CRC-32 as DESFire has it: reflected 04C11DB7, from FFFFFFFF, not inverted at the end.</summary>
internal static class Crc32
{
    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        var crc = 0xFFFF_FFFF;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc & 1) == 0 ? crc >> 1 : (crc >> 1) ^ 0xEDB8_8320;
        }

        return crc;
    }
}
