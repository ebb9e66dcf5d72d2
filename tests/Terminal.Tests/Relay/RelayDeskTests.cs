using Google.Protobuf;
using Microsoft.Extensions.Time.Testing;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.SyncContract;
using SmartCardCrm.Terminal.Pcsc;
using SmartCardCrm.Terminal.Relay;
using SmartCardCrm.Terminal.Tests.Kit;

namespace SmartCardCrm.Terminal.Tests.Relay;

public sealed class RelayDeskTests : IDisposable
{
    private const string Counter = "counter";
    private const string Window = "window";

    private readonly FakeTimeProvider _clock = new();
    private readonly GuestBook _guests = new();
    private readonly List<RelayAnswer> _answers = [];
    private readonly ReaderBoard _board = new();
    private readonly SimulatedReader _counter = new(Counter);
    private readonly SimulatedReader _window = new(Window);
    private readonly RelayDesk _desk;

    public RelayDeskTests()
    {
        _board.Post(_counter);
        _board.Post(_window);
        _desk = new RelayDesk(_guests, _board, _clock);
    }

    public void Dispose()
    {
        _counter.Dispose();
        _window.Dispose();
    }

    [Fact]
    public void A_batch_stops_at_the_first_answer_that_is_neither_9100_nor_91AF()
    {
        var card = new ScriptedCard("91AF", "9100", "919D", "9100");
        Open(1, Counter, idleMs: 1);
        Say(1, "9071000000", "90AF000000", "906C000000", "9051000000");

        Visit(Counter, card);

        Assert.Equal(Counter, _answers[0].Opened.Reader);
        Assert.Equal("04112233445566", Convert.ToHexString(_answers[0].Opened.Uid.Span));
        Assert.Equal(
            ["91AF", "9100", "919D"], _answers[1].Answers.Answers.Select(a => Convert.ToHexString(a.Span)));
        Assert.Equal(["9071000000", "90AF000000", "906C000000"], card.Commands);
    }

    [Fact]
    public void The_server_closes_a_session_it_has_no_more_use_for()
    {
        Open(1, Counter);
        Say(1, "906A000000");
        var card = new ScriptedCard("9100") { OnTransmit = () => Close(1) };

        Visit(Counter, card);

        Assert.Equal(["closed"], Failures());
    }

    [Fact]
    public void A_session_closed_while_it_waits_takes_no_card()
    {
        Open(1, Counter);

        Close(1);

        Assert.False(_guests.Wants(Counter));
        Assert.Equal(["closed"], Failures());
    }

    [Fact]
    public void A_card_that_leaves_ends_the_session()
    {
        Open(1, Counter);
        Say(1, "9071000000", "90AF000000");

        Visit(Counter, new ScriptedCard("91AF"));

        Assert.Equal(["card-lost"], Failures());
    }

    [Fact]
    public void A_silent_server_loses_the_card()
    {
        Open(1, Counter, idleMs: 1);

        Visit(Counter, new ScriptedCard());

        Assert.Equal(["idle"], Failures());
    }

    [Fact]
    public void No_card_in_time_ends_the_session_and_frees_the_reader()
    {
        Open(1, Counter);

        _clock.Advance(TimeSpan.FromSeconds(30));

        Assert.Equal(["no-card"], Failures());
        Assert.False(_guests.Wants(Counter));
        Open(2, Counter);
        Assert.True(_guests.Wants(Counter));
    }

    [Fact]
    public void A_reader_has_one_user()
    {
        Open(1, Counter);

        Open(2, Counter);

        Assert.Equal((2ul, "reader-busy"), (_answers[0].Session, _answers[0].Failed.Code));
    }

    [Fact]
    public void An_unknown_reader_is_refused()
    {
        Open(1, "attic");

        Assert.Equal(["reader-unknown"], Failures());
    }

    [Fact]
    public void A_session_for_any_reader_takes_the_first_card_that_comes()
    {
        Open(1, "", idleMs: 1);

        Visit(Window, new ScriptedCard());

        Assert.Equal(Window, _answers.Single(a => a.Opened is not null).Opened.Reader);
    }

    [Fact]
    public void A_server_that_goes_away_takes_its_sessions_along()
    {
        Open(1, Counter);
        Open(2, Window);

        _desk.EndAll();

        Assert.Equal(["closed", "closed"], Failures());
        Assert.False(_guests.Wants(Counter));
        Assert.False(_guests.Wants(Window));
    }

    [Fact]
    public void A_command_without_a_session_is_told_so()
    {
        Say(7, "9071000000");

        Assert.Equal(["closed"], Failures());
    }

    [Theory]
    [InlineData("00")]
    [InlineData("")]
    public void What_is_no_command_never_reaches_the_card(string malformed)
    {
        var card = new ScriptedCard("9100");
        Open(1, Counter);
        Say(1, malformed);

        Visit(Counter, card);

        Assert.Empty(card.Commands);
        Assert.Equal(["command-malformed"], Failures());
    }

    private void Open(ulong session, string reader, uint idleMs = 10_000) => Handle(new RelayCommand
    {
        Session = session,
        Open = new RelayOpen { Reader = reader, CardWaitMs = 30_000, IdleMs = idleMs },
    });

    private void Say(ulong session, params string[] apdus) => Handle(new RelayCommand
    {
        Session = session,
        Apdus = new RelayApdus
        {
            Apdus = { apdus.Select(a => ByteString.CopyFrom(Convert.FromHexString(a))) },
        },
    });

    private void Close(ulong session) =>
        Handle(new RelayCommand { Session = session, Close = new RelayClose() });

    private void Handle(RelayCommand command) => _desk.Handle(command, _answers.Add);

    private void Visit(string reader, ScriptedCard card)
    {
        var guest = _guests.TryTake(reader);
        Assert.NotNull(guest);
        guest.Visit(reader, card);
    }

    private IEnumerable<string> Failures() =>
        _answers.Where(a => a.Failed is not null).Select(a => a.Failed.Code);

    /// <summary>Answers in order; leaves when the script is over.</summary>
    private sealed class ScriptedCard(params string[] answers) : ICardConnection
    {
        private readonly Queue<string> _left = new(answers);

        public List<string> Commands { get; } = [];

        public Action OnTransmit { get; init; } = () => { };

        public Uid Uid => Uid.FromBytes([0x04, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66]);

        public int Transmit(ReadOnlySpan<byte> command, Span<byte> answer)
        {
            Commands.Add(Convert.ToHexString(command));
            OnTransmit();
            if (!_left.TryDequeue(out var next))
                throw new CardLostException("The card left.");
            var bytes = Convert.FromHexString(next);
            bytes.CopyTo(answer);
            return bytes.Length;
        }

        public void Dispose() { }
    }
}
