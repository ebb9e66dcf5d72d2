using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Google.Protobuf;
using SmartCardCrm.Loyalty;
using SmartCardCrm.Server.Terminals;
using SmartCardCrm.Server.Tests.Chain;
using SmartCardCrm.Server.Tests.Storage;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Server.Tests.Ledger;

/// <summary>Closed days, on every engine.</summary>
public abstract class DayContract : IDisposable
{
    private readonly Headquarters _hq;
    private readonly Till _till;
    private readonly Chip _chip;
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly byte[] _certificate;
    private uint _first = 1;
    private uint _number;

    protected DayContract(Engine engine)
    {
        _hq = new Headquarters(engine.OpenBook());
        _till = _hq.NewTill();
        _chip = _hq.Issue(1);
        using var certificate = new CertificateRequest("CN=till", _key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(90));
        _certificate = certificate.RawData;
        _hq.Database.Write(db => TerminalBook.Insert(
            db, new Server.Terminals.Terminal { Number = _till.Number, Programme = 1, StoreZone = "UTC" },
            _certificate));
    }

    public void Dispose()
    {
        _key.Dispose();
        _hq.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void What_adds_up_is_countersigned_day_after_day()
    {
        _till.Sell(_chip, new TestSale(50_00));
        var lost = _till.Sell(_chip, new TestSale(7_00) { Fate = Fate.AnswerLost });
        Close(Line(1, 50_00, 50));
        _till.Settle(_chip, lost);
        Close(Line(1, 7_00, 7));

        _hq.Sync(_till);

        Assert.Empty(_hq.Open());
        Assert.Equal([1u, 2u], Countersigned().Select(day => day.Number));
    }

    [Fact]
    public void A_doubt_that_headquarters_settled_counts_once()
    {
        var lost = _till.Sell(_chip, new TestSale(7_00) { Fate = Fate.AnswerLost });
        Close([Line(1, 7_00, 7)], told: [lost]);
        Close([Line(1, 7_00, 7)], told: [lost]);

        _hq.Sync(_till);

        Assert.Contains("day-differs day-totals", _hq.Open());
        Assert.Single(Countersigned());
    }

    [Fact]
    public void What_the_till_went_on_without_does_not_count()
    {
        var lost = _till.Sell(_chip, new TestSale(7_00) { Fate = Fate.AnswerLost });
        _till.Abandon(lost);
        _till.Settle(_chip, lost);
        Close();

        _hq.Sync(_till);

        Assert.Single(Countersigned());
    }

    [Fact]
    public void A_doubt_that_is_named_twice_counts_once()
    {
        var lost = _till.Sell(_chip, new TestSale(7_00) { Fate = Fate.AnswerLost });
        Close([Line(2, 14_00, 14)], told: [lost, lost]);

        _hq.Sync(_till);

        Assert.Contains("day-differs day-totals", _hq.Open());
    }

    [Fact]
    public void Neither_garbage_nor_amounts_beyond_all_bounds_stop_the_intake_at_the_close()
    {
        _till.Journal.Add(ByteString.CopyFrom(0xFF, 0xFF, 0xFF));
        for (var i = 0; i < 2; i++)
        {
            _till.Journal.Add(new EntryBody
            {
                AccountOperation = new AccountOperation
                {
                    Terms = new Intent
                    {
                        OperationId = ByteString.CopyFrom(new byte[16]),
                        Kind = 2,
                        AmountMinor = long.MaxValue,
                        Context = new SaleContext(),
                    },
                },
            });
        }

        Close();
        _hq.Sync(_till);

        Assert.Single(Countersigned());
        Assert.Equal(Enumerable.Repeat("unreadable entry", 3), _hq.Open());
    }

    [Theory]
    [InlineData("day-totals")]
    [InlineData("day-sequence")]
    [InlineData("day-signature")]
    [InlineData("other-certificate")]
    public void What_does_not_add_up_is_an_exception_and_not_countersigned(string what)
    {
        _till.Sell(_chip, new TestSale(50_00));
        Close([Line(1, what == "day-totals" ? 49_00 : 50_00, 50)], forge: close =>
        {
            if (what == "day-sequence")
                _number = 7;
            if (what == "day-signature")
                close.Signature = ByteString.CopyFrom(new byte[64]);
            if (what == "other-certificate")
                close.Certificate = ByteString.CopyFrom(1, 2, 3);
        });

        _hq.Sync(_till);

        var detail = what == "other-certificate" ? "day-signature" : what;
        Assert.Equal([$"day-differs {detail}"], _hq.Open());
        Assert.Empty(Countersigned());
    }

    private void Close(params DayLine[] lines) => Close(lines, told: []);

    private void Close(DayLine[] lines, uint[]? told = null, Action<DayClose>? forge = null)
    {
        var close = new DayClose
        {
            OperationId = ByteString.CopyFrom(new byte[16]),
            Certificate = ByteString.CopyFrom(_certificate),
        };
        forge?.Invoke(close);
        var totals = new DayTotals
        {
            Terminal = _till.Number,
            Number = ++_number,
            FirstSequence = _first,
            LastSequence = _till.Journal.Next - 1,
            BusinessDate = "2026-01-05",
            Lines = { lines },
            ToldByHeadquarters = { told ?? [] },
        }.ToByteString();
        close.Totals = totals;
        if (close.Signature.IsEmpty)
        {
            close.Signature = ByteString.CopyFrom(
                _key.SignData(DocumentSignature.Covered(totals.Span), HashAlgorithmName.SHA256));
        }

        _first = _till.Journal.Add(new EntryBody { DayClose = close }) + 1;
    }

    private static DayLine Line(uint count, long amount, long earned) =>
        new() { Kind = 2, Count = count, AmountMinor = amount, Earned = earned };

    private IReadOnlyList<DayCountersignedItem> Countersigned() =>
    [
        .. _hq.Feed().Select(item => item.DayCountersigned).OfType<DayCountersignedItem>(),
    ];
}

public sealed class DaysOnSqlite(SqliteEngine engine) : DayContract(engine), IClassFixture<SqliteEngine>;

public sealed class DaysOnPostgres(PostgresCluster cluster) : DayContract(new PostgresEngine(cluster));
