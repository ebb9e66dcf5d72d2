using SmartCardCrm.Simulator.Chip;
using SmartCardCrm.Simulator.Chip.Memory;

namespace SmartCardCrm.Simulator.Tests;

/// <summary>Two applications selected at once: bit 7 of a file or key number means the second.</summary>
public sealed class TwoApplicationsTests
{
    private const string Both = "905A000006F54352C0FFEE00";
    private const int OfSecond = 0x80;

    private static readonly byte[] SecondKey = [.. Enumerable.Repeat((byte)0x77, 16)];

    private readonly DesfireChip _chip = TestCard.Create(
        new BackupFile { Number = 2, Option = 3, Rights = TestCard.Rights, Content = new byte[4] });

    private readonly TestReader _reader;

    public TwoApplicationsTests()
    {
        var second = new Application
        {
            Aid = [0xC0, 0xFF, 0xEE],
            KeySettings = 0x0F,
            KeySettings2 = 0x83,
            Keys = [.. Enumerable.Repeat(
                new CardKey { Type = KeyType.Aes, Value = SecondKey, Version = 9 }, 3)],
        };
        second.Files.Add(2, new BackupFile
        {
            Number = 2,
            Option = 0,
            Rights = TestCard.Rights,
            Content = [0x22, 0x22, 0x22, 0x22],
        });
        second.Files.Add(7, new StandardFile
        {
            Number = 7,
            Option = 0,
            Rights = new AccessRights(0xEE, 0xEE),
            Content = [0x77],
        });
        second.Files.Add(8, new BackupFile
        {
            Number = 8,
            Option = 3,
            Rights = new AccessRights(0xEE, 0xEE),
            Content = [0x00],
        });
        _chip.Memory.Applications.Add(second);
        _reader = new TestReader(_chip);
    }

    [Fact]
    public void Files_of_both_are_reached_in_one_session_and_one_transaction()
    {
        Select();
        _reader.Authenticate(2, TestCard.Key(2));

        _reader.Do(0x8D, "02000000010000", "AB");
        _reader.Do(0x8D, "88000000010000", "CD", CommMode.Plain);
        Assert.Equal([0x00], _reader.Do(0xAD, "88000000000000", mode: CommMode.Plain));
        _reader.Do(0xC7, "", mode: CommMode.Mac);

        Assert.Equal([0xAB, 0, 0, 0], _reader.Do(0xAD, "02000000000000"));
        Assert.Equal([0xCD], _reader.Do(0xAD, "88000000000000", mode: CommMode.Plain));
    }

    [Fact]
    public void What_is_done_in_the_second_is_in_no_proof_of_the_first()
    {
        var proof = TestCard.Mac();
        _chip.Memory.Applications[0].Files.Add(5, proof);
        var alone = Committed(withSecond: false);
        (proof.Counter, proof.LastValue, proof.PreviousReaderId) = (0, new byte[8], new byte[16]);

        Assert.Equal(alone, Committed(withSecond: true));
    }

    [Fact]
    public void A_key_opens_the_files_of_its_own_application_only()
    {
        Select();
        _reader.Authenticate(2, TestCard.Key(2));
        Assert.Equal(
            (byte)Status.AuthenticationError, _reader.Refused(0xAD, "82000000000000", mode: CommMode.Plain));

        _reader.Authenticate(OfSecond | 2, SecondKey);
        Assert.Equal(
            [0x22, 0x22, 0x22, 0x22], _reader.Do(0xAD, "82000000000000", mode: CommMode.Plain));
        _reader.Do(0x8D, "82000000010000", "CD", CommMode.Plain);
        _reader.Do(0xC7, "", mode: CommMode.Mac);
        Assert.Equal(
            [0xCD, 0x22, 0x22, 0x22], _reader.Do(0xAD, "82000000000000", mode: CommMode.Plain));
        Assert.Equal((byte)Status.AuthenticationError, _reader.Refused(0xAD, "02000000000000"));
    }

    [Fact]
    public void The_second_ones_master_key_does_not_master_the_first()
    {
        Select();
        _reader.Authenticate(OfSecond, SecondKey);

        Assert.Equal((byte)Status.AuthenticationError, _reader.Refused(0x54, "", "0F"));
        Assert.Equal("9140", _reader.Hex("9071000002830000"));
        Assert.Equal("91F0", _reader.Hex("90DF0000018700"));
    }

    [Fact]
    public void Versions_and_settings_are_those_of_the_application_that_is_named()
    {
        Select();
        Assert.Equal("019100", _reader.Hex("9064 0000 01 01 00"));
        Assert.Equal("099100", _reader.Hex("9064 0000 01 81 00"));
        Assert.Equal("9140", _reader.Hex("9064 0000 01 83 00"));

        // The first tells its settings to its master alone, the second to everybody.
        Assert.Equal("91AE", _reader.Hex("90F5 0000 01 02 00"));
        Assert.Equal("0000EEEE0100009100", _reader.Hex("90F5 0000 01 87 00"));
        (_chip.Memory.Applications[0].KeySettings, _chip.Memory.Applications[1].KeySettings) = (0x0F, 0x09);
        Assert.Equal("91AE", _reader.Hex("90F5 0000 01 87 00"));
        _reader.Authenticate(OfSecond, SecondKey);
        Assert.Equal(
            "0000EEEE010000", Convert.ToHexString(_reader.Do(0xF5, "87", mode: CommMode.Mac)));
    }

    [Fact]
    public void Selecting_one_forgets_the_second()
    {
        Select();
        Assert.Equal("779100", _reader.Hex("90AD0000078700000000000000"));

        _reader.Select();

        Assert.Equal("91F0", _reader.Hex("90AD0000078700000000000000"));
    }

    [Theory]
    [InlineData("905A000006F5435200000000", Status.ParameterError)]
    [InlineData("905A000006000000F5435200", Status.ParameterError)]
    [InlineData("905A000006F54352F5435200", Status.ParameterError)]
    [InlineData("905A000006F5435212345600", Status.ApplicationNotFound)]
    [InlineData("905A000005F54352C0FF00", Status.LengthError)]
    public void What_are_not_two_applications_is_refused_and_selects_nothing_else(
        string command, object status)
    {
        Select();

        Assert.Equal($"91{(byte)(Status)status:X2}", _reader.Hex(command));
        Assert.Equal("779100", _reader.Hex("90AD0000078700000000000000"));
    }

    [Fact]
    public void An_application_that_proves_its_transactions_is_not_the_second()
    {
        _chip.Memory.Applications[0].Files.Add(5, TestCard.Mac());

        Assert.Equal("919D", _reader.Hex("905A000006C0FFEEF5435200"));
        Select();
    }

    [Fact]
    public void EV1_selects_one() => Assert.Equal(
        "917E", new TestReader(DesfireChip.Factory("ev1-4k", TestCard.Uid, span => span.Clear())).Hex(Both));

    /// <summary>TMC and TMV of the same transaction of the first application.</summary>
    private string Committed(bool withSecond)
    {
        Select();
        _reader.Authenticate(2, TestCard.Key(2));
        _reader.Do(0x8D, "02000000010000", "AB");
        if (withSecond)
            _reader.Do(0x8D, "88000000010000", "CD", CommMode.Plain);
        _reader.CommitReaderId();
        return Convert.ToHexString(_reader.Commit());
    }

    private void Select() => Assert.Equal("9100", _reader.Hex(Both));
}
