using CsCheck;
using SmartCardCrm.Simulator.Faults;

namespace SmartCardCrm.Simulator.Tests;

/// <summary>What can happen to a card at a chosen exchange, and how it is written.</summary>
public sealed class FaultTests
{
    private static readonly byte[] FreeMem = Convert.FromHexString("906E000000");
    private static readonly byte[] Create = Convert.FromHexString("90CA000005F54352098600");
    private static readonly byte[] Authenticate = Convert.FromHexString("9071000002000000");
    private static readonly byte[] Select = Convert.FromHexString("905A000003F5435200");
    private static readonly byte[] Commit = Convert.FromHexString("90C7000000");
    private static readonly byte[] ReadUid = Convert.FromHexString("FFCA000000");

    private readonly SimulatedCard _card = SimulatedCard.Factory("ev3-4k", TestCard.Uid, TestCard.Counting());

    [Fact]
    public void A_fault_is_written_as_it_is_read() =>
        Gen.Select(Gen.Enum<FaultKind>(), Gen.Int[1, 99], Gen.Int[0, 600], Gen.Bool).Sample(
            (kind, exchange, number, andAfter) =>
            {
                var takesNumber = kind is FaultKind.Cut or FaultKind.Flip or FaultKind.Slow;
                var isCommit = exchange == 99;
                var fault = new CardFault(
                    kind, isCommit ? CardFault.AtCommit : exchange, takesNumber ? number : 0,
                    andAfter && !isCommit);

                return CardFault.TryParse(fault.ToString()) == fault;
            });

    [Fact]
    public void A_tear_at_the_commit_strikes_there_and_nowhere_else()
    {
        var heard = new List<byte[]?>();
        _card.Exchanged = (_, answer) => heard.Add(answer);
        _card.Arm(Read("tear-after@commit"));
        _card.Insert();
        Send(ReadUid);
        Send(Create);

        var torn = _card.Transmit(Commit);

        Assert.Null(torn);
        Assert.Equal((2, TearMoment.After), _card.LastTear);
        Assert.Equal(2, heard.Count);
        Assert.Equal("9100", Convert.ToHexString(heard[0]!));
        Assert.Null(heard[1]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("tear-after@commit+")]
    [InlineData("tear-after@commits")]
    [InlineData("tear@3")]
    [InlineData("cut@3")]
    [InlineData("swap@3:1")]
    [InlineData("slow@1:2:3")]
    [InlineData("slow@1:-2")]
    [InlineData("flip@+:1")]
    [InlineData("slow@1:99999999999")]
    public void What_is_no_fault_is_refused(string text) => Assert.Null(CardFault.TryParse(text));

    [Theory]
    [InlineData("cut@1:1", "00")]
    [InlineData("cut@1:0", "")]
    [InlineData("flip@1:9", "0016009100")]
    [InlineData("flip@1:40", "0114009100")]
    [InlineData("wrong-mac@1", "0014019100")]
    [InlineData("wrong-mac@2", "0014009100")]
    public void An_answer_arrives_otherwise_than_it_was_given(string fault, string answer)
    {
        _card.Arm(Read(fault));
        _card.Insert();

        Assert.Equal(answer, Send(FreeMem));
    }

    [Theory]
    [InlineData("wrong-mac@1", "6E", "00001401")]
    [InlineData("wrong-mac@1", "CAF543520986", "00")]       // there is none
    [InlineData("auth-delay@1+", "AA00", "AD")]
    [InlineData("auth-delay@1+", "6E", "00001400")]
    public void Native_frames_are_struck_as_wrapped_ones(string fault, string frame, string answer)
    {
        _card.Arm(Read(fault));
        _card.Insert();

        Assert.Equal(answer, Send(Convert.FromHexString(frame)));
    }

    [Fact]
    public void Another_card_lies_there_from_one_exchange_on_until_the_card_is_put_down_again()
    {
        _card.Arm(Read("swap@3"));
        _card.Insert();
        Send(Create);
        Assert.Equal("9100", Send(Select));

        Assert.Equal("91A0", Send(Select));
        var other = Send(ReadUid);
        _card.Remove();
        _card.Insert();

        Assert.Equal("9100", Send(Select));
        Assert.NotEqual(other, Send(ReadUid));
    }

    [Fact]
    public void A_full_memory_takes_no_application()
    {
        _card.Arm(Read("full@1"));
        _card.Insert();

        Assert.Equal("910E", Send(Create));
    }

    [Fact]
    public void An_authentication_is_delayed_and_nothing_else()
    {
        _card.Arm(Read("auth-delay@1+"));
        _card.Insert();
        Send(Create);
        Send(Select);

        Assert.Equal("91AD", Send(Authenticate));
        Assert.EndsWith("9100", Send(FreeMem), StringComparison.Ordinal);
        Assert.Equal("91AD", Send(Authenticate));
    }

    [Fact]
    public void The_same_seed_makes_the_same_faults_and_another_others()
    {
        var (one, same, other) = (new FaultDice(7), new FaultDice(7), new FaultDice(8));

        var first = Draw(one);

        Assert.Equal(first, Draw(same));
        Assert.NotEqual(first, Draw(other));
        Assert.Contains(null, first);
        Assert.Equal(
            Enum.GetValues<FaultKind>(),
            first.OfType<CardFault>().Select(fault => fault.Kind).Distinct().Order());

        static List<CardFault?> Draw(FaultDice dice) =>
            [.. Enumerable.Range(0, 200).Select(_ => dice.Next())];
    }

    [Fact]
    public void What_always_happens_happens_at_each_insertion()
    {
        _card.Always = [Read("tear-before@2")];
        for (var insertion = 0; insertion < 3; insertion++)
        {
            _card.Insert();
            Assert.NotNull(_card.Transmit(FreeMem));
            Assert.Null(_card.Transmit(FreeMem));
        }
    }

    private static CardFault Read(string fault) => Assert.IsType<CardFault>(CardFault.TryParse(fault));

    private string Send(byte[] apdu) => Convert.ToHexString(_card.Transmit(apdu) ?? []);
}
