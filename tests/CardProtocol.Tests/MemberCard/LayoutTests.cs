using System.Text;
using CsCheck;

namespace SmartCardCrm.CardProtocol.Tests;

/// <summary>The bytes of docs/card.md, made by hand in tests/vectors/member-card.json.</summary>
public sealed class LayoutTests
{
    private static readonly Gen<DateOnly?> Days =
        Gen.UShort.Select(days => days == 0 ? (DateOnly?)null : new DateOnly(2000, 1, 1).AddDays(days));

    private static readonly Gen<int> Points = Gen.Int[0, int.MaxValue];

    private static readonly Gen<ulong> CardNumbers = Gen.ULong[0, 0xFFFF_FFFF_FFFF];

    [Fact]
    public void An_identity_has_the_bytes_laid_down()
    {
        var bytes = new byte[Identity.Length];

        Example.Identity.Encode(bytes);

        Assert.Equal(Example.Vector.Text("identity"), Convert.ToHexString(bytes));
    }

    [Fact]
    public void A_profile_has_the_bytes_laid_down()
    {
        var bytes = new byte[MemberProfile.Length];

        Example.Profile.Encode(bytes);

        Assert.Equal(Example.Vector.Text("profile"), Convert.ToHexString(bytes));
        Assert.Equal(Example.Profile.Offers, MemberProfile.Decode(bytes).Offers);
        Assert.Equal(Example.Profile, MemberProfile.Decode(bytes));
    }

    [Fact]
    public void A_birth_has_the_bytes_laid_down() => HasBytes("birth", Example.Birth);

    [Fact]
    public void A_sale_has_the_bytes_laid_down() => HasBytes("sale", Example.Sale);

    [Fact]
    public void Every_record_comes_back_as_it_was_written() =>
        Records.Sample(record =>
        {
            var bytes = new byte[LogRecord.Length];
            record.Encode(bytes);
            return LogRecord.Decode(bytes) == record;
        });

    [Fact]
    public void Every_profile_comes_back_as_it_was_written() =>
        Gen.Select(Gen.UShort, Gen.String[0, 8], Offers.Array[0, MemberProfile.OffersMost])
            .Where((_, alias, _) => IsWellFormed(alias))
            .Sample((consents, alias, offers) =>
            {
                var profile = new MemberProfile
                {
                    Language = "en",
                    Consents = consents,
                    Alias = alias,
                    Offers = offers,
                };
                var bytes = new byte[MemberProfile.Length];
                profile.Encode(bytes);
                var decoded = MemberProfile.Decode(bytes);
                return decoded == profile && decoded.Alias == alias && decoded.Offers.SequenceEqual(offers);
            });

    [Theory]
    [InlineData(16, 0)]
    [InlineData(16, 8)]
    [InlineData(42, 0)]
    [InlineData(42, 2)]
    [InlineData(44, 2)]
    [InlineData(23, 0x80)]
    [InlineData(63, 0x80)]
    public void A_record_of_another_making_is_refused(int at, byte value)
    {
        var bytes = Example.Vector.Bytes("sale");
        bytes[at] = value;

        var foreign = Assert.Throws<CardForeignException>(() => LogRecord.Decode(bytes));

        Assert.Equal(CardForeignReason.UnknownLayout, foreign.Reason);
    }

    [Theory]
    [InlineData(0, 2)]
    [InlineData(5, 27)]
    [InlineData(6, 0xFF)]
    public void A_profile_of_another_making_is_refused(int at, byte value)
    {
        var bytes = Example.Vector.Bytes("profile");
        bytes[at] = value;

        Assert.Throws<CardForeignException>(() => MemberProfile.Decode(bytes));
    }

    [Fact]
    public void A_profile_that_does_not_fit_is_never_made()
    {
        Assert.Throws<ArgumentException>(() => Example.Profile with { Language = "рус" });
        Assert.Throws<ArgumentException>(() => Example.Profile with { Alias = "Константинополь" });
        Assert.Throws<ArgumentException>(() => Example.Profile with { Offers = new Offer[9] });
    }

    private static Gen<Offer> Offers => Gen.Select(Gen.UInt[1, uint.MaxValue], Days, Gen.Byte, Gen.Byte)
        .Select((id, until, uses, kind) => new Offer(id, until, uses, kind));

    private static Gen<LogRecord> Records =>
        Gen.Select(
            Gen.Select(Gen.UInt, Gen.UInt, Gen.UInt, Gen.UInt, Gen.Int[1, 3], Gen.Byte, Gen.UShort),
            Gen.Select(Points, Points, Gen.Int, Points, CardNumbers, Gen.Byte, Gen.Bool),
            Gen.Select(Gen.Byte, Days, Gen.UShort, Points, Gen.UInt, Days, Points))
        .Select((what, money, state) => new LogRecord
        {
            Counter = what.Item1,
            Time = DateTimeOffset.UnixEpoch.AddYears(50).AddSeconds(what.Item2),
            Terminal = what.Item3,
            Sequence = what.Item4,
            Kind = (LogKind)what.Item5,
            Circumstances = (Circumstances)what.Item6,
            RuleSetVersion = what.Item7,
            Earned = money.Item1,
            Redeemed = money.Item2,
            Amount = money.Item3,
            BalanceAfter = money.Item4,
            CardNumber = money.Item5,
            Tier = money.Item6,
            Blocked = money.Item7,
            OfflineOperations = state.Item1,
            CardExpiry = state.Item2,
            LastCardAction = state.Item3,
            OfflinePoints = state.Item4,
            AcknowledgedCounter = state.Item5,
            NextExpiry = state.Item6,
            NextExpiryPoints = state.Item7,
        });

    private static bool IsWellFormed(string text) =>
        !text.Any(char.IsSurrogate) && Encoding.UTF8.GetByteCount(text) <= MemberProfile.AliasMost;

    private static void HasBytes(string name, LogRecord record)
    {
        var bytes = new byte[LogRecord.Length];

        record.Encode(bytes);

        Assert.Equal(Example.Vector.Text(name), Convert.ToHexString(bytes));
        Assert.Equal(record, LogRecord.Decode(bytes));
    }
}
