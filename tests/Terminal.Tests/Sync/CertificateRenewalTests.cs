using System.Security.Cryptography;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using SmartCardCrm.SyncContract;
using SmartCardCrm.Terminal.Keys;
using SmartCardCrm.Terminal.Sync;
using SmartCardCrm.Terminal.Tests.Doctor;
using SmartCardCrm.Terminal.Tests.Kit;

namespace SmartCardCrm.Terminal.Tests.Sync;

/// <summary>When a certificate is renewed, and what of the answer is believed. It holds for 365
/// days.</summary>
public sealed class CertificateRenewalTests : IDisposable
{
    private readonly EnrolledFolder _folder = new();
    private readonly FakeTimeProvider _clock = new(TimeProvider.System.GetUtcNow());
    private readonly FaultBook _faults = new();
    private readonly TerminalCertificates _certificates;
    private readonly byte[] _former;

    public CertificateRenewalTests()
    {
        _certificates = TerminalCertificates.Load(_folder.Data);
        _former = _certificates.Own.RawData;
    }

    public void Dispose()
    {
        _certificates.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Nothing_is_asked_for_while_more_than_a_third_of_its_time_is_left()
    {
        var server = Answering(() => throw new InvalidOperationException());
        _clock.Advance(TimeSpan.FromDays(242));

        await RunAsync(server);

        Assert.Equal(0, server.Asked);
    }

    [Theory]
    [InlineData(245)]
    [InlineData(500)]
    public async Task A_new_one_takes_the_place_of_the_old_on_disk_and_in_the_next_handshake(int days)
    {
        var next = _folder.Certify(_folder.Key());
        _clock.Advance(TimeSpan.FromDays(days));

        await RunAsync(Answering(() => next));

        Assert.Equal(next, File.ReadAllBytes(_folder.Data.Certificate));
        Assert.Equal(next, _certificates.Own.RawData);
        Assert.True(_certificates.Own.HasPrivateKey);
        Assert.Empty(_faults.Lines);
    }

    [Fact]
    public async Task One_over_another_key_is_not_taken()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var foreign = _folder.Certify(key);

        await RefusedAsync(Answering(() => foreign), "certificate-wrong");
    }

    [Fact]
    public async Task One_of_another_authority_is_not_taken()
    {
        using var authority = EnrolledFolder.Authority("CN=SmartCardCrm terminals");
        var foreign = EnrolledFolder.Certify(authority, _folder.Key());

        await RefusedAsync(Answering(() => foreign), "certificate-wrong");
    }

    [Fact]
    public async Task What_is_no_certificate_is_not_taken() =>
        await RefusedAsync(Answering(() => [1, 2, 3]), "certificate-wrong");

    [Fact]
    public async Task A_server_that_does_not_renew_it_is_a_fault_until_one_does()
    {
        var refusing = Answering(() => throw new RpcException(
            new Status(StatusCode.Unauthenticated, "certificate-expired"),
            new Metadata { { "error-text", "over" } }));
        await RefusedAsync(refusing, "certificate-expired");

        var next = _folder.Certify(_folder.Key());
        await RunAsync(Answering(() => next));

        Assert.Empty(_faults.Lines);
    }

    [Fact]
    public async Task A_server_that_knows_no_such_call_is_a_fault() =>
        await RefusedAsync(
            Answering(() => throw new RpcException(new Status(StatusCode.Unimplemented, ""))),
            "Unimplemented");

    [Fact]
    public async Task A_server_that_cannot_be_reached_is_no_fault_of_the_certificate()
    {
        _clock.Advance(TimeSpan.FromDays(300));
        var away = Answering(
            () => throw new RpcException(new Status(StatusCode.Unavailable, "away")));

        await Assert.ThrowsAsync<RpcException>(() => RunAsync(away));

        Assert.Empty(_faults.Lines);
        Assert.Equal(_former, _certificates.Own.RawData);
    }

    private async Task RefusedAsync(UnaryServer server, string code)
    {
        _clock.Advance(TimeSpan.FromDays(300));

        await RunAsync(server);

        Assert.Equal(1, server.Asked);
        Assert.Equal(_former, File.ReadAllBytes(_folder.Data.Certificate));
        Assert.Equal(_former, _certificates.Own.RawData);
        Assert.StartsWith(
            $"certificate: not renewed ({code}); it holds until 20", Assert.Single(_faults.Lines),
            StringComparison.Ordinal);
    }

    private Task RunAsync(UnaryServer server) =>
        new CertificateRenewal(
            new TerminalSync.TerminalSyncClient(server), _certificates, _faults, _clock,
            NullLogger<CertificateRenewal>.Instance).RunWhenDue(CancellationToken.None);

    private static UnaryServer Answering(Func<byte[]> certificate) => new(
        _ => new RenewCertificateReply { Certificate = ByteString.CopyFrom(certificate()) });
}
