using System.Globalization;
using System.Text;
using CsCheck;

namespace SmartCardCrm.CardProtocol.Tests;

/// <summary>Messages as a chip of ours writes them, and as anybody else might.</summary>
public sealed class TapVerifierTests
{
    private static readonly Uid Card = Uid.FromBytes([4, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66]);

    [Theory]
    [InlineData("")]
    [InlineData("sixteen letters!")]
    [InlineData("thirty-two letters in two blocks")]
    public void An_encrypted_tap_tells_who_how_often_and_what(string content)
    {
        using var root = Root();
        using var verifier = new TapVerifier(root);

        var verdict = verifier.Verify(Encrypted(root, 300, content), _ => 299);

        Assert.Equal(new TapVerdict.Genuine(Card, 300, content), verdict);
    }

    [Fact]
    public void A_tap_in_clear_tells_who_and_how_often()
    {
        using var root = Root();
        using var verifier = new TapVerifier(root);

        var verdict = verifier.Verify(InClear(root, 0x010203), _ => 0);

        Assert.Equal(new TapVerdict.Genuine(Card, 0x010203, ""), verdict);
    }

    [Theory]
    [InlineData(6u, false)]
    [InlineData(7u, true)]
    [InlineData(8u, true)]
    public void A_counter_that_is_not_above_the_last_one_is_a_replay(uint lastSeen, bool replayed)
    {
        using var root = Root();
        using var verifier = new TapVerifier(root);

        var verdict = verifier.Verify(Encrypted(root, 7, ""), _ => lastSeen);

        Assert.Equal(replayed, verdict is TapVerdict.Refused { Reason: TapRefusal.Replayed });
        Assert.Equal(!replayed, verdict is TapVerdict.Genuine);
    }

    [Fact]
    public void Nobody_learns_from_a_forged_tap_what_was_seen_last()
    {
        using var root = Root();
        using var others = new RootKey(1, Enumerable.Repeat((byte)9, 16).ToArray());
        using var verifier = new TapVerifier(root);

        var verdict = verifier.Verify(
            InClear(others, 7), _ => throw new InvalidOperationException("Asked before the MAC."));

        Assert.Equal(new TapVerdict.Refused(TapRefusal.WrongMac), verdict);
    }

    [Fact]
    public void A_card_with_keys_of_others_is_not_ours()
    {
        using var root = Root();
        using var others = new RootKey(1, Enumerable.Repeat((byte)9, 16).ToArray());
        using var verifier = new TapVerifier(root);

        var verdict = verifier.Verify(Encrypted(others, 7, ""), _ => 0);

        Assert.Equal(new TapVerdict.Refused(TapRefusal.NotOurs), verdict);
    }

    [Fact]
    public void One_flipped_bit_in_any_parameter_is_never_believed()
    {
        using var root = Root();
        using var verifier = new TapVerifier(root);
        foreach (var address in new[] { Encrypted(root, 7, "sixteen letters!"), InClear(root, 7) })
        {
            var start = address.IndexOf('?', StringComparison.Ordinal);
            for (var at = start; at < address.Length; at++)
            {
                for (var bit = 0; bit < 7; bit++)
                {
                    var flipped = address.ToCharArray();
                    flipped[at] ^= (char)(1 << bit);

                    AssertNotBelieved(verifier, new string(flipped));
                }
            }
        }
    }

    [Fact]
    public void Every_tap_of_every_card_is_believed_once_and_a_changed_digit_never() =>
        Gen.Select(
            Gen.Byte.Array[16], Gen.UInt[1, 0xFF_FFFF], Gen.Byte.Array[6], Gen.Int[0, 1_000], Gen.Int[1, 15])
        .Sample(
            (key, counter, rest, at, change) =>
            {
                using var root = new RootKey(1, key);
                using var verifier = new TapVerifier(root);
                var uid = Uid.FromBytes([4, .. rest]);
                var address = Encrypted(root, counter, "sixteen letters!", uid);

                Assert.Equal(
                    new TapVerdict.Genuine(uid, counter, "sixteen letters!"),
                    verifier.Verify(address, _ => counter - 1));
                AssertNotBelieved(verifier, WithOtherDigit(address, at, change));
            },
            iter: 300);

