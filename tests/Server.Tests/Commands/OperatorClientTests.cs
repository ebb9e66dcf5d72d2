using System.Net;
using System.Net.Sockets;
using SmartCardCrm.Server.Commands;
using SmartCardCrm.Server.Operator;

namespace SmartCardCrm.Server.Tests.Commands;

/// <summary>What commands are told where no server answers them.</summary>
public sealed class OperatorClientTests : IDisposable
{
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("operator-");
    private readonly TcpListener _mute = new(IPAddress.Loopback, 0);

    public OperatorClientTests()
    {
        _mute.Start();
        File.WriteAllText(Path.Combine(_data.FullName, OperatorEndpoints.TokenFile), "token");
        new Endpoints($"http://{_mute.LocalEndpoint}", "", 0).Write(_data.FullName);
    }

    public void Dispose()
    {
        _mute.Dispose();
        _data.Delete(recursive: true);
    }

    [Fact]
    public async Task A_server_that_answers_nothing_is_slow() =>
        Assert.Equal("server-slow", await AskAsync(TimeSpan.FromMilliseconds(100)));

    [Fact]
    public async Task A_server_that_takes_nobody_in_is_away()
    {
        _mute.Stop();

        Assert.Equal("server-away", await AskAsync(Timeout.InfiniteTimeSpan));
    }

    private async Task<string> AskAsync(TimeSpan patience)
    {
        using var server = new OperatorClient(_data, patience);
        return (await Assert.ThrowsAsync<CommandException>(
            () => server.GetTextAsync("/api/reports", TestContext.Current.CancellationToken))).Code;
    }
}
