using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using SmartCardCrm.Loyalty;
using SmartCardCrm.Server.DayCertificates;
using SmartCardCrm.Server.Terminals;
using SmartCardCrm.Server.Tests.Chain;
using SmartCardCrm.Server.Tests.Storage;
using SmartCardCrm.Server.Vault;

namespace SmartCardCrm.Server.Tests.DayCertificates;

/// <summary>Daily certificates of a small chain, on every engine. The book begins on 5 January 2026, 9:00
/// UTC.</summary>
public abstract class CertificateContract : IDisposable
{
    private static readonly DateOnly First = new(2026, 1, 5);

    private readonly Headquarters _hq;
    private readonly Signer _signer = new();
    private readonly CertificateDesk _desk;
    private readonly Till _till;
    private readonly Till _other;
    private readonly Chip _chip;

    private protected CertificateContract(Engine engine)
    {
        _hq = new Headquarters(engine.OpenBook());
        (_till, _other, _chip) = (_hq.NewTill(), _hq.NewTill(), _hq.Issue(1));
        _desk = new CertificateDesk(
            _hq.Database, _hq.Secrets, _signer.Seal, _hq.Clock, NullLogger<CertificateDesk>.Instance);
        _till.Sell(_chip, new TestSale(50_00));
        var doubt = _till.Sell(_chip, new TestSale(20_00) { Fate = Fate.AnswerLost });
        _till.Settle(_chip, doubt);
        _till.Sell(_chip, new TestSale(10_00) { Redeem = 5 });
        _hq.Sync(_till);
    }

