using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Google.Protobuf;
using SmartCardCrm.Loyalty;
using SmartCardCrm.SyncContract;
using SmartCardCrm.Terminal.Keys;
using SmartCardCrm.Terminal.Tests.Doctor;

namespace SmartCardCrm.Terminal.Tests.Keys;

/// <summary>Whom a terminal believes while one authority takes over from another, and whom it does
/// not.</summary>
public sealed class TrustedAuthoritiesTests : IDisposable
{
    private static readonly byte[] Document = [1, 2, 3];

    private readonly EnrolledFolder _folder = new();
    private readonly Root _first = new("CN=first");
    private readonly Root _next = new("CN=next");
    private TrustedAuthorities _trusted;

    public TrustedAuthoritiesTests()
    {
        PrivateFile.Replace(_folder.Data.Authority, _first.Certificate.RawData);
        _trusted = TrustedAuthorities.Load(_folder.Data);
    }

    public void Dispose()
    {
        _trusted.Dispose();
        _first.Dispose();
        _next.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Whom_the_trusted_one_announces_is_trusted_beside_it_also_after_a_start()
    {
        Assert.True(_trusted.Learn(_first.Announces(_next)));
        Assert.False(_trusted.Learn(_first.Announces(_next)));

        foreach (var trusted in new[] { _trusted, TrustedAuthorities.Load(_folder.Data) })
        {
            Assert.True(trusted.HaveSigned(Document, _first.Sign(Document)));
            Assert.True(trusted.HaveSigned(Document, _next.Sign(Document)));
            Assert.True(Believes(trusted, _first));
            Assert.True(Believes(trusted, _next));
            Assert.Equal(SHA256.HashData(_next.Certificate.RawData), trusted.NewestHash);
        }
    }

    [Fact]
    public void Whom_nobody_trusted_announces_is_not_trusted()
    {
        using var thief = new Root("CN=next");
        var document = _first.Sign(AuthorityWord.Next(thief.Certificate.RawData));
        AuthorityItem[] hostile =
        [
            thief.Announces(thief),
            _next.Announces(thief),
            // A signature of the right one, over something else.
            new() { Certificate = Der(thief), Signature = ByteString.CopyFrom(document) },
            new() { Certificate = Der(thief), Signature = _first.Announces(_next).Signature },
            new() { Certificate = Der(thief) },
        ];

        foreach (var announced in hostile)
            Assert.Throws<CryptographicException>(() => _trusted.Learn(announced));

        Assert.False(_trusted.HaveSigned(Document, thief.Sign(Document)));
        Assert.False(Believes(_trusted, thief));
        Assert.False(File.Exists(_folder.Data.NextAuthority));
    }

    [Fact]
    public void The_next_one_cannot_announce_another_before_the_first_is_retired()
    {
        using var third = new Root("CN=third");
        _trusted.Learn(_first.Announces(_next));

        Assert.Throws<CryptographicException>(() => _trusted.Learn(_next.Announces(third)));
    }

    [Fact]
    public void When_the_next_one_is_the_only_one_the_first_counts_no_more()
    {
        _trusted.Learn(_first.Announces(_next));
        var only = _next.IsOnly();

        Assert.True(_trusted.HaveSaid(only));
        _trusted.Forget(only);

        foreach (var trusted in new[] { _trusted, TrustedAuthorities.Load(_folder.Data) })
        {
            Assert.False(trusted.HaveSigned(Document, _first.Sign(Document)));
            Assert.True(trusted.HaveSigned(Document, _next.Sign(Document)));
            Assert.False(Believes(trusted, _first));
            Assert.Throws<CryptographicException>(() => trusted.Learn(_first.Announces(_first.Renamed())));
        }

        Assert.False(File.Exists(_folder.Data.NextAuthority));
    }

    [Fact]
    public void Nobody_says_for_another_that_it_is_the_only_one()
    {
        _trusted.Learn(_first.Announces(_next));
        using var thief = new Root("CN=thief");

        Assert.False(_trusted.HaveSaid(thief.IsOnly()));
        Assert.False(_trusted.HaveSaid(new AuthorityItem
        {
            Certificate = Der(_next),
            OnlySignature = ByteString.CopyFrom(
                _first.SignWord(AuthorityWord.Only(_next.Certificate.RawData))),
        }));
        Assert.False(_trusted.HaveSaid(new AuthorityItem
        {
            Certificate = Der(_next),
            OnlySignature = _next.Announces(_next).Signature,
        }));
    }

    [Fact]
    public void A_server_under_another_name_is_not_believed_whoever_vouches_for_it()
    {
        using var leaf = EnrolledFolder.Leaf(_first.Certificate, "127.0.0.1");

        Assert.True(_trusted.Believe(leaf, SslPolicyErrors.RemoteCertificateChainErrors));
        Assert.False(_trusted.Believe(leaf, SslPolicyErrors.RemoteCertificateNameMismatch));
        Assert.False(_trusted.Believe(null, SslPolicyErrors.RemoteCertificateNotAvailable));
    }

    private static ByteString Der(Root root) => ByteString.CopyFrom(root.Certificate.RawData);

    private static bool Believes(TrustedAuthorities trusted, Root root)
    {
        using var leaf = EnrolledFolder.Leaf(root.Certificate, "127.0.0.1");
        return trusted.Believe(leaf, SslPolicyErrors.RemoteCertificateChainErrors);
    }

    private sealed class Root(string name) : IDisposable
    {
        public X509Certificate2 Certificate { get; } = EnrolledFolder.Authority(name);

        public byte[] Sign(byte[] document) => SignWord(DocumentSignature.Covered(document));

        public byte[] SignWord(byte[] word)
        {
            using var key = Certificate.GetECDsaPrivateKey()!;
            return AuthorityWord.Sign(key, word);
        }

        public AuthorityItem Announces(Root next) => new()
        {
            Certificate = Der(next),
            Signature = ByteString.CopyFrom(SignWord(AuthorityWord.Next(next.Certificate.RawData))),
        };

        public AuthorityItem IsOnly() => new()
        {
            Certificate = Der(this),
            OnlySignature = ByteString.CopyFrom(SignWord(AuthorityWord.Only(Certificate.RawData))),
        };

        public Root Renamed() => new($"{name} again");

        public void Dispose() => Certificate.Dispose();
    }
}
