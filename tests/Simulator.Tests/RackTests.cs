using SmartCardCrm.Simulator.Rack;

namespace SmartCardCrm.Simulator.Tests;

/// <summary>The rack's line commands, without a reader behind them.</summary>
public sealed class RackTests : IDisposable
{
    private const string Uid = "04112233445566";

    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("rack");

    public void Dispose() => _home.Delete(recursive: true);

    [Fact]
    public void Cards_are_made_inserted_taken_out_and_copied()
    {
        var answers = Answers(
            $"card {Uid}", $"insert 0 {Uid}", "apdus 0", "remove 0", $"clone {Uid} copy", "cards");

        var count = $"ok apdus=0 card={Uid}";
        Assert.Equal(["ok", "ok", count, count, "ok", $"ok {Uid} copy"], answers);
    }

    [Theory]
    [InlineData("card 0411", "uid")]
    [InlineData("card 04112233445566", "exists")]
    [InlineData("insert 0 nobody", "card")]
    [InlineData("insert 9 04112233445566", "slot")]
    [InlineData("insert 1 04112233445566", "inserted")]
    [InlineData("insert 0 other", "occupied")]
    [InlineData("remove 1", "empty")]
    [InlineData("fault 1 tear-after@3", "empty")]
    [InlineData("fault 0 tear-after@0", "fault")]
    [InlineData("fault 0 tear-after@x", "fault")]
    [InlineData("fault 0 tear-later@3", "fault")]
    [InlineData("fault 0 slow@3", "fault")]
    [InlineData("insert 1 other tear-later@3", "fault")]
    [InlineData("insert 0 other tear-after@3", "occupied")]
    [InlineData("listen 9", "slot")]
    [InlineData("chance 0 soon", "number")]
    [InlineData("chance 1 5", "empty")]
    [InlineData("card 04112233445567 ev9", "profile")]
    [InlineData("clone 04112233445566 ../evil", "name")]
    [InlineData("dance", "command")]
    public void What_cannot_be_done_is_said_with_a_code(string command, string code)
    {
        var answers = Answers($"card {Uid}", $"clone {Uid} other", $"insert 0 {Uid}", command);

        Assert.StartsWith($"error {code} ", answers[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void Cards_outlive_the_rack()
    {
        Answers($"card {Uid}", $"clone {Uid} copy");

        Assert.Equal([$"ok {Uid} copy"], Answers("cards"));
    }

    private string[] Answers(params string[] commands)
    {
        var wallet = new Wallet(_home);
        wallet.Load();
        using var output = new StringWriter();
        using (var rack = new CardRack(wallet, [1, 2], output))
            rack.Run(new StringReader(string.Join('\n', commands)));

        return output.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
    }
}
