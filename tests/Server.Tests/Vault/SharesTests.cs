using System.Security.Cryptography;
using CsCheck;
using SmartCardCrm.Server.Vault;

namespace SmartCardCrm.Server.Tests.Vault;

/// <summary>A vault in shares: any three of five restore it, and nothing else does.</summary>
public sealed class SharesTests
{
    /// <summary>FIPS 197, section 4.2.</summary>
    [Theory]
    [InlineData(0x57, 0x83, 0xC1)]
    [InlineData(0x57, 0x13, 0xFE)]
    [InlineData(0x57, 0x02, 0xAE)]
    [InlineData(0x57, 0x10, 0x07)]
    [InlineData(0x57, 0x01, 0x57)]
    [InlineData(0x57, 0x00, 0x00)]
    public void The_fields_products_agree_with_the_published_ones(byte left, byte right, byte product)
    {
        Assert.Equal(product, SecretSharing.Multiply(left, right));
        Assert.Equal(product, SecretSharing.Multiply(right, left));
    }

    [Fact]
    public void Any_shares_that_are_enough_give_the_secret() =>
        Gen.Select(Gen.Byte.Array[1, 40], Gen.Int[2, 9], Gen.Int[0, 7], Gen.Int).Sample(
            (secret, threshold, more, seed) =>
            {
                var split = SecretSharing.Split(
                    secret, threshold + more, threshold, RandomNumberGenerator.Fill);
                var chosen = split.Select((bytes, i) => ((byte)(i + 1), bytes))
                    .OrderBy(share => HashCode.Combine(seed, share.Item1)).Take(threshold).ToList();

                Assert.Equal(secret, SecretSharing.Combine(chosen));
            });

    // Of two that are needed: whatever the secret is, each value of a share is as likely as any other.
    [Theory]
    [InlineData(0x00)]
    [InlineData(0x42)]
    public void One_share_too_few_says_nothing(byte secret)
    {
        var shares = Enumerable.Range(0, 256).Select(drawn =>
            SecretSharing.Split([secret], 2, 2, bytes => bytes.Fill((byte)drawn))[1][0]);

        Assert.Equal(256, shares.Distinct().Count());
    }

    // The line 42 + 57 x, by the products of FIPS 197.
    [Fact]
    public void A_share_is_a_point_of_the_polynomial()
    {
        var shares = SecretSharing.Split([0x42], 2, 2, bytes => bytes.Fill(0x57));

        Assert.Equal([0x42 ^ 0x57, 0x42 ^ 0xAE], shares.Select(share => (int)share[0]));
    }

    [Fact]
    public void A_vault_comes_back_from_any_three_of_five_as_they_were_printed()
    {
        using var vault = New();
        var encoded = vault.Encode();
        var texts = VaultShare.Split(vault, 5, 3, RandomNumberGenerator.Fill)
            .Select(share => share.ToText()).ToList();

        for (var left = 0; left < 32; left++)
        {
            var chosen = texts.Where((_, i) => (left >> i & 1) == 1).Select(VaultShare.FromText).ToList();
            if (chosen.Count < 3)
            {
                Assert.Equal("shares-few", Refusal(() => VaultShare.Combine(chosen)));
                continue;
            }

            using var restored = VaultShare.Combine(chosen);
            Assert.Equal(encoded, restored.Encode());
        }
    }

    [Fact]
    public void What_a_person_copied_wrong_or_from_elsewhere_is_told()
    {
        using var vault = New();
        var shares = VaultShare.Split(vault, 3, 2, RandomNumberGenerator.Fill);
        var other = VaultShare.Split(vault, 3, 2, RandomNumberGenerator.Fill);
        var text = shares[0].ToText();
        var letter = text.Length - 20;
        var wrong = text[..letter] + (text[letter] == 'A' ? 'B' : 'A') + text[(letter + 1)..];

        Assert.Equal("share-unreadable", Refusal(() => VaultShare.FromText(wrong)));
        Assert.Equal("share-unreadable", Refusal(() => VaultShare.FromText("a page of a novel")));
        Assert.Equal("share-unreadable", Refusal(() => VaultShare.FromText(text[..^70])));
        Assert.Equal("shares-mixed", Refusal(() => VaultShare.Combine([shares[0], other[1]])));
        Assert.Equal("shares-few", Refusal(() => VaultShare.Combine([shares[0], shares[0]])));
        Assert.Equal("shares-few", Refusal(() => VaultShare.Combine([])));
    }

    [Fact]
    public void A_share_that_was_made_up_under_a_real_sets_name_restores_nothing()
    {
        using var vault = New();
        using var another = New();
        var shares = VaultShare.Split(vault, 3, 2, RandomNumberGenerator.Fill);
        // Randomness that repeats gives another vault's shares the same set.
        var set = Convert.FromHexString(shares[0].Set);
        var forged = VaultShare.Split(another, 3, 2, bytes =>
        {
            if (bytes.Length == set.Length)
                set.CopyTo(bytes);
            else
                RandomNumberGenerator.Fill(bytes);
        });

        Assert.Equal("shares-wrong", Refusal(() => VaultShare.Combine([shares[0], forged[1]])));
    }

    [Fact]
    public void A_share_of_another_length_under_a_real_sets_name_restores_nothing()
    {
        using var vault = New();
        using var longer = New();
        longer.AddAuthority(TimeProvider.System.GetUtcNow());
        var shares = VaultShare.Split(vault, 3, 2, RandomNumberGenerator.Fill);
        var set = Convert.FromHexString(shares[0].Set);
        var forged = VaultShare.Split(longer, 3, 2, bytes =>
        {
            if (bytes.Length == set.Length)
                set.CopyTo(bytes);
            else
                RandomNumberGenerator.Fill(bytes);
        });

        Assert.Equal("shares-wrong", Refusal(() => VaultShare.Combine([shares[0], forged[1]])));
        Assert.Equal("shares-wrong", Refusal(() => VaultShare.Combine([forged[0], shares[1]])));
    }

    private static VaultContent New() =>
        VaultContent.Create(RandomNumberGenerator.Fill, TimeProvider.System.GetUtcNow());

    private static string Refusal(Action refused) => Assert.Throws<VaultException>(refused).Code;

    private static string Refusal(Func<object> refused) =>
        Assert.Throws<VaultException>(() => { refused(); }).Code;
}
