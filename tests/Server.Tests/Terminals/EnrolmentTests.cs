using System.Buffers.Text;
using System.Security.Cryptography;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.Time.Testing;
using SmartCardCrm.Server.Tests.InProcess;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Server.Tests.Terminals;

public sealed class EnrolmentTests
{
    [Fact]
    public async Task A_token_lets_in_one_terminal_once()
    {
        await using var server = await InProcessServer.StartAsync();
        using var stranger = new TestTerminal(server, null, null);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = TestTerminal.Request(server.NewToken(), key);

        var reply = await stranger.Enrolment.EnrolAsync(request);
        var again = await Assert.ThrowsAsync<RpcException>(
            async () => await stranger.Enrolment.EnrolAsync(request));

        Assert.Equal((1u, 319u, "USD"), (reply.Terminal, reply.Store, reply.Currency));
        Assert.Equal((StatusCode.PermissionDenied, "token-used"), (again.StatusCode, again.Status.Detail));
    }

    [Fact]
    public async Task A_token_names_the_authority_that_the_server_shows()
    {
        await using var server = await InProcessServer.StartAsync();
        using var stranger = new TestTerminal(server, null, null);

        var authority = (await stranger.Enrolment.FetchAuthorityAsync(new AuthorityRequest())).Authority;

        var token = Base64Url.DecodeFromChars(server.NewToken());
        Assert.Equal(SHA256.HashData(authority.Span), token[32..]);
        using var pinning = new TestTerminal(server, authority, null);
        await pinning.Enrolment.FetchAuthorityAsync(new AuthorityRequest());
    }

    [Fact]
    public async Task A_terminal_that_pins_another_authority_does_not_talk_to_this_server()
    {
        await using var server = await InProcessServer.StartAsync();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var other = Server.Vault.Certificates.SelfSigned(key, 1, TimeProvider.System.GetUtcNow());
        using var pinning = new TestTerminal(server, ByteString.CopyFrom(other), null);

        var refused = await Assert.ThrowsAsync<RpcException>(
            async () => await pinning.Enrolment.FetchAuthorityAsync(new AuthorityRequest()));

        Assert.Equal(StatusCode.Internal, refused.StatusCode);
    }

    [Fact]
    public async Task A_token_expires()
    {
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var server = await InProcessServer.StartAsync(clock);
        var token = server.NewToken();
        clock.Advance(TimeSpan.FromHours(24));

        Assert.Equal("token-expired", await RefusalOf(server, token));
    }

    [Fact]
    public async Task A_token_that_was_never_given_out_lets_nobody_in()
    {
        await using var server = await InProcessServer.StartAsync();

        Assert.Equal("token-unknown", await RefusalOf(server, Base64Url.EncodeToString(new byte[64])));
        Assert.Equal("token-unreadable", await RefusalOf(server, "let me in"));
        Assert.Equal("token-unreadable", await RefusalOf(server, new string('!', 86)));
        Assert.Equal("token-unreadable", await RefusalOf(server, new string('A', 1_000)));
    }

    [Fact]
    public async Task A_bad_certificate_request_does_not_use_up_the_token()
    {
        await using var server = await InProcessServer.StartAsync();
        using var stranger = new TestTerminal(server, null, null);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = TestTerminal.Request(server.NewToken(), key);
        var forged = request.Clone();
        var bytes = request.CertificateRequest.ToByteArray();
        bytes[^1] ^= 1;
        forged.CertificateRequest = ByteString.CopyFrom(bytes);

        var refused = await Assert.ThrowsAsync<RpcException>(
            async () => await stranger.Enrolment.EnrolAsync(forged));
        var reply = await stranger.Enrolment.EnrolAsync(request);

        Assert.Equal(StatusCode.InvalidArgument, refused.StatusCode);
        Assert.Equal("certificate-request", refused.Status.Detail);
        Assert.Equal(1u, reply.Terminal);
    }

    [Fact]
    public async Task A_terminal_gets_the_enquiry_and_sale_keys_and_no_other()
    {
        await using var server = await InProcessServer.StartAsync();
        using var terminal = await TestTerminal.EnrolAsync(server);
        using var other = await TestTerminal.EnrolAsync(server);

        var keys = await terminal.Sync.FetchCardKeysAsync(new CardKeysRequest());
        var others = await other.Sync.FetchCardKeysAsync(new CardKeysRequest());

        Assert.Equal(
            [(1u, 1u, 16), (2u, 1u, 16)], keys.Keys.Select(k => (k.KeyNumber, k.Version, k.Key.Length)));
        Assert.Equal(7u * 24 * 3600, keys.HeldSecondsMost);
        Assert.Equal(others.Keys, keys.Keys);
        Assert.NotEqual(others.ReaderIdKey, keys.ReaderIdKey);
    }

    private static async Task<string> RefusalOf(InProcessServer server, string token)
    {
        using var stranger = new TestTerminal(server, null, null);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var refused = await Assert.ThrowsAsync<RpcException>(
            async () => await stranger.Enrolment.EnrolAsync(TestTerminal.Request(token, key)));
        return refused.Status.Detail;
    }
}
