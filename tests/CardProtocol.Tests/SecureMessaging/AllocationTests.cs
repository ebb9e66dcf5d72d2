namespace SmartCardCrm.CardProtocol.Tests;

/// <summary>What a session leaves for the garbage collector.</summary>
public sealed class AllocationTests
{
    // An array's header and length, on 64 bits.
    private const int ArrayOverhead = 24;

    [Fact]
    public void An_exchange_allocates_nothing_beyond_its_command()
    {
        var id = Example.Plan.ReaderId;
        var record = new byte[LogRecord.Length];

        Assert.Equal(0, AllocatedBy(new GetValue(CardLayout.Points), "E2040000"));
        Assert.Equal(0, AllocatedBy(new Credit(CardLayout.Points, 57), ""));
        Assert.Equal(0, AllocatedBy(new Debit(CardLayout.Points, 20), ""));
        Assert.Equal(0, AllocatedBy(new WriteRecord(CardLayout.Log, record), ""));
        Assert.Equal(0, AllocatedBy(new CommitReaderID(id), new string('0', 32)));
        Assert.Equal(0, AllocatedBy(new CommitTransaction(), new string('0', 24)));
    }

    [Fact]
    public void An_exchange_that_answers_with_bytes_allocates_those_alone()
    {
        var newest = new ReadRecords(CardLayout.Log, 0, 1, LogRecord.Length);
        var profile = new ReadData(CardLayout.MemberFile, 0, MemberProfile.Length);

        Assert.Equal(ArrayOverhead + 64, AllocatedBy(newest, new string('0', 128)));
        Assert.Equal(ArrayOverhead + 128, AllocatedBy(profile, new string('0', 256)));
    }

    /// <summary>Bytes that one exchange allocates in a session that has had one like it.</summary>
    private static long AllocatedBy<TAnswer>(ICommand<TAnswer> command, string answerData)
    {
        var card = new ReadyCard(command.Mode, Convert.FromHexString(answerData), exchanges: 3);
        using var channel = new Ev2Channel(card, new byte[4], counter: 0, new byte[32]);
        channel.Execute(command);
        channel.Execute(command);
        var before = GC.GetAllocatedBytesForCurrentThread();

        channel.Execute(command);

        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    /// <summary>A card whose answers, for keys and identifier of zero, were made beforehand.</summary>
    private sealed class ReadyCard : ICardChannel
    {
        private readonly byte[][] _answers;
        private int _exchange;

        public ReadyCard(CommMode mode, byte[] data, int exchanges) =>
            _answers =
                [.. Enumerable.Range(1, exchanges).Select(counter => Answer(mode, data, (byte)counter))];

        public int Transmit(ReadOnlySpan<byte> command, Span<byte> answer)
        {
            var ready = _answers[_exchange++];
            ready.CopyTo(answer);
            return ready.Length;
        }

        private static byte[] Answer(CommMode mode, byte[] data, byte counter)
        {
            using var cipher = new AesBlocks(new byte[16]);
            using var cmac = new AesCmac(new byte[16]);
            if (mode is CommMode.Full && data.Length > 0)
            {
                byte[] iv = [0x5A, 0xA5, 0, 0, 0, 0, counter, 0, 0, 0, 0, 0, 0, 0, 0, 0];
                cipher.Encrypt(iv);
                data = [.. data, 0x80, .. new byte[15 - (data.Length % 16)]];
                cipher.EncryptCbc(iv, data);
            }

            var mac = new byte[AesCmac.ShortLength];
            cmac.ComputeShort([0, counter, 0, 0, 0, 0, 0, .. data], mac);
            return [.. data, .. mac, 0x91, 0x00];
        }
    }
}
