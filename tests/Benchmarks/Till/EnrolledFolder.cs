using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SmartCardCrm.SyncContract;
using SmartCardCrm.Terminal;
using SmartCardCrm.Terminal.Keys;

namespace SmartCardCrm.Benchmarks.Till;

/// <summary>The data folder of a terminal that is enrolled and can sell without a network: its card keys are
/// sealed in it, and nobody answers at its server's address.</summary>
internal static class EnrolledFolder
{
    private const int BatchMost = 4_096;

    /// <param name="path">The folder; made here.</param>
    /// <param name="members">How many members' cards its replica knows, numbered from 1.</param>
    public static void Make(BenchChain chain, string path, int members)
    {
        var data = new DataFolder(path);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var authority = Authority(chain.Headquarters);
        PrivateFile.Replace(data.Key, key.ExportPkcs8PrivateKey());
        PrivateFile.Replace(data.Certificate, Certificate(key, authority));
        PrivateFile.Replace(data.Authority, authority.RawData);
        SealedCardKeys.Save(data, BenchChain.TerminalNumber, chain.Keys);
        new EnrolledTerminal(
            BenchChain.TerminalNumber, "bench", BenchChain.Programme, BenchChain.Store, "UTC", "USD",
            new Uri("https://127.0.0.1:1"), CardKeyStorage.Sealed).Save(data);

        using var keys = new TerminalKeys();
        using var seal = JournalKeyFile.LoadOrMake(data, elsewhere: null, RandomNumberGenerator.Fill);
        using var till = chain.OpenTill(new JournalFile(data.Journal, seal), keys);
        foreach (var some in Enumerable.Range(1, members).Chunk(BatchMost))
            till.Take(new FeedBatch { Items = { some.Select(BenchChain.MemberItem) } });
        till.Database.Checkpoint();
    }

    private static X509Certificate2 Authority(ECDsa key)
    {
        var request = new CertificateRequest("CN=headquarters", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(
            certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        var now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
    }

    private static byte[] Certificate(ECDsa key, X509Certificate2 authority)
    {
        var request = new CertificateRequest("CN=terminal", key, HashAlgorithmName.SHA256);
        using var certificate = request.Create(
            authority, new DateTimeOffset(authority.NotBefore), new DateTimeOffset(authority.NotAfter),
            [1, 2, 3, 4]);
        return certificate.RawData;
    }
}
