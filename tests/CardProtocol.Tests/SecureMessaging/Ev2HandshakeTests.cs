using System.Text.Json;

namespace SmartCardCrm.CardProtocol.Tests;

/// <summary>The handshakes that NXP's notes print.</summary>
public sealed class Ev2HandshakeTests
{
    public static TheoryData<string, string> Handshakes =>
        Vectors.Sections("handshakes", "an12343.json", "an12196.json");

    [Theory]
    [MemberData(nameof(Handshakes))]
    public void The_handshake_is_the_published_one(string file, string section)
    {
        var vector = Vectors.Find(file, "handshakes", section);
        var card = new ScriptedCard(vector.Lines("exchange"));

        using var channel = Authenticate(card, vector);

        Assert.True(card.IsThrough);
        Assert.Equal(vector.Text("identifier"), Convert.ToHexString(channel.Identifier));
        Assert.Equal(vector.GetProperty("counter").GetUInt16(), channel.Counter);
    }

    [Theory]
    [MemberData(nameof(Handshakes))]
    public void The_session_keys_are_the_published_ones(string file, string section)
    {
        var vector = Vectors.Find(file, "handshakes", section);
        using var proven = new AesCmac(vector.Bytes("key"));
        var sessionKeys = new byte[32];

        Ev2Handshake.DeriveSessionKeys(
            proven, [.. vector.Bytes("readerRandom"), .. vector.Bytes("cardRandom")], sessionKeys);

        Assert.Equal(vector.Text("encryptionKey") + vector.Text("macKey"), Convert.ToHexString(sessionKeys));
        if (!vector.TryGetProperty("encryptionInput", out _))
            return;

        // The note prints what the keys are the MACs of, too.
        proven.Compute(vector.Bytes("encryptionInput"), sessionKeys);
        proven.Compute(vector.Bytes("macInput"), sessionKeys.AsSpan(16));
        Assert.Equal(vector.Text("encryptionKey") + vector.Text("macKey"), Convert.ToHexString(sessionKeys));
    }

    [Theory]
    [MemberData(nameof(Handshakes))]
    public void One_flipped_bit_in_the_cards_proof_ends_the_handshake(string file, string section)
    {
        var vector = Vectors.Find(file, "handshakes", section);
        var proofBits = 8 * (Convert.FromHexString(vector.Lines("exchange")[^1][2..]).Length - 2);
        for (var bit = 0; bit < proofBits; bit++)
        {
            var card = new ScriptedCard(vector.Lines("exchange")) { FlippedBit = bit };

            Assert.Throws<CardNotTrustedException>(() => Authenticate(card, vector));
        }
    }

    [Fact]
    public void A_card_with_another_key_is_refused()
    {
        var vector = Vectors.Find("an12343.json", "handshakes", "table 16");
        var card = new ScriptedCard([.. vector.Lines("exchange")[..3], "< 91AE"]);

        var refused = Assert.Throws<CardRefusedException>(() => Authenticate(card, vector));

        Assert.Equal(CardStatus.AuthenticationError, refused.Status);
    }

    [Theory]
    [InlineData("< 6E00")]
    [InlineData("< 9000")]
    [InlineData("< 91")]
    public void A_card_that_is_no_DESFire_is_named_so(string answer)
    {
        var card = new ScriptedCard("> 9071000002020000", answer);
        using var key = CardKey.Factory();

        var foreign = Assert.Throws<CardForeignException>(
            () => Ev2Handshake.First(card, key, CardKeyNumber.Sale, static bytes => bytes.Clear()));

        Assert.Equal(CardForeignReason.NotDesfire, foreign.Reason);
    }

    private static Ev2Channel Authenticate(ScriptedCard card, JsonElement vector)
    {
        using var key = new CardKey(0, vector.Bytes("key"));
        var number = (CardKeyNumber)vector.GetProperty("keyNumber").GetByte();
        var random = vector.Bytes("readerRandom");
        if (vector.Text("command") == "AuthenticateEV2First")
            return Ev2Handshake.First(card, key, number, random.CopyTo);

        var before = new Ev2Channel(
            card, vector.Bytes("identifier"), vector.GetProperty("counter").GetUInt16(), new byte[32]);
        return Ev2Handshake.NonFirst(before, key, number, random.CopyTo);
    }
}
