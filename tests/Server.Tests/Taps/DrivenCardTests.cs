using Google.Protobuf;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.Server.Taps;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Server.Tests.Taps;

/// <summary>What headquarters sends ahead to a card on a terminal's reader, and how it gets the
/// answers.</summary>
public sealed class DrivenCardTests : IDisposable
{
    private static readonly ReadOnlyMemory<byte>[] Three = [Command(1), Command(2), Command(3)];

    private readonly Terminal _terminal = new();
    private readonly DrivenCard _card;

    public DrivenCardTests() =>
        _card = new DrivenCard(_terminal, Uid.FromBytes([0x04, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66]));

    public void Dispose() => _card.Dispose();

    [Fact]
    public void What_was_sent_ahead_is_one_question_and_answered_in_its_order()
    {
        _terminal.WillAnswer([1, 0x91, 0x00], [2, 0x91, 0x00], [3, 0x91, 0xAE]);

        _card.SendAhead(Three);

        Assert.Equal([[1, 0x91, 0x00], [2, 0x91, 0x00], [3, 0x91, 0xAE]], Three.Select(Transmit));
        Assert.Equal([3], _terminal.Asked);
    }

    [Fact]
    public void A_card_that_leaves_in_between_has_answered_until_then()
    {
        _terminal.WillLose([1, 0x91, 0x00]);
        _card.SendAhead(Three);

        Assert.Equal([1, 0x91, 0x00], Transmit(Three[0]));

        Assert.Throws<CardLostException>(() => Transmit(Three[1]));
        Assert.Equal([3], _terminal.Asked);
    }

    [Fact]
    public void What_is_sent_instead_forgets_the_rest()
    {
        _terminal.WillAnswer([1, 0x91, 0x00], [2, 0x91, 0x00], [3, 0x91, 0x00]);
        _terminal.WillAnswer([9, 0x91, 0x00]);
        _terminal.WillAnswer([4, 0x91, 0x00]);
        _card.SendAhead(Three);

        Assert.Equal([9, 0x91, 0x00], Transmit(Command(9)));
        Assert.Equal([4, 0x91, 0x00], Transmit(Three[0]));
        Assert.Equal([3, 1, 1], _terminal.Asked);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(259)]
    public void What_is_no_answer_of_a_card_is_a_card_that_left(int length)
    {
        _terminal.WillAnswer(new byte[length]);

        Assert.Throws<CardLostException>(() => Transmit(Three[0]));
    }

    [Fact]
    public void So_is_a_terminal_that_says_something_else()
    {
        _terminal.WillSay(new TapReport { Written = new TapWritten { Done = true } });

        Assert.Throws<CardLostException>(() => Transmit(Three[0]));
    }

    [Fact]
    public void More_answers_than_questions_are_not_kept()
    {
        _terminal.WillAnswer([1, 0x91, 0x00], [2, 0x91, 0x00]);
        _terminal.WillAnswer([3, 0x91, 0x00]);

        Assert.Equal([1, 0x91, 0x00], Transmit(Three[0]));
        Assert.Equal([3, 0x91, 0x00], Transmit(Three[1]));
    }

    private static ReadOnlyMemory<byte> Command(byte which) => new byte[] { 0x90, which, 0, 0, 0 };

    private byte[] Transmit(ReadOnlyMemory<byte> command)
    {
        var answer = new byte[258];
        return answer[.._card.Transmit(command.Span, answer)];
    }

    private sealed class Terminal : ITapLink
    {
        private readonly Queue<TapReport> _reports = [];

        /// <summary>Commands in each question.</summary>
        public List<int> Asked { get; } = [];

        public void WillAnswer(params byte[][] answers) => WillSay(Answering(cardLost: false, answers));

        public void WillLose(params byte[][] answers) => WillSay(Answering(cardLost: true, answers));

        public void WillSay(TapReport report) => _reports.Enqueue(report);

        public void Say(TapCommand command) => Asked.Add(command.Apdus.Apdus.Count);

        public TapReport? Next() => _reports.Dequeue();

        private static TapReport Answering(bool cardLost, byte[][] answers) => new()
        {
            Answers = new RelayAnswers
            {
                Answers = { answers.Select(answer => ByteString.CopyFrom(answer)) },
                CardLost = cardLost,
            },
        };
    }
}