    public void Dispose()
    {
        _signer.Dispose();
        _hq.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void A_day_that_is_over_is_certified_once_and_by_itself()
    {
        Assert.Null(_desk.MakeDue());
        NextDay();

        Assert.NotNull(_desk.MakeDue());
        Assert.Null(_desk.MakeDue());
        _hq.Clock.Advance(TimeSpan.FromDays(3));
        _desk.MakeDue();

        Assert.Equal(
            ["2026-01-08|1|0", "2026-01-05|1|0"],
            _hq.Database.Read(db => CertificateArchive.List(db, 0, 10))
                .Select(one => $"{one.Day}|{one.Revision}|{one.Failed}"));
    }

    [Fact]
    public void A_day_is_over_when_it_is_in_every_store()
    {
        _hq.Enrol(_till.Number, store: 1, zone: "America/New_York");
        _hq.Clock.SetUtcNow(new DateTimeOffset(2026, 1, 6, 4, 59, 0, TimeSpan.Zero));
        Assert.Null(_desk.MakeDue());
        Assert.Throws<ArgumentOutOfRangeException>(() => _desk.Make(First, "Ada"));
        _hq.Clock.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal("2026-01-05", _desk.MakeDue()!.Day);
    }

    [Fact]
    public void It_says_over_which_book_it_was_made_and_what_held()
    {
        NextDay();

        var made = Read(_desk.Make(First, "Ada"));

        Assert.Equal((1, 1, DayCertificate.NoDocument), (made.Number, made.Revision, made.Previous));
        Assert.All(made.Checks, check => Assert.Equal(0, check.Broken));
        Assert.Equal(
            ["I1", "I2", "I3", "I5", "I6", "I7", "I8", "I9", "I12"],
            made.Checks.Select(check => check.Invariant).Distinct());
        Assert.Equal((7, 2, 8), (made.Figures.Entries, made.Figures.Proven, made.Figures.Postings));
        Assert.Equal((8, 7), (made.Heads.Posting, Assert.Single(made.Heads.Journals).Sequence));
        Assert.Empty(Verify());
    }

    [Fact]
    public void Each_goes_on_where_the_one_before_ended()
    {
        NextDay();
        var first = _desk.Make(First, "Ada");
        _till.Sell(_chip, new TestSale(7_00));
        _hq.Sync(_till);
        NextDay();

        var second = Read(_desk.Make(First.AddDays(1), "Ada"));

        Assert.Equal((2, first.Hash), (second.Number, second.Previous));
        Assert.Equal((2, 1, 2), (second.Figures.Entries, second.Figures.Proven, second.Figures.Postings));
        Assert.Empty(Verify());
    }

    [Fact]
    public void A_day_is_certified_anew_as_a_revision_that_says_what_changed()
    {
        NextDay();
        _desk.Make(First, "Ada");
        _till.Sell(_chip, new TestSale(7_00));
        _other.Sell(_chip, new TestSale(7_00));
        _hq.Sync(_other);

        var revised = Read(_desk.Make(First, "Ada"));

        Assert.Equal(2, revised.Revision);
        Assert.Equal(["postings: through 8, now 10", "open exceptions: 0, now 1"], revised.Changed);
        Assert.Equal((1, 0), (revised.Figures.ExceptionsOpen.All, revised.Figures.ExceptionsOpen.OverDay));
        Assert.Equal(1, _hq.Database.Read(db => CertificateArchive.Of(db, First, 1))!.Revision);
    }

    [Theory]
    [InlineData("ledger-sum", "UPDATE posting SET points = points + 1 WHERE id = 1")]
    [InlineData("postings-paired", "UPDATE posting SET terminal = 9 WHERE id = 1")]
    [InlineData("expired-lots", "INSERT INTO lot VALUES (1, 1, 1, 0, 5)")]
    [InlineData(
        "counter-once", "UPDATE card_transaction SET counter = 2, tm_key_version = 2 WHERE counter = 3")]
    [InlineData("card-balance", "UPDATE posting SET owner = 7 WHERE account = 1")]
    [InlineData("card-moves", "DELETE FROM posting WHERE id IN (1, 2)")]
    [InlineData("doubts-decided", "UPDATE intent SET state = 'doubt' WHERE doubted = 1")]
    [InlineData("missing-explained",
        """
        DELETE FROM card_transaction WHERE counter = 2;
        UPDATE card SET acknowledged_counter = 1
        """)]
    [InlineData("actions-once",
        """
        INSERT INTO card_action (uid, generation, number, points, reason, queued_us, applied_counter)
        SELECT uid, generation, 1, 5, 'corrected', 1, 3 FROM card
        """)]
    [InlineData("proof-known", "UPDATE card_transaction SET tmv = NULL WHERE counter = 2")]
    [InlineData("log-newest", "UPDATE card_transaction SET balance_after = 1 WHERE counter = 4")]
    [InlineData("audit-log", "UPDATE audit_entry SET done_by = 'nobody' WHERE number = 1")]
    [InlineData("proofs", "UPDATE card_transaction SET amount_minor = 1 WHERE counter = 2")]
    [InlineData("proofs", "UPDATE journal_entry SET body = chain_hash WHERE sequence = 4")]
    [InlineData("parked-explained", "UPDATE journal_entry SET verdict = 'unreadable' WHERE sequence = 4")]
    public void What_was_changed_in_the_book_fails_the_check_that_is_for_it(string code, string change)
    {
        _hq.Database.Write(db => db.Run(change));
        NextDay();

        var made = _desk.MakeDue()!;

        Assert.Contains(code, Failed(made));
        Assert.Equal(made.Failed, _hq.Database.Read(CertificateArchive.NewestFailed));
    }

    [Theory]
    [InlineData("UPDATE audit_entry SET chain_hash = @none WHERE action = 'member-added'")]
    [InlineData("DELETE FROM audit_entry WHERE action IN ('member-added', 'certificate-made')")]
    [InlineData("UPDATE journal_entry SET chain_hash = @none WHERE sequence = 7")]
    [InlineData("DELETE FROM posting WHERE id > 6")]
    public void What_a_certificate_has_named_is_missed_afterwards(string change)
    {
        // The newest line of the log that the certificate names.
        _hq.Members.Add(1, new Server.Members.NewMember("Bea", null, "en"), "test");
        NextDay();
        _desk.Make(First, "Ada");

        _hq.Database.Write(db => db.Run(change, new { none = new byte[32] }));

        NextDay();
        Assert.Contains("kept", Failed(_desk.MakeDue()!));
        Assert.NotEmpty(Verify());
    }

    [Fact]
    public void A_missing_counter_that_an_exception_tells_of_is_no_fault()
    {
        _till.Sell(_chip, new TestSale(1_00));
        _till.Sell(_chip, new TestSale(1_00));
        _other.Sell(_chip, new TestSale(1_00));
        _other.Journal.Add(Google.Protobuf.ByteString.CopyFrom(0xFF));
        _hq.Sync(_other);
        NextDay();

        Assert.Empty(Failed(_desk.MakeDue()!));
        _hq.Database.Write(db => db.Run("UPDATE book_exception SET detail = '6' WHERE cause = 'gap'"));
        Assert.Equal(["missing-explained"], Failed(_desk.Make(First, "Ada")));
    }

    [Fact]
    public void A_terminal_that_let_more_be_redeemed_in_a_day_than_it_might_is_found()
    {
        _hq.Enrol(_till.Number, store: 1);
        var limits = new LimitsBook(_hq.Database, _hq.Secrets, _hq.Clock);
        limits.SeedMissing();
        Assert.Equal(100_000, limits.Of(_till.Number)!.DayMost);
        _hq.Database.Write(db => db.Run("UPDATE card_transaction SET redeemed = 100001 WHERE redeemed > 0"));
        NextDay();

        Assert.Contains("day-limits", Failed(_desk.MakeDue()!));
    }

    [Theory]
    [InlineData("UPDATE day_certificate SET document = signature WHERE number = 1", "not readable")]
    [InlineData("UPDATE day_certificate SET failed = 1 WHERE number = 1", "the archive's row is not what")]
    [InlineData("UPDATE day_certificate SET signature = hash_of WHERE number = 1", "did not sign")]
    [InlineData("DELETE FROM day_certificate WHERE number = 1", "it follows 0")]
    [InlineData("DELETE FROM day_certificate WHERE number = 1", "another document before it")]
    [InlineData("UPDATE posting SET points = points * 2", "the ledger through posting 8 is another")]
    public void An_archive_that_somebody_has_changed_does_not_verify(string change, string fault)
    {
        NextDay();
        _desk.Make(First, "Ada");
        _desk.Make(First, "Ada");
        Assert.Empty(Verify());

        _hq.Database.Write(db => db.Run(
            change.Replace("hash_of", "@none", StringComparison.Ordinal), new { none = new byte[64] }));

        Assert.Contains(Verify(), found => found.Contains(fault, StringComparison.Ordinal));
    }

    [Fact]
    public void Another_headquarters_key_vouches_for_nothing()
    {
        NextDay();
        _desk.Make(First, "Ada");
        using var other = new Signer();

        Assert.Equal(
            "certificate 1 of 2026-01-05: headquarters' key is not the one that signed the newest",
            Assert.Single(new CertificateVerification(_hq.Database, other.Seal.PublicKey).Run()));
    }

    [Fact]
    public void A_failure_is_logged()
    {
        var log = new Lines();
        var desk = new CertificateDesk(_hq.Database, _hq.Secrets, _signer.Seal, _hq.Clock, log);
        _hq.Database.Write(db => db.Run("UPDATE posting SET points = points + 1 WHERE id = 1"));
        NextDay();

        desk.MakeDue();

        Assert.StartsWith(
            "The certificate of 2026-01-05, revision 1:", Assert.Single(log.Errors),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Certificates_are_files_too_and_one_that_is_gone_comes_back()
    {
        var folder = Directory.CreateTempSubdirectory("certificates-");
        using var run = new CertificateRun(
            _desk, _hq.Database, Options.Create(new CertificateOptions { Folder = folder.FullName }),
            _hq.Clock, NullLogger<CertificateRun>.Instance);
        NextDay();
        run.Run();
        var file = Path.Combine(folder.FullName, "2026-01-05-1.json");
        var document = File.ReadAllBytes(file);
        File.Delete(file);

        run.Run();

        Assert.Equal(document, File.ReadAllBytes(file));
        Assert.True(CertificateSeal.IsSigned(
            _signer.Seal.PublicKey, document, File.ReadAllBytes($"{file}.sig")));
        Assert.Equal(2, folder.GetFiles().Length);
        folder.Delete(recursive: true);
    }

    private void NextDay() => _hq.Clock.Advance(TimeSpan.FromDays(1));

    private IReadOnlyList<string> Verify() =>
        new CertificateVerification(_hq.Database, _signer.Seal.PublicKey).Run();

    private static DayCertificate Read(SignedCertificate made) => DayCertificate.TryRead(made.Document)!;

    private static IReadOnlyList<string> Failed(SignedCertificate made) =>
        [.. Read(made).Checks.Where(check => check.Broken > 0).Select(check => check.Code)];

    /// <summary>A headquarters' key.</summary>
    private sealed class Signer : IDocumentSigner, IDisposable
    {
        private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

        public CertificateSeal Seal => new(this, _key.ExportSubjectPublicKeyInfo());

        public byte[] Sign(ReadOnlySpan<byte> document) =>
            _key.SignData(DocumentSignature.Covered(document), HashAlgorithmName.SHA256);

        public void Dispose() => _key.Dispose();
    }

    private sealed class Lines : ILogger<CertificateDesk>
    {
        public List<string> Errors { get; } = [];

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            if (logLevel == LogLevel.Error)
                Errors.Add(formatter(state, exception));
        }
    }
}

public sealed class CertificatesOnSqlite(SqliteEngine engine)
    : CertificateContract(engine), IClassFixture<SqliteEngine>
{
    // SQLite takes any value in any column.
    [Theory]
    [InlineData("log-newest", "UPDATE card_transaction SET balance_after = 'much' WHERE counter = 4")]
    [InlineData("audit-log", "UPDATE audit_entry SET chain_hash = 'words' WHERE number = 1")]
    public void What_no_program_has_written_fails_its_check(string code, string change) =>
        What_was_changed_in_the_book_fails_the_check_that_is_for_it(code, change);
}

public sealed class CertificatesOnPostgres(PostgresCluster cluster)
    : CertificateContract(new PostgresEngine(cluster));
