using System.Text.Json;

namespace SmartCardCrm.CardProtocol.Tests;

/// <summary>The rules of NXP's MF2DL(H)x0 data sheet, section 10.3, replayed from computed vectors.</summary>
public sealed class TransactionMacTests
{
    public static TheoryData<string, string> TransactionMacs =>
        Vectors.Sections("transactionMacs", "desfire-computed.json");

    public static TheoryData<string, string> SessionKeyVectors
    {
        get
        {
            var all = TransactionMacs;
            all.AddRange(Vectors.Sections("transactionMacSessionKeys", "desfire-computed.json"));
            return all;
        }
    }

    [Theory]
    [MemberData(nameof(TransactionMacs))]
    public void The_input_is_the_published_one(string file, string section)
    {
        var vector = Vectors.Find(file, "transactionMacs", section);

        Assert.Equal(vector.Text("tmi"), Convert.ToHexString(TransactionMac.Tmi(Steps(vector))));
    }

    [Theory]
    [MemberData(nameof(TransactionMacs))]
    public void The_value_is_the_published_one(string file, string section)
    {
        var vector = Vectors.Find(file, "transactionMacs", section);
        using var key = new CardKey(1, vector.Bytes("transactionMacKey"));
        var uid = Uid.FromBytes(vector.Bytes("uid"));
        var tmc = vector.GetProperty("tmc").GetUInt32();
        var tmv = TransactionMacValue.FromBytes(vector.Bytes("tmv"));

        Assert.Equal(tmv, TransactionMac.Compute(key, uid, tmc, Steps(vector)));
        Assert.True(TransactionMac.Verify(key, uid, tmc, Steps(vector), tmv));
        Assert.False(TransactionMac.Verify(key, uid, tmc + 1, Steps(vector), tmv));
    }

    [Theory]
    [MemberData(nameof(TransactionMacs))]
    public void The_whole_MAC_is_the_published_one(string file, string section)
    {
        var vector = Vectors.Find(file, "transactionMacs", section);
        using var cmac = new AesCmac(vector.Bytes("macSessionKey"));
        var mac = new byte[AesCmac.Length];

        cmac.Compute(vector.Bytes("tmi"), mac);

        Assert.Equal(vector.Text("cmac"), Convert.ToHexString(mac));
    }

    [Theory]
    [MemberData(nameof(TransactionMacs))]
    public void One_flipped_bit_in_a_step_breaks_the_proof(string file, string section)
    {
        var vector = Vectors.Find(file, "transactionMacs", section);
        using var key = new CardKey(1, vector.Bytes("transactionMacKey"));
        var uid = Uid.FromBytes(vector.Bytes("uid"));
        var tmc = vector.GetProperty("tmc").GetUInt32();
        var tmv = TransactionMacValue.FromBytes(vector.Bytes("tmv"));
        var steps = Steps(vector);
        for (var bit = 0; bit < 8 * steps[0].Data.Length; bit++)
        {
            var data = steps[0].Data.ToArray();
            data[bit / 8] ^= (byte)(1 << (bit % 8));

            Assert.False(TransactionMac.Verify(
                key, uid, tmc, [new TransactionStep(steps[0].Header, data), .. steps[1..]], tmv));
        }
    }

    [Theory]
    [InlineData("transaction MAC B")]
    [InlineData("transaction MAC C")]
    public void The_previous_reader_id_is_the_published_one(string section)
    {
        var vector = Vectors.Find("desfire-computed.json", "transactionMacs", section);
        using var key = new CardKey(1, vector.Bytes("transactionMacKey"));
        var uid = Uid.FromBytes(vector.Bytes("uid"));
        var tmc = vector.GetProperty("tmc").GetUInt32();
        var previous = ReaderId.FromBytes(vector.Bytes("previousReaderId"));
        var encrypted = EncryptedReaderId.FromBytes(vector.Bytes("encryptedPreviousReaderId"));

        Assert.Equal(encrypted, TransactionMac.EncryptPrevious(key, uid, tmc, previous));
        Assert.Equal(previous, TransactionMac.DecryptPrevious(key, uid, tmc, encrypted));
        Assert.Equal(section.EndsWith('B'), previous == default);
    }

    [Theory]
    [MemberData(nameof(SessionKeyVectors))]
    public void The_session_keys_are_the_published_ones(string file, string section)
    {
        var kind = section.StartsWith("transaction MAC session keys", StringComparison.Ordinal)
            ? "transactionMacSessionKeys"
            : "transactionMacs";
        var vector = Vectors.Find(file, kind, section);
        using var key = new CardKey(1, vector.Bytes("transactionMacKey"));
        var uid = Uid.FromBytes(vector.Bytes("uid"));
        var tmc = vector.GetProperty("tmc").GetUInt32();
        var derived = new byte[CardKey.Length];

        TransactionMac.DeriveSessionKey(key, TransactionMac.MacLabel, uid, tmc, derived);
        Assert.Equal(vector.Text("macSessionKey"), Convert.ToHexString(derived));

        TransactionMac.DeriveSessionKey(key, TransactionMac.EncryptionLabel, uid, tmc, derived);
        Assert.Equal(vector.Text("encryptionSessionKey"), Convert.ToHexString(derived));
    }

    private static TransactionStep[] Steps(JsonElement vector) =>
        [.. vector.GetProperty("steps").EnumerateArray()
            .Select(step => new TransactionStep(step.Bytes("header"), step.Bytes("data")))];
}
