using System.Buffers.Binary;
using SmartCardCrm.Simulator.Chip;
using SmartCardCrm.Simulator.Chip.Memory;
using SmartCardCrm.Simulator.Chip.Messaging;

namespace SmartCardCrm.Simulator.Tests;

/// <summary>
/// The reader's end of EV2 messaging, as much as tests need. It borrows the chip's AES-CMAC, which RFC 4493
/// and the published exchanges pin; the Python client shares nothing.
/// </summary>
internal sealed class TestReader(DesfireChip chip)
{
    private static readonly byte[] RndA = Convert.FromHexString("000102030405060708090A0B0C0D0E0F");
    private static readonly byte[] NoVector = new byte[16];

    private AesCmac? _encryption;
    private AesCmac? _mac;
    private byte[] _identifier = [];
    private ushort _counter;

    /// <summary>One APDU, bytes as they are, spaces anywhere.</summary>
    public byte[] Raw(string hex) =>
        chip.Transmit(Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal)));

    /// <summary>One APDU; the answer in hex.</summary>
    public string Hex(string hex) => Convert.ToHexString(Raw(hex));

    public TestReader Select()
    {
        Assert.Equal("9100", Hex("905A000003F5435200"));
        EndSession();
        return this;
    }

    /// <summary>Selects another application.</summary>
    /// <returns>The status byte.</returns>
    public byte Select(string aid)
    {
        var answer = Raw($"905A000003{aid}00");
        EndSession();
        return answer[^1];
    }

    /// <summary>An authentication by who does not have the key.</summary>
    /// <returns>The status byte.</returns>
    public byte AuthenticateWrongly(int number)
    {
        EndSession();
        var challenge = Raw($"9071000002{number:X2}0000");
        return challenge[^1] == 0xAF ? Raw($"90AF000020{new string('5', 64)}00")[^1] : challenge[^1];
    }

    /// <summary>Selects the application and opens a session.</summary>
    public TestReader Open(int key)
    {
        Select();
        Authenticate(key, TestCard.Key(key));
        return this;
    }

    public void Authenticate(int number, byte[] key, bool first = true)
    {
        using var cipher = new AesCmac(key);
        var challenge = chip.Transmit(
            first ? [0x90, 0x71, 0, 0, 2, (byte)number, 0, 0] : [0x90, 0x77, 0, 0, 1, (byte)number, 0]);
        Assert.Equal([0x91, 0xAF], challenge[^2..]);
        var rndB = cipher.DecryptCbc(challenge.AsSpan(..16), NoVector);
        byte[] proof = [.. RndA, .. rndB[1..], rndB[0]];
        var answer = chip.Transmit([0x90, 0xAF, 0, 0, 32, .. cipher.EncryptCbc(proof, NoVector), 0]);
        Assert.Equal([0x91, 0x00], answer[^2..]);
        var plain = cipher.DecryptCbc(answer.AsSpan(..^2), NoVector);
        (_encryption, _mac) = Ev2SessionKeys.Derive(key, RndA, rndB);
        if (first)
            (_identifier, _counter) = (plain[..4], 0);
    }

    /// <summary>Runs a command that must succeed, in the session if there is one.</summary>
    /// <returns>The plain answer.</returns>
    public byte[] Do(
        byte ins, string header, string data = "", CommMode mode = CommMode.Full, Status status = Status.Ok)
    {
        var answer = Chain(Wrap(ins, Convert.FromHexString(header), Convert.FromHexString(data), mode));
        Assert.Equal($"91{(byte)status:X2}", Convert.ToHexString(answer[^2..]));
        return _mac is null ? answer[..^2] : Unwrap(answer.AsSpan(..^2), mode, status);
    }

    /// <summary>Runs a command that must succeed and ends the session: its answer has no MAC.</summary>
    public void DoLast(byte ins, string header, string data)
    {
        var command = Wrap(ins, Convert.FromHexString(header), Convert.FromHexString(data), CommMode.Full);
        Assert.Equal("9100", Convert.ToHexString(chip.Transmit(command)));
        EndSession();
    }

    /// <summary>Runs a command that must be refused; the session is over.</summary>
    /// <returns>The status byte.</returns>
    public byte Refused(byte ins, string header, string data = "", CommMode mode = CommMode.Full)
    {
        var command = Wrap(ins, Convert.FromHexString(header), Convert.FromHexString(data), mode);
        var answer = chip.Transmit(command);
        Assert.Equal(2, answer.Length);
        Assert.Equal(0x91, answer[0]);
        Assert.NotEqual(0x00, answer[1]);
        EndSession();
        return answer[1];
    }

    /// <summary>A protected command, not sent; the reader's counter does not move.</summary>
    public byte[] Wrap(byte ins, byte[] header, byte[] data, CommMode mode)
    {
        byte[] payload = [.. header, .. data];
        if (_mac is not null && mode != CommMode.Plain)
        {
            var sent = mode == CommMode.Full && data.Length > 0
                ? _encryption!.EncryptCbc(Pad(data), Vector(0xA5, 0x5A, _counter))
                : data;
            payload = [.. header, .. sent];
            payload = [.. payload, .. Mac(ins, _counter, payload)];
        }

        return payload.Length == 0
            ? [0x90, ins, 0, 0, 0]
            : [0x90, ins, 0, 0, (byte)payload.Length, .. payload, 0];
    }

    public int GetValue(byte file = TestCard.Points) =>
        BinaryPrimitives.ReadInt32LittleEndian(Do(0x6C, $"{file:X2}"));

    public void Debit(int amount) => Do(0xDC, "03", Int32(amount));

    public void Credit(int amount) => Do(0x0C, "03", Int32(amount));

    /// <summary>Writes a whole 16-byte record of one repeated byte.</summary>
    public void WriteRecord(byte content, byte file = TestCard.Log) =>
        Do(0x8B, $"{file:X2}000000100000", string.Concat(Enumerable.Repeat($"{content:X2}", 16)));

    /// <summary>First byte of each record, oldest first.</summary>
    public byte[] ReadRecords(byte file = TestCard.Log) =>
        [.. Do(0xAB, $"{file:X2}000000000000").Chunk(16).Select(record => record[0])];

    public void CommitReaderId(byte id = 0xAA) =>
        Do(0xC8, string.Concat(Enumerable.Repeat($"{id:X2}", 16)), mode: CommMode.Mac);

    /// <summary>TMC and TMV when asked for.</summary>
    public byte[] Commit(string option = "01") => Do(0xC7, option, mode: CommMode.Mac);

    public static string Int32(int value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        return Convert.ToHexString(bytes);
    }

    private void EndSession() => (_encryption, _mac) = (null, null);

    /// <summary>Sends and collects AF frames.</summary>
    private byte[] Chain(byte[] command)
    {
        var answer = chip.Transmit(command);
        var whole = answer[..^2];
        while (answer[^1] == 0xAF)
        {
            answer = Raw("90AF000000");
            whole = [.. whole, .. answer[..^2]];
        }

        return [.. whole, .. answer[^2..]];
    }

    private byte[] Unwrap(ReadOnlySpan<byte> answer, CommMode mode, Status status)
    {
        _counter++;
        if (mode == CommMode.Plain)
            return answer.ToArray();

        var body = answer[..^8];
        var mac = Mac((byte)status, _counter, body);
        Assert.Equal(Convert.ToHexString(mac), Convert.ToHexString(answer[^8..]));
        if (mode == CommMode.Mac || body.IsEmpty)
            return body.ToArray();

        var padded = _encryption!.DecryptCbc(body, Vector(0x5A, 0xA5, _counter));
        return padded[..Array.LastIndexOf(padded, (byte)0x80)];
    }

    private byte[] Mac(byte first, ushort counter, ReadOnlySpan<byte> body) =>
        _mac!.ComputeShort([first, (byte)(counter & 0xFF), (byte)(counter >> 8), .. _identifier, .. body]);

    private byte[] Vector(byte label1, byte label2, ushort counter) => _encryption!.EncryptBlock(
        [label1, label2, .. _identifier, (byte)(counter & 0xFF), (byte)(counter >> 8), .. new byte[8]]);

    private static byte[] Pad(byte[] data) => [.. data, 0x80, .. new byte[15 - (data.Length % 16)]];
}
