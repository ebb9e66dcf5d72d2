using SmartCardCrm.Terminal.Pcsc;
using SmartCardCrm.Terminal.Tests.Kit;

namespace SmartCardCrm.Terminal.Tests.Pcsc;

public sealed class ReaderBoardTests
{
    [Fact]
    public void A_reader_that_comes_is_told_and_known_and_one_that_is_there_ends_the_fault()
    {
        var board = new ReaderBoard();
        using var window = new SimulatedReader("window");
        var told = 0;
        board.Changed += () => told++;

        var posted = board.Post(window);
        var (toldOfPost, faults) = (told, board.Faults);
        posted.Look();

        Assert.Equal((1, 2), (toldOfPost, told));
        Assert.True(board.Has("window"));
        Assert.False(board.Has("counter"));
        Assert.Single(faults);
        Assert.Empty(board.Faults);
    }
}
