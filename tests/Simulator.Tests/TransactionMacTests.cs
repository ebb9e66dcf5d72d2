using System.Buffers.Binary;
using SmartCardCrm.Simulator.Chip.Memory;

namespace SmartCardCrm.Simulator.Tests;

/// <summary>The life of the transaction counter and the reader id.</summary>
public sealed class TransactionMacTests
{
    [Fact]
    public void Each_commit_counts_one_up_and_the_file_keeps_the_last_proof()
    {
        var reader = new TestReader(TestCard.CreateWhole()).Open(2);
        reader.Credit(1);
        reader.CommitReaderId();
        var first = reader.Commit();
        reader.Credit(1);
        reader.CommitReaderId();

        var second = reader.Commit();

        Assert.Equal((1, 2), (Counter(first), Counter(second)));
        Assert.NotEqual(first[4..], second[4..]);
        Assert.Equal(second, reader.Do(0xAD, "05000000000000", mode: CommMode.Mac));
    }

    [Fact]
    public void Reads_alone_make_a_transaction()
    {
        var reader = new TestReader(TestCard.CreateWhole()).Open(2);
        reader.GetValue();
        reader.CommitReaderId();

        Assert.Equal(1, Counter(reader.Commit()));
    }

    [Fact]
    public void Reading_the_proof_makes_none()
    {
        var reader = new TestReader(TestCard.CreateWhole()).Open(2);
        reader.Do(0xAD, "05000000000000", mode: CommMode.Mac);

        Assert.Equal(0x0C, reader.Refused(0xC7, "01", mode: CommMode.Mac));
    }

    [Fact]
    public void A_commit_without_the_reader_id_is_refused_and_counts_nothing()
    {
        var chip = TestCard.CreateWhole();
        var reader = new TestReader(chip).Open(2);
        reader.Debit(30);

        Assert.Equal(0x9D, reader.Refused(0xC7, "01", mode: CommMode.Mac));

        Assert.Equal(100, reader.Open(2).GetValue());
        Assert.Equal(0u, chip.Memory.Applications[0].TransactionMac!.Counter);
    }

    [Fact]
    public void A_second_reader_id_is_refused()
    {
        var reader = new TestReader(TestCard.CreateWhole()).Open(2);
        reader.CommitReaderId();

        Assert.Equal(0x9D, reader.Refused(0xC8, new string('0', 32), mode: CommMode.Mac));
    }

    [Fact]
    public void The_reader_id_belongs_to_the_key_that_the_file_names()
    {
        var withKey1 = new TestReader(TestCard.CreateWhole()).Open(1);
        var withoutSession = new TestReader(TestCard.CreateWhole()).Select();
        var disabled = new TestReader(TestCard.Create(TestCard.Value(1), TestCard.Mac(0xF0))).Open(2);

        Assert.Equal(0xAE, withKey1.Refused(0xC8, new string('0', 32), mode: CommMode.Mac));
        Assert.Equal(0x9D, withoutSession.Refused(0xC8, new string('0', 32)));
        Assert.Equal(0x9D, disabled.Refused(0xC8, new string('0', 32), mode: CommMode.Mac));
    }

    [Fact]
    public void A_file_with_the_reader_id_disabled_commits_without_it()
    {
        var reader = new TestReader(TestCard.Create(TestCard.Value(1), TestCard.Mac(0xF0))).Open(2);
        reader.Credit(1);

        Assert.Equal(1, Counter(reader.Commit()));
    }

    [Fact]
    public void A_staged_debit_of_the_enquiry_key_cannot_be_committed()
    {
        var reader = new TestReader(TestCard.CreateWhole()).Open(1);
        reader.Debit(30);

        Assert.Equal(0x9D, reader.Refused(0xC7, "01", mode: CommMode.Mac));
    }

    [Fact]
    public void Only_a_commit_makes_the_reader_id_the_previous_one()
    {
        var chip = TestCard.CreateWhole();
        var reader = new TestReader(chip).Open(2);
        reader.CommitReaderId(0xAA);
        reader.Do(0xA7, "", mode: CommMode.Mac);
        var file = chip.Memory.Applications[0].TransactionMac!;
        Assert.Equal(new byte[16], file.PreviousReaderId);

        reader.CommitReaderId(0xBB);
        reader.Commit();

        Assert.All(file.PreviousReaderId, id => Assert.Equal(0xBB, id));
    }

    [Fact]
    public void The_same_sale_gives_another_proof_with_the_other_opcode()
    {
        Assert.NotEqual(ProofOf(0x3B), ProofOf(0x8B));

        static string ProofOf(byte opcode)
        {
            var reader = new TestReader(TestCard.CreateWhole()).Open(2);
            reader.Do(opcode, "04000000100000", new string('1', 32));
            reader.CommitReaderId();
            return Convert.ToHexString(reader.Commit());
        }
    }

    [Fact]
    public void An_application_without_a_session_transacts_where_access_is_free()
    {
        var value = new ValueFile
        {
            Number = 3,
            Option = 0,
            Rights = new AccessRights(0xE0, 0xEE),
            Lower = 0,
            Upper = 10,
            Value = 0,
            Flags = 0,
        };
        var reader = new TestReader(TestCard.Create(value, TestCard.Mac(0xF0))).Select();

        Assert.Equal("9100", reader.Hex("900C000005030500000000"));
        var proof = reader.Raw("90C70000010100");

        Assert.Equal(14, proof.Length);
        Assert.Equal(1, Counter(proof));
        Assert.Equal(5, value.Value);
    }

    [Fact]
    public void A_used_up_counter_stops_every_transaction()
    {
        var mac = TestCard.Mac();
        mac.Counter = uint.MaxValue;
        var reader = new TestReader(TestCard.Create(TestCard.Value(5), mac)).Open(2);

        Assert.Equal(0x9D, reader.Refused(0xDC, "03", TestReader.Int32(1)));
        Assert.Equal(0x9D, reader.Open(2).Refused(0xC8, new string('0', 32), mode: CommMode.Mac));
    }

    private static int Counter(byte[] proof) => BinaryPrimitives.ReadInt32LittleEndian(proof);
}