    [Theory]
    [InlineData(null)]
    [InlineData("https://tap.example/m")]
    public void An_address_of_others_is_refused_as_malformed(string? address)
    {
        using var root = Root();
        using var verifier = new TapVerifier(root);

        Assert.Equal(
            new TapVerdict.Refused(TapRefusal.Malformed),
            verifier.Verify(address, _ => throw new InvalidOperationException("Asked without a card.")));
    }

    private static void AssertNotBelieved(TapVerifier verifier, string address) =>
        Assert.IsType<TapVerdict.Refused>(verifier.Verify(address, _ => 0));

    private static string WithOtherDigit(string address, int at, int change)
    {
        const string digits = "0123456789ABCDEF";
        var places = Enumerable.Range(0, address.Length)
            .Where(i => i > address.IndexOf('?', StringComparison.Ordinal) && digits.Contains(address[i]))
            .ToList();
        var place = places[at % places.Count];
        var changed = address.ToCharArray();
        changed[place] = digits[(digits.IndexOf(changed[place], StringComparison.Ordinal) + change) % 16];
        return new string(changed);
    }

    private static RootKey Root() => new(1, Enumerable.Range(1, 16).Select(i => (byte)i).ToArray());

    /// <summary>As the chip does it, by the rules of AN12196 and with the platform's AES.</summary>
    private static string Encrypted(RootKey root, uint counter, string content, Uid? uid = null)
    {
        var identity = Identity(uid ?? Card, counter);
        using var meta = TapKeys.MetaReadKey(root);
        using var metaRead = new AesBlocks(meta.Bytes);
        byte[] picc = [0xC7, .. identity, 1, 2, 3, 4, 5];
        metaRead.EncryptCbc(new byte[16], picc);

        using var file = TapKeys.FileReadKey(uid ?? Card, root);
        var (encryption, mac) = (new byte[16], new byte[16]);
        TapVerifier.DeriveSessionKeys(file, identity, encryption, mac);
        var data = Encoding.ASCII.GetBytes(content);
        using var aes = new AesBlocks(encryption);
        byte[] iv = [.. identity[7..], .. new byte[13]];
        aes.Encrypt(iv);
        aes.EncryptCbc(iv, data);

        var covered = content.Length == 0 ? "" : $"{Convert.ToHexString(data)}&c=";
        return $"https://tap.example/m?e={Convert.ToHexString(picc)}"
            + (content.Length == 0 ? "" : $"&d={Convert.ToHexString(data)}") + $"&c={Mac(mac, covered)}";
    }

    private static string InClear(RootKey root, uint counter)
    {
        using var file = TapKeys.FileReadKey(Card, root);
        var (encryption, mac) = (new byte[16], new byte[16]);
        TapVerifier.DeriveSessionKeys(file, Identity(Card, counter), encryption, mac);
        var shown = counter.ToString("X6", CultureInfo.InvariantCulture);
        return $"https://tap.example/m?u={Card}&n={shown}&c={Mac(mac, "")}";
    }

    private static byte[] Identity(Uid uid, uint counter)
    {
        var identity = new byte[10];
        uid.CopyTo(identity);
        (identity[7], identity[8], identity[9]) =
            ((byte)(counter & 0xFF), (byte)((counter >> 8) & 0xFF), (byte)(counter >> 16));
        return identity;
    }

    private static string Mac(byte[] key, string covered)
    {
        using var cmac = new AesCmac(key);
        var mac = new byte[AesCmac.ShortLength];
        cmac.ComputeShort(Encoding.ASCII.GetBytes(covered), mac);
        return Convert.ToHexString(mac);
    }
}
