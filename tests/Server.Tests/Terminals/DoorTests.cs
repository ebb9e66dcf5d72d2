using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using SmartCardCrm.Server.Tests.InProcess;
using SmartCardCrm.Server.Vault;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Server.Tests.Terminals;

public sealed class DoorTests
{
    [Fact]
    public async Task A_caller_without_a_certificate_gets_no_card_keys()
    {
        await using var server = await InProcessServer.StartAsync();
        using var stranger = new TestTerminal(server, null, null);

        Assert.Equal("certificate-required", (await RefusalOf(stranger)).Status.Detail);
    }

    [Fact]
    public async Task A_certificate_of_another_authority_does_not_get_through_the_handshake()
    {
        await using var server = await InProcessServer.StartAsync();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var vault = KeyVault.Holding(
            VaultContent.Create(RandomNumberGenerator.Fill, TimeProvider.System.GetUtcNow()));
        var other = new TerminalAuthority(vault, TimeProvider.System);
        using var impostor = new TestTerminal(server, null, Client(key, r => other.IssueForTerminal(r, 1)));

        Assert.True((await RefusalOf(impostor)).StatusCode is StatusCode.Unavailable or StatusCode.Internal);
    }

    [Fact]
    public async Task A_certificate_of_ours_that_no_terminal_was_given_is_refused()
    {
        await using var server = await InProcessServer.StartAsync();
        var authority = server.Services.GetRequiredService<TerminalAuthority>();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var nobody = new TestTerminal(server, null, Client(key, r => authority.IssueForTerminal(r, 1)));

        var refused = await RefusalOf(nobody);

        Assert.Equal(StatusCode.PermissionDenied, refused.StatusCode);
        Assert.Equal("terminal-unknown", refused.Status.Detail);
    }

    [Fact]
    public async Task Revoking_ends_open_streams_at_once_and_lets_no_new_one_in()
    {
        await using var server = await InProcessServer.StartAsync();
        using var terminal = await TestTerminal.EnrolAsync(server);
        using var other = await TestTerminal.EnrolAsync(server);
        using var open = await terminal.HelloAsync([]);
        using var others = await other.HelloAsync([]);
        await open.NextAsync(ServerMessage.ContentOneofCase.Welcome);

        await server.CallAsync(HttpMethod.Post, $"/api/terminals/{terminal.Number}/revoke");

        Assert.Equal("terminal-revoked", await open.RefusedAsync());
        Assert.Equal("terminal-revoked", (await RefusalOf(terminal)).Status.Detail);
        await others.NextAsync(ServerMessage.ContentOneofCase.Feed);
    }

    [Fact]
    public async Task What_is_for_one_door_is_not_found_at_the_other()
    {
        await using var server = await InProcessServer.StartAsync();
        using var people = server.People();
        using var terminals = new HttpClient(new SocketsHttpHandler
        {
            SslOptions = { RemoteCertificateValidationCallback = (_, shown, _, _) => shown is not null },
        });
        using var overview = new HttpRequestMessage(HttpMethod.Get, server.Endpoints.Grpc + "/api/overview")
        {
            Version = HttpVersion.Version20,
            Headers = { Authorization = people.DefaultRequestHeaders.Authorization },
        };

        var grpcAtPeople = await people.PostAsync("/smartcardcrm.sync.v1.Enrolment/Enrol", null);
        var restAtTerminals = await terminals.SendAsync(overview);

        Assert.Equal(HttpStatusCode.NotFound, grpcAtPeople.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, restAtTerminals.StatusCode);
    }

    private static X509Certificate2 Client(ECDsa key, Func<byte[], X509Certificate2> sign)
    {
        var request = new CertificateRequest("CN=whoever", key, HashAlgorithmName.SHA256);
        using var certificate = sign(request.CreateSigningRequest());
        return certificate.CopyWithPrivateKey(key);
    }

    private static Task<RpcException> RefusalOf(TestTerminal terminal) =>
        Assert.ThrowsAsync<RpcException>(
            async () => await terminal.Sync.FetchCardKeysAsync(new CardKeysRequest()));
}
