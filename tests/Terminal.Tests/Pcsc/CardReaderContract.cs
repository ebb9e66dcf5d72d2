using SmartCardCrm.CardProtocol;

namespace SmartCardCrm.Terminal.Tests.Pcsc;

/// <summary>What every reader does, whatever is behind it; run by each implementation with real cards in
/// software.</summary>
public abstract class CardReaderContract
{
    protected const string Card = "04112233445566";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private protected abstract ICardReader Reader { get; }

    [Fact]
    public void A_card_put_back_is_a_new_insertion()
    {
        var first = Put();
        var again = Reader.Look();
        Take();
        var second = Put();
        Take();

        Assert.Equal(first, again);
        Assert.True(second.Insertion > first.Insertion);
    }

    [Fact]
    public void A_connection_knows_the_cards_uid_and_passes_commands_on()
    {
        Put();
        using (var connection = Connect())
        {
            Assert.Equal(Card, connection.Uid.ToString());
            Assert.Equal("9100", Send(connection, "906A000000"));      // GetApplicationIDs of a fresh card
        }

        Take();
    }

    [Fact]
    public void A_card_stays_the_same_insertion_over_connections()
    {
        var before = Put();
        for (var i = 0; i < 3; i++)
        {
            using var connection = Connect();
            Send(connection, "906A000000");
        }

        Assert.Equal(before, Reader.Look());
        Take();
    }

    [Fact]
    public void A_card_that_comes_at_once_after_one_was_lost_is_seen()
    {
        Put();
        using (var connection = Connect())
        {
            Remove();
            Assert.Throws<CardLostException>(() => SendForEver(connection));
        }

        Until(() => Reader.Look() is not CardPresence.Present);
        Insert();

        Until(() => Reader.Look() is CardPresence.Present);
        Take();
    }

    [Fact]
    public void A_card_that_leaves_is_lost_to_its_connection()
    {
        Put();
        using var connection = Connect();

        Remove();

        Assert.Throws<CardLostException>(() => SendForEver(connection));
        connection.Dispose();
        Until(() => Reader.Look() is CardPresence.Absent);
        Assert.Null(Reader.TryConnect());
    }

    [Fact]
    public async Task A_wait_ends_when_a_card_comes()
    {
        Until(() => Reader.Look() is CardPresence.Absent);

        var waiting = Task.Run(() => Until(() => Reader.Look() is CardPresence.Present));
        Insert();
        await waiting.WaitAsync(Patience);

        Take();
    }

    [Fact]
    public async Task A_wait_ends_when_it_is_woken_before_or_while_it_lasts()
    {
        Until(() => Reader.Look() is CardPresence.Absent);

        Reader.Wake();
        Reader.Wait(TimeSpan.FromHours(1));
        var waiting = Task.Run(() => Reader.Wait(TimeSpan.FromHours(1)));
        Reader.Wake();

        await waiting.WaitAsync(Patience);
    }

    private protected abstract void Insert();

    private protected abstract void Remove();

    private protected CardPresence.Present Put()
    {
        Until(() => Reader.Look() is CardPresence.Absent);
        Insert();
        CardPresence.Present? present = null;
        Until(() => (present = Reader.Look() as CardPresence.Present) is not null);
        return present ?? throw new InvalidOperationException("The card just seen is gone.");
    }

    private protected void Take()
    {
        Remove();
        Until(() => Reader.Look() is CardPresence.Absent);
    }

    private protected ICardConnection Connect() =>
        Reader.TryConnect() ?? throw new InvalidOperationException("The card does not connect.");

    private protected static string Send(ICardConnection connection, string command)
    {
        Span<byte> answer = stackalloc byte[258];
        return Convert.ToHexString(answer[..connection.Transmit(Convert.FromHexString(command), answer)]);
    }

    private static void SendForEver(ICardConnection connection)
    {
        for (var i = 0; i < int.MaxValue; i++)
            Send(connection, "906A000000");
    }

    private protected void Until(Func<bool> holds)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!holds())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < Patience, "It did not happen in time.");
            Reader.Wait(TimeSpan.FromMilliseconds(200));
        }
    }
}
