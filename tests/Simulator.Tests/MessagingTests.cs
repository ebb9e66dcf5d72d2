using CsCheck;
using SmartCardCrm.Simulator.Chip.Memory;
using SmartCardCrm.Simulator.Chip.Messaging;

namespace SmartCardCrm.Simulator.Tests;

/// <summary>Integrity of commands, framing and the frames of a chain.</summary>
public sealed class MessagingTests
{
    [Fact]
    public void One_flipped_bit_in_a_command_ends_session_and_transaction() =>
        Gen.Select(Gen.Int[1, 500], Gen.Int[0, (25 * 8) - 1]).Sample((amount, bit) =>
        {
            var chip = TestCard.CreateWhole(points: 500);
            var reader = new TestReader(chip).Open(2);
            reader.Credit(1);
            var data = Convert.FromHexString(TestReader.Int32(amount));
            var command = reader.Wrap(0xDC, [3], data, CommMode.Full);
            command[5 + (bit / 8)] ^= (byte)(1 << (bit % 8));

            var answer = chip.Transmit(command);

            Assert.Equal(2, answer.Length);
            Assert.Contains(answer[1], new byte[] { 0x1E, 0xF0, 0xAE, 0x9D, 0x7E });
            Assert.Null(chip.State.Session);
            Assert.True(chip.State.Transaction.IsEmpty);
        });

    [Fact]
    public void A_repeated_command_is_refused()
    {
        var chip = TestCard.CreateWhole();
        var reader = new TestReader(chip).Open(2);
        var command = reader.Wrap(0x0C, [3], [1, 0, 0, 0], CommMode.Full);

        Assert.Equal(0x00, chip.Transmit(command)[^1]);
        Assert.Equal("911E", Convert.ToHexString(chip.Transmit(command)));
    }

    [Fact]
    public void After_an_error_a_macked_command_is_one_of_wrong_length()
    {
        var chip = TestCard.CreateWhole();
        var reader = new TestReader(chip).Open(2);
        var next = reader.Wrap(0xDC, [3], [1, 0, 0, 0], CommMode.Full);
        reader.Raw("9099000000");

        Assert.Equal("917E", Convert.ToHexString(chip.Transmit(next)));
    }

    [Fact]
    public void A_used_up_command_counter_ends_the_session()
    {
        using var channel = new Ev2Channel(
            0, Ev2SessionKeys.Derive(new byte[16], new byte[16], new byte[16]), new byte[4], ushort.MaxValue);

        Assert.Throws<Chip.RefusedException>(() => channel.Open(0x6C, [3], 1, CommMode.Plain));
    }

    [Theory]
    [InlineData("906E0000", "9100")]             // no Le
    [InlineData("906E000000", "9100")]
    [InlineData("906E00000000", "9100")]         // Lc 0 and Le
    [InlineData("905A000003F54352", "9100")]     // Lc without Le
    [InlineData("905A000004F5435200", "917E")]   // Lc of more than there is
    [InlineData("905A010003F5435200", "919E")]   // P1
    [InlineData("90", "6700")]
    [InlineData("80CA000000", "6E00")]
    [InlineData("00B0000000", "6985")]
    [InlineData("00A4040007D276000085010000", "6A82")]
    [InlineData("FFCA000000", "9000")]
    [InlineData("FFCA010000", "9000")]
    [InlineData("FFCA020000", "6A81")]
    public void Any_legal_form_of_an_apdu_is_understood_and_others_are_answered(string apdu, string status)
    {
        var answer = new TestReader(TestCard.CreateWhole()).Raw(apdu);

        Assert.Equal(status, Convert.ToHexString(answer[^2..]));
    }

    [Fact]
    public void Get_version_comes_in_three_frames_and_has_one_mac()
    {
        var reader = new TestReader(TestCard.CreateWhole());

        Assert.Equal("0401013300180591AF", reader.Hex("9060000000"));
        Assert.Equal("0401010300180591AF", reader.Hex("90AF000000"));
        Assert.StartsWith("04A1B2C3D4E5F6", reader.Hex("90AF000000"), StringComparison.Ordinal);
        Assert.Equal(28, reader.Open(1).Do(0x60, "", mode: CommMode.Mac).Length);
    }

    [Fact]
    public void A_command_in_the_middle_of_a_chain_aborts_it()
    {
        var reader = new TestReader(TestCard.CreateWhole());
        reader.Raw("9060000000");

        Assert.Equal("91CA", reader.Hex("906E000000"));
        Assert.Equal("911C", reader.Hex("90AF000000"));
    }

    [Fact]
    public void Any_split_of_a_long_write_is_one_command() =>
        Gen.Select(Gen.Int[1, 60], Gen.Byte).Sample((length, content) =>
        {
            var chip = TestCard.CreateWhole();
            var reader = new TestReader(chip).Open(2);
            byte[] data = [.. Enumerable.Repeat(content, 48)];
            var whole = reader.Wrap(0x3D, [2, 0, 0, 0, 48, 0, 0], data, CommMode.Full)[5..^1];
            var answer = Array.Empty<byte>();
            byte ins = 0x3D;
            foreach (var frame in Split(whole, first: Math.Max(7, length), length))
            {
                answer = chip.Transmit([0x90, ins, 0, 0, (byte)frame.Length, .. frame, 0]);
                ins = 0xAF;
            }

            Assert.Equal(0x00, answer[^1]);
            Assert.Equal(data, chip.State.Transaction.Of((BackupFile)chip.State.File(2)).Content);
        });

    [Fact]
    public void An_answer_too_long_for_one_apdu_of_the_second_set_is_refused()
    {
        var content = new byte[300];
        var file = new StandardFile { Number = 1, Option = 1, Rights = TestCard.Rights, Content = content };
        var reader = new TestReader(TestCard.Create(file));

        Assert.Equal(248, reader.Open(1).Do(0xAD, "01000000F80000", mode: CommMode.Mac).Length);
        Assert.Equal(0x7E, reader.Open(1).Refused(0xAD, "01000000F90000", mode: CommMode.Mac));
        Assert.Equal(300, reader.Open(1).Do(0xBD, "01000000000000", mode: CommMode.Mac).Length);
    }

    private static IEnumerable<byte[]> Split(byte[] whole, int first, int others) =>
        [whole[..Math.Min(first, whole.Length)], .. whole.Skip(first).Chunk(others)];
}
