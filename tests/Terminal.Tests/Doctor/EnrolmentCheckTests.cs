using System.Runtime.Versioning;
using System.Security.Cryptography;
using Google.Protobuf;
using SmartCardCrm.SyncContract;
using SmartCardCrm.Terminal.Doctor;
using SmartCardCrm.Terminal.Keys;

namespace SmartCardCrm.Terminal.Tests.Doctor;

/// <summary>Who the terminal is, and its keys, in real files.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class EnrolmentCheckTests : IDisposable
{
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();

    private readonly EnrolledFolder _folder = new(CardKeyStorage.Sealed);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void An_enrolled_terminal_is_named() =>
        Assert.Equal("enrolment", EnrolmentCheck.Judge(_folder.Data, _folder.Path, out _).Code);

    [Fact]
    public void An_empty_folder_is_told_how_to_enrol()
    {
        File.Delete(_folder.Data.Enrolment);

        var finding = EnrolmentCheck.Judge(_folder.Data, _folder.Path, out var terminal);

        Assert.Equal((Verdict.Fail, "not-enrolled"), (finding.Verdict, finding.Code));
        Assert.Contains(finding.Advice, a => a.Contains("terminal enrol", StringComparison.Ordinal));
        Assert.Null(terminal);
    }

    [Theory]
    [InlineData("no json")]
    [InlineData("{}")]
    public void A_terminal_json_that_is_none_is_told(string content)
    {
        File.WriteAllText(_folder.Data.Enrolment, content);

        Assert.Equal("enrolment-unreadable", EnrolmentCheck.Judge(_folder.Data, _folder.Path, out _).Code);
    }

    [Fact]
    public void A_zone_that_the_machine_does_not_know_is_told() => Assert.Equal(
        "zone-unknown", EnrolmentCheck.Judge(_folder.Terminal with { StoreZone = "Mars/Olympus" }).Code);

    [Fact]
    public void The_files_of_an_enrolment_fit_together() =>
        Assert.Equal(["key", "authority", "certificate"], Certificates());

    [Fact]
    public void A_key_that_others_may_read_fails()
    {
        File.SetUnixFileMode(
            _folder.Data.Key, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);

        Assert.Equal(["key-open", "authority", "certificate"], Certificates());
    }

    [Fact]
    public void Missing_files_are_told_one_by_one()
    {
        File.Delete(_folder.Data.Key);
        File.Delete(_folder.Data.Authority);
        File.WriteAllText(_folder.Data.Certificate, "none");

        Assert.Equal(["key-unreadable", "authority-unreadable", "certificate-unreadable"], Certificates());
    }

    [Fact]
    public void A_certificate_of_another_authority_or_for_another_key_is_told()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var own = File.ReadAllBytes(_folder.Data.Key);
        PrivateFile.Replace(_folder.Data.Key, key.ExportPkcs8PrivateKey());
        var anotherKey = Certificates();
        PrivateFile.Replace(_folder.Data.Key, own);
        using var another = EnrolledFolder.Authority("CN=SmartCardCrm terminals");
        PrivateFile.Replace(_folder.Data.Authority, another.RawData);

        Assert.Equal("certificate-foreign", anotherKey[2]);
        Assert.Equal("certificate-foreign", Certificates()[2]);
    }

    [Theory]
    [InlineData(31, "certificate")]
    [InlineData(29, "certificate-expires")]
    [InlineData(-1, "certificate-expired")]
    [InlineData(400, "certificate-early")]
    public void A_certificate_has_its_time(int daysLeft, string expected)
    {
        var through = Now.UtcDateTime.AddDays(daysLeft);

        Assert.Equal(expected, CertificateCheck.Period(through.AddDays(-365), through, Now).Code);
    }

    [Fact]
    public void Sealed_keys_are_there_and_open_or_are_told()
    {
        var none = CardKeys();
        var delivered = new CardKeysReply { ReaderIdKey = ByteString.CopyFrom(new byte[16]) };
        SealedCardKeys.Save(_folder.Data, terminal: 1, delivered);
        var sealing = CardKeys();
        SealedCardKeys.Save(_folder.Data, terminal: 2, delivered);

        Assert.Equal("sealed-keys-absent", none);
        Assert.Equal("card-keys", sealing);
        Assert.Equal("sealed-keys-unreadable", CardKeys());
    }

    [Fact]
    public void Keys_in_memory_are_no_file_and_an_opened_housing_comes_first()
    {
        var terminal = _folder.Terminal with { CardKeys = CardKeyStorage.Memory };
        var closed = CardKeysCheck.Judge(_folder.Data, terminal, _folder.Path).Code;
        PrivateFile.Replace(_folder.Data.Tampered, [1]);

        Assert.Equal("card-keys", closed);
        Assert.Equal("tamper", CardKeysCheck.Judge(_folder.Data, terminal, _folder.Path).Code);
    }

    private string CardKeys() => CardKeysCheck.Judge(_folder.Data, _folder.Terminal, _folder.Path).Code;

    private List<string> Certificates() =>
        [.. CertificateCheck.Look(_folder.Data, Now).Select(f => f.Code)];
}
