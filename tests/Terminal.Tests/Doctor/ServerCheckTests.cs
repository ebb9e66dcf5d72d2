using SmartCardCrm.Terminal.Doctor;
using SmartCardCrm.Terminal.Keys;

namespace SmartCardCrm.Terminal.Tests.Doctor;

/// <summary>The way to the server, over real TLS.</summary>
public sealed class ServerCheckTests : IAsyncLifetime
{
    private readonly EnrolledFolder _folder = new();
    private TlsServer _server = null!;

    public async ValueTask InitializeAsync() =>
        _server = await TlsServer.Start(
            _folder.ServerCertificate(), await File.ReadAllBytesAsync(_folder.Data.Authority));

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_server_that_takes_the_terminal_is_fine_and_tells_the_time()
    {
        var sight = await Look(_server.Address);

        Assert.Equal("server", Code(sight));
        Assert.InRange(sight.Ahead!.Value.TotalSeconds, -1, 5);
        Assert.True(_server.SawClientCertificate);
    }

    [Fact]
    public async Task The_keys_in_the_answer_are_not_kept_and_no_stream_is_opened()
    {
        await Look(_server.Address);

        Assert.Equal(
            ["FetchAuthority", "FetchAuthority", "FetchCardKeys"],
            _server.Calls.Select(path => path.Split('/')[^1]));
    }

    [Theory]
    [InlineData("terminal-revoked", "terminal-revoked")]
    [InlineData("terminal-unknown", "terminal-unknown")]
    [InlineData("certificate-required", "server-refuses")]
    public async Task A_refusal_is_told_by_its_code(string refusal, string expected)
    {
        _server.Refusal = refusal;

        Assert.Equal(expected, Code(await Look(_server.Address)));
    }

    [Fact]
    public async Task A_server_that_has_no_such_service_is_told() =>
        Assert.Equal("server-refuses", Code(await LookWhere(answers: false)));

    [Fact]
    public async Task A_server_of_another_authority_is_not_trusted_but_its_time_is_told()
    {
        using var another = EnrolledFolder.Authority("CN=SmartCardCrm terminals");
        await using var stranger = await TlsServer.Start(
            EnrolledFolder.Leaf(another, "127.0.0.1"), another.RawData);

        var sight = await Look(stranger.Address);

        Assert.Equal("server-untrusted", Code(sight));
        Assert.NotNull(sight.Ahead);
    }

    [Fact]
    public async Task A_clock_that_is_off_is_seen_by_the_servers_answer()
    {
        _server.Date = TimeProvider.System.GetUtcNow().AddHours(-3);

        var ahead = (await Look(_server.Address)).Ahead!.Value;

        Assert.InRange(ahead.TotalHours, 2.9, 3.1);
    }

    [Fact]
    public async Task A_port_where_nobody_listens_is_told()
    {
        var address = _server.Address;
        await _server.DisposeAsync();

        Assert.Equal("server-away", Code(await Look(address)));
    }

    [Fact]
    public async Task A_name_without_an_address_is_told() =>
        Assert.Equal("server-name", Code(await Look(new Uri("https://no-such-host.invalid:5443"))));

    [Fact]
    public void A_slow_server_is_a_warning()
    {
        var sight = new ServerSight(ServerReach.Accepted, "", "", TimeSpan.FromSeconds(2), null);

        var finding = ServerCheck.Judge(_server.Address, sight, "/data");

        Assert.Equal((Verdict.Warn, "server-slow"), (finding.Verdict, finding.Code));
    }

    private async Task<ServerSight> LookWhere(bool answers)
    {
        _server.Answers = answers;
        return await Look(_server.Address);
    }

    private async Task<ServerSight> Look(Uri address)
    {
        using var certificates = TerminalCertificates.Load(_folder.Data);
        return await new ServerProbe(address, TimeProvider.System).Look(certificates, CancellationToken.None);
    }

    private string Code(ServerSight sight) => ServerCheck.Judge(_server.Address, sight, "/data").Code;
}
