using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Microsoft.Extensions.Time.Testing;
using SmartCardCrm.Server.Tests.InProcess;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Server.Tests.Terminals;

/// <summary>Certificates hold for 365 days. The clock starts so long ago that those which the server takes
/// for expired are so for everybody.</summary>
public sealed class RenewalTests
{
    private readonly FakeTimeProvider _clock = new(TimeProvider.System.GetUtcNow().AddDays(-800));

    [Fact]
    public async Task A_certificate_with_more_than_half_its_time_left_is_not_renewed()
    {
        await using var server = await InProcessServer.StartAsync(_clock);
        using var terminal = await TestTerminal.EnrolAsync(server, pins: false);

        _clock.Advance(TimeSpan.FromDays(180));

        Assert.Equal("certificate-not-due", await RefusalOf(RenewAsync(server, terminal)));
    }

    [Fact]
    public async Task A_renewed_certificate_holds_for_a_year_over_the_same_key_and_the_former_to_its_end()
    {
        await using var server = await InProcessServer.StartAsync(_clock);
        using var terminal = await TestTerminal.EnrolAsync(server, pins: false);
        _clock.Advance(TimeSpan.FromDays(250));

        using var renewed = await RenewAsync(server, terminal);

        Assert.Equal(
            terminal.Certificate!.GetPublicKeyString(), renewed.Certificate!.GetPublicKeyString());
        Assert.Equal(
            _clock.GetUtcNow().AddDays(365).UtcDateTime, renewed.Certificate.NotAfter.ToUniversalTime(),
            TimeSpan.FromSeconds(1));
        Assert.NotEmpty((await terminal.Sync.FetchCardKeysAsync(new CardKeysRequest())).Keys);
        Assert.NotEmpty((await renewed.Sync.FetchCardKeysAsync(new CardKeysRequest())).Keys);

        _clock.Advance(TimeSpan.FromDays(116));
        Assert.Equal("certificate-expired", await RefusalOf(FetchKeysAsync(terminal)));
        Assert.NotEmpty((await renewed.Sync.FetchCardKeysAsync(new CardKeysRequest())).Keys);
    }

    [Fact]
    public async Task An_expired_certificate_may_be_renewed_for_a_while_and_do_nothing_else()
    {
        await using var server = await InProcessServer.StartAsync(_clock);
        using var terminal = await TestTerminal.EnrolAsync(server, pins: false);
        _clock.Advance(TimeSpan.FromDays(365 + 179));

        Assert.Equal("certificate-expired", await RefusalOf(WelcomeAsync(terminal)));
        Assert.Equal("certificate-expired", await RefusalOf(FetchKeysAsync(terminal)));
        using var renewed = await RenewAsync(server, terminal);

        Assert.NotEmpty((await renewed.Sync.FetchCardKeysAsync(new CardKeysRequest())).Keys);
    }

    [Fact]
    public async Task After_that_while_the_terminal_has_to_enrol_anew()
    {
        await using var server = await InProcessServer.StartAsync(_clock);
        using var terminal = await TestTerminal.EnrolAsync(server, pins: false);
        _clock.Advance(TimeSpan.FromDays(365 + 181));

        Assert.Equal("certificate-expired", await RefusalOf(RenewAsync(server, terminal)));
    }

    [Fact]
    public async Task A_revoked_terminal_gets_no_other_certificate_and_none_of_its_own_is_good()
    {
        await using var server = await InProcessServer.StartAsync(_clock);
        using var terminal = await TestTerminal.EnrolAsync(server, pins: false);
        _clock.Advance(TimeSpan.FromDays(300));
        using var renewed = await RenewAsync(server, terminal);

        await server.CallAsync(HttpMethod.Post, $"/api/terminals/{terminal.Number}/revoke");

        Assert.Equal("terminal-revoked", await RefusalOf(RenewAsync(server, terminal)));
        Assert.Equal("terminal-revoked", await RefusalOf(FetchKeysAsync(renewed)));
    }

    [Fact]
    public async Task A_certificate_from_the_future_is_not_good_yet()
    {
        await using var server = await InProcessServer.StartAsync(_clock);
        using var terminal = await TestTerminal.EnrolAsync(server, pins: false);
        var earlier = new FakeTimeProvider(_clock.GetUtcNow().AddDays(-1));
        await server.RestartAsync(earlier);
        using var there = terminal.At(server);

        Assert.Equal("certificate-early", await RefusalOf(FetchKeysAsync(there)));
    }

    [Fact]
    public async Task The_server_shows_a_new_certificate_of_its_own_before_the_old_one_ends()
    {
        await using var server = await InProcessServer.StartAsync(_clock);
        using var first = await ShownAsync(server);
        using var same = await ShownAsync(server);

        _clock.Advance(TimeSpan.FromDays(364));
        using var next = await ShownAsync(server);

        Assert.Equal(first.Thumbprint, same.Thumbprint);
        Assert.NotEqual(first.Thumbprint, next.Thumbprint);
        Assert.True(next.NotAfter.ToUniversalTime() > _clock.GetUtcNow().AddDays(300).UtcDateTime);
    }

    private static async Task<TestTerminal> RenewAsync(InProcessServer server, TestTerminal terminal)
    {
        var reply = await terminal.Sync.RenewCertificateAsync(new RenewCertificateRequest());
        using var open = X509CertificateLoader.LoadCertificate(reply.Certificate.Span);
        using var key = terminal.Certificate!.GetECDsaPrivateKey()!;
        return new TestTerminal(server, authority: null, open.CopyWithPrivateKey(key));
    }

    private static async Task FetchKeysAsync(TestTerminal terminal) =>
        await terminal.Sync.FetchCardKeysAsync(new CardKeysRequest());

    private static async Task WelcomeAsync(TestTerminal terminal)
    {
        using var stream = await terminal.HelloAsync([]);
        await stream.NextAsync(ServerMessage.ContentOneofCase.Welcome);
    }

    private static async Task<string> RefusalOf(Task call) =>
        (await Assert.ThrowsAsync<RpcException>(() => call)).Status.Detail;

    private static async Task<X509Certificate2> ShownAsync(InProcessServer server)
    {
        var address = new Uri(server.Endpoints.Grpc);
        using var client = new TcpClient();
        await client.ConnectAsync(address.Host, address.Port);
        await using var tls = new SslStream(client.GetStream(), false, (_, shown, _, _) => shown is not null);
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = address.Host,
            ApplicationProtocols = [SslApplicationProtocol.Http2],
        });
        return X509CertificateLoader.LoadCertificate(tls.RemoteCertificate!.GetRawCertData());
    }
}
