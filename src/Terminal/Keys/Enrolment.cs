using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Google.Protobuf;
using SmartCardCrm.SyncContract;
using SmartCardCrm.Terminal.Sync;

namespace SmartCardCrm.Terminal.Keys;

/// <summary>Enrolment did not come about; nothing was stored.</summary>
/// <param name="code">Stable.</param>
internal sealed class EnrolmentException(string code, string message) : Exception(message)
{
    public string Code => code;
}

/// <summary>What the person who sets the terminal up decides.</summary>
internal sealed record EnrolmentWish(Uri Server, string Name, CardKeyStorage CardKeys);

/// <summary>Makes a new terminal one of the chain's: a token for a certificate.</summary>
internal sealed class Enrolment(DataFolder data, TimeProvider clock)
{
    /// <summary>Checks the server by the token's hash, has a new key certified, and stores who we
    /// are.</summary>
    /// <exception cref="EnrolmentException">The server is another, or its answer does not fit.</exception>
    /// <exception cref="Grpc.Core.RpcException">It cannot be reached, or says no.</exception>
    public async Task<EnrolledTerminal> Run(
        EnrolmentToken token, EnrolmentWish wish, CancellationToken cancellation)
    {
        if (File.Exists(data.Enrolment) || File.Exists(data.Journal))
            throw new EnrolmentException(
                "already-enrolled", "This data folder belongs to an enrolled terminal.");

        using var authority = await FetchAuthority(token, wish.Server, cancellation);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var channel = ServerLink.Verified(wish.Server, authority);
        var reply = await new SyncContract.Enrolment.EnrolmentClient(channel).EnrolAsync(
            new EnrolRequest
            {
                Token = token.Text,
                CertificateRequest = ByteString.CopyFrom(RequestFor(key)),
                Name = wish.Name,
                SoftwareVersion = SoftwareVersion.Text,
            },
            deadline: ServerLink.Deadline(clock), cancellationToken: cancellation);
        using var certificate = X509CertificateLoader.LoadCertificate(reply.Certificate.Span);
        if (!token.Names(reply.Authority.Span) || !TerminalCertificates.IsOver(key, certificate))
            throw new EnrolmentException(
                "certificate-wrong", "The certificate is not for this terminal's key.");
        return Store(key, reply, wish);
    }

    private async Task<X509Certificate2> FetchAuthority(
        EnrolmentToken token, Uri server, CancellationToken cancellation)
    {
        using var channel = ServerLink.Unverified(server);
        var reply = await new SyncContract.Enrolment.EnrolmentClient(channel).FetchAuthorityAsync(
            new AuthorityRequest(), deadline: ServerLink.Deadline(clock), cancellationToken: cancellation);
        return token.Names(reply.Authority.Span)
            ? X509CertificateLoader.LoadCertificate(reply.Authority.Span)
            : throw new EnrolmentException("server-unknown", "This is not the server that made the token.");
    }

    private EnrolledTerminal Store(ECDsa key, EnrolReply reply, EnrolmentWish wish)
    {
        var secret = key.ExportPkcs8PrivateKey();
        PrivateFile.Replace(data.Key, secret);
        CryptographicOperations.ZeroMemory(secret);
        PrivateFile.Replace(data.Certificate, reply.Certificate.Span);
        PrivateFile.Replace(data.Authority, reply.Authority.Span);

        var terminal = new EnrolledTerminal(
            reply.Terminal, wish.Name, reply.Programme, reply.Store, reply.StoreZone, reply.Currency,
            wish.Server,
            wish.CardKeys);
        terminal.Save(data);
        return terminal;
    }

    // The server puts the name it wants into the certificate; ours only has to be one.
    private static byte[] RequestFor(ECDsa key) =>
        new CertificateRequest("CN=terminal", key, HashAlgorithmName.SHA256).CreateSigningRequest();
}
