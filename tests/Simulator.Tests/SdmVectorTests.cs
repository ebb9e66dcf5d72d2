using System.Text;
using System.Text.Json;
using SmartCardCrm.Simulator.Chip.Memory;
using SmartCardCrm.Simulator.Chip.Messaging;
using SmartCardCrm.Simulator.Chip.Sdm;

namespace SmartCardCrm.Simulator.Tests;

/// <summary>NXP AN12196: what a NTAG 424 DNA writes into an address, made by the chip's own parts.</summary>
public sealed class SdmVectorTests
{
    private static readonly JsonElement Sdm = Vectors.Read("sdm.json");

    [Fact]
    public void The_session_keys_are_the_published_ones()
    {
        foreach (var vector in AllOf("sessionKeys", "fileData", "macs"))
        {
            var encryption = KeyOf(vector, 0xC3, 0x3C);
            var mac = KeyOf(vector, 0x3C, 0xC3);

            if (vector.TryGetProperty("encryptionKey", out var expected))
                Assert.Equal(expected.GetString(), encryption);
            if (vector.TryGetProperty("macKey", out expected))
                Assert.Equal(expected.GetString(), mac);
        }
    }

    [Fact]
    public void Uid_and_counter_are_encrypted_as_published()
    {
        foreach (var vector in AllOf("piccData"))
        {
            var encrypted = SdmMirror.PiccData(
                vector.Bytes("metaReadKey"), vector.Bytes("uid"), Counter(vector),
                padding: vector.Bytes("plain")[11..]);

            Assert.Equal(vector.Text("encrypted"), Convert.ToHexString(encrypted));
        }
    }

    [Fact]
    public void Content_is_encrypted_as_published()
    {
        foreach (var vector in AllOf("fileData"))
        {
            using var keys = Keys(vector);

            var encrypted = SdmMirror.Encrypt(vector.Bytes("plain"), keys, Counter(vector));

            Assert.Equal(vector.Text("encrypted"), Convert.ToHexString(encrypted));
        }
    }

    [Fact]
    public void What_is_sent_is_signed_as_published()
    {
        foreach (var vector in AllOf("macs"))
        {
            using var keys = Keys(vector);

            var mac = keys.Mac.ComputeShort(Encoding.ASCII.GetBytes(vector.Text("input")));

            Assert.Equal(vector.Text("mac"), Convert.ToHexString(mac));
        }
    }

    [Theory]
    [InlineData("table 8: GetFileSettings", 7, true)]
    [InlineData("table 19: ChangeFileSettings", 3, false)]
    public void Published_settings_are_understood_and_told_again(string section, int skip, bool isAnswer)
    {
        var published = Vectors.Read("an12196.json").GetProperty("commands").EnumerateArray()
            .Single(command => command.Text("section") == section);
        var block = published.Bytes(isAnswer ? "answerData" : "data")[skip..];

        ReadOnlySpan<byte> rest = block;
        var settings = SdmSettings.Take(ref rest);

        Assert.True(rest.IsEmpty);
        Assert.Equal(Convert.ToHexString(block), Convert.ToHexString(settings.ToBytes()));
        Assert.True(SdmRules.AreSound(settings, fileLength: 256, keys: 5, counter: 0));
    }

    private static IEnumerable<JsonElement> AllOf(params string[] kinds) =>
        kinds.SelectMany(kind => Sdm.GetProperty(kind).EnumerateArray());

    private static SdmSessionKeys Keys(JsonElement vector) =>
        SdmSessionKeys.Derive(vector.Bytes("fileReadKey"), vector.Bytes("uid"), Counter(vector));

    private static string KeyOf(JsonElement vector, byte label1, byte label2)
    {
        using var cmac = new AesCmac(vector.Bytes("fileReadKey"));
        return Convert.ToHexString(cmac.Compute(
            SdmSessionKeys.Vector(label1, label2, vector.Bytes("uid"), Counter(vector))));
    }

    private static byte[] Counter(JsonElement vector) => [(byte)vector.Number("counter"), 0, 0];
}
