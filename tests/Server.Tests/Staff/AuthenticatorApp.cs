using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Time.Testing;
using SmartCardCrm.Server.Staff;

namespace SmartCardCrm.Server.Tests.Staff;

/// <summary>What an authenticator app on a phone does, written from RFC 6238 and RFC 4226, sections 5.3 and
/// 5.4.</summary>
internal static class AuthenticatorApp
{
    private const string Base32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    public static string CodeAt(string secret, DateTimeOffset now)
    {
        Span<byte> counter = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(counter, now.ToUnixTimeSeconds() / 30);
#pragma warning disable CA5350 // The apps' own choice.
        var hash = HMACSHA1.HashData(Decode(secret), counter);
#pragma warning restore CA5350
        var number = BinaryPrimitives.ReadInt32BigEndian(hash.AsSpan(hash[19] & 0xF)) & int.MaxValue;
        return (number % 1_000_000).ToString("D6", CultureInfo.InvariantCulture);
    }

    private static byte[] Decode(string secret)
    {
        var bits = string.Concat(secret.Select(sign =>
            Base32.IndexOf(sign, StringComparison.Ordinal).ToString("B5", CultureInfo.InvariantCulture)));
        return
        [
            .. bits.Chunk(8).Where(whole => whole.Length == 8)
                .Select(whole => Convert.ToByte(new string(whole), 2)),
        ];
    }
}

/// <summary>RFC 6238, appendix B, SHA-1: its codes have eight digits, and apps show the last six.</summary>
public sealed class SecondFactorTests
{
    // "12345678901234567890", Base32.
    private const string Secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

    [Theory]
    [InlineData(59, "287082")]
    [InlineData(1_111_111_109, "081804")]
    [InlineData(1_111_111_111, "050471")]
    [InlineData(1_234_567_890, "005924")]
    [InlineData(2_000_000_000, "279037")]
    [InlineData(20_000_000_000, "353130")]
    public void Codes_are_those_of_the_standard(long seconds, string code)
    {
        var now = DateTimeOffset.FromUnixTimeSeconds(seconds);
        var factor = new SecondFactor(new EphemeralDataProtectionProvider(), new FakeTimeProvider(now));

        Assert.Equal(seconds / 30, factor.StepOf(Secret, code));
        Assert.Equal(code, AuthenticatorApp.CodeAt(Secret, now));
    }

    [Theory]
    [InlineData(-61, false)]
    [InlineData(-30, true)]
    [InlineData(30, true)]
    [InlineData(61, false)]
    public void A_phone_may_be_half_a_minute_off_and_no_more(int seconds, bool isTaken)
    {
        var now = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000);
        var factor = new SecondFactor(new EphemeralDataProtectionProvider(), new FakeTimeProvider(now));

        var step = factor.StepOf(Secret, AuthenticatorApp.CodeAt(Secret, now.AddSeconds(seconds)));

        Assert.Equal(isTaken, step is not null);
    }

    [Fact]
    public void The_app_is_told_whose_account_it_is()
    {
        var address = SecondFactor.AddressOf("vera k.", Secret);

        Assert.StartsWith("otpauth://totp/SmartCardCrm:vera%20k.?", address, StringComparison.Ordinal);
        Assert.Contains($"secret={Secret}", address, StringComparison.Ordinal);
        Assert.Contains("issuer=SmartCardCrm", address, StringComparison.Ordinal);
    }
}
