using SmartCardCrm.Simulator.Chip.Memory;

namespace SmartCardCrm.Simulator.Tests;

/// <summary>What a commit makes true, and what rolls back.</summary>
public sealed class TransactionTests
{
    /// <summary>Every way in which an open transaction ends without a commit.</summary>
    public static TheoryData<string> Interruptions =>
    [
        "905A000003F5435200",         // SelectApplication
        "905A00000300000000",         // the PICC level
        "905A000003ABCDEF00",         // an unknown application
        "00A40000023F0000",           // ISO select of the master file
        "9071000002020000",           // AuthenticateEV2First
        "90DC00000503E803000000",     // plain Debit in a session: too short for a MAC
        "9099000000",                 // an unknown command
        "90AF000000",                 // a continuation of nothing
    ];

    [Fact]
    public void Nothing_is_visible_before_the_commit_and_everything_after()
    {
        var chip = TestCard.CreateWhole();
        var reader = new TestReader(chip).Open(2);
        reader.Debit(30);
        reader.WriteRecord(0x77);
        reader.Do(0x8D, "02000000010000", "55");

        Assert.Equal(100, reader.GetValue());
        Assert.Equal("00", Convert.ToHexString(reader.Do(0xAD, "02000000010000")));
        reader.CommitReaderId();
        reader.Commit();

        Assert.Equal(70, reader.GetValue());
        Assert.Equal([0x77], reader.ReadRecords());
        Assert.Equal("55", Convert.ToHexString(reader.Do(0xAD, "02000000010000")));
    }

    [Theory]
    [MemberData(nameof(Interruptions))]
    public void An_interruption_rolls_the_transaction_back(string apdu)
    {
        var chip = TestCard.CreateWhole();
        var reader = new TestReader(chip).Open(2);
        reader.Debit(30);
        reader.WriteRecord(0x77);

        reader.Raw(apdu);
        reader.Open(2);

        Assert.True(chip.State.Transaction.IsEmpty);
        Assert.Equal(100, reader.GetValue());
        Assert.Equal(0xBE, reader.Refused(0xAB, "04000000000000"));
    }

    [Fact]
    public void Losing_the_field_rolls_back_and_forgets_session_and_selection()
    {
        var chip = TestCard.CreateWhole();
        var reader = new TestReader(chip).Open(2);
        reader.Debit(30);

        chip.Reset();

        Assert.Equal("919D", reader.Hex("906C0000010300"));
        Assert.Equal(100, reader.Open(2).GetValue());
    }

    [Fact]
    public void Abort_rolls_back_and_keeps_the_session()
    {
        var reader = new TestReader(TestCard.CreateWhole()).Open(2);
        reader.Debit(30);

        reader.Do(0xA7, "", mode: CommMode.Mac);

        Assert.Equal(100, reader.GetValue());
    }

    [Fact]
    public void A_second_authentication_keeps_the_transaction_only_as_a_follower()
    {
        var reader = new TestReader(TestCard.CreateWhole()).Open(2);
        reader.Debit(30);

        reader.Authenticate(2, TestCard.Key(2), first: false);
        reader.CommitReaderId();
        reader.Commit();

        Assert.Equal(70, reader.GetValue());
    }

    [Fact]
    public void A_first_authentication_starts_over()
    {
        var reader = new TestReader(TestCard.CreateWhole()).Open(2);
        reader.Debit(30);

        reader.Authenticate(2, TestCard.Key(2));

        Assert.Equal(0x0C, reader.Refused(0xC7, "01", mode: CommMode.Mac));
        Assert.Equal(100, reader.Open(2).GetValue());
    }

    [Fact]
    public void Committing_nothing_is_refused()
    {
        var reader = new TestReader(TestCard.CreateWhole());

        Assert.Equal(0x0C, reader.Open(2).Refused(0xC7, "01", mode: CommMode.Mac));
        Assert.Equal(0x0C, reader.Open(2).Refused(0xA7, "", mode: CommMode.Mac));
    }

    [Theory]
    [InlineData("")]
    [InlineData("00")]
    public void A_commit_may_leave_the_proof_out(string option)
    {
        var reader = new TestReader(TestCard.CreateWithoutMac()).Open(2);
        reader.Credit(5);

        Assert.Empty(reader.Commit(option));
        Assert.Equal(105, reader.GetValue());
    }

    [Fact]
    public void A_proof_cannot_be_asked_for_without_a_mac_file()
    {
        var reader = new TestReader(TestCard.CreateWithoutMac()).Open(2);
        reader.Credit(5);

        Assert.Equal(0x9D, reader.Refused(0xC7, "01", mode: CommMode.Mac));
    }

    [Fact]
    public void Reads_alone_commit_nothing_without_a_mac_file()
    {
        var reader = new TestReader(TestCard.CreateWithoutMac()).Open(2);
        reader.GetValue();

        Assert.Equal(0x0C, reader.Refused(0xC7, "", mode: CommMode.Mac));
    }

    [Fact]
    public void A_standard_file_is_written_at_once()
    {
        var reader = new TestReader(TestCard.CreateWhole()).Open(2);

        reader.Do(0x8D, "01020000020000", "ABCD");

        Assert.Equal("ABCD", Convert.ToHexString(reader.Select().Open(2).Do(0xAD, "01020000020000")));
    }
}
