using System.Text;
using System.Text.Json;
using SmartCardCrm.Simulator.Chip;
using SmartCardCrm.Simulator.Chip.Memory;

namespace SmartCardCrm.Simulator.Tests;

/// <summary>NXP AN12196: whole taps of physical NTAGs, read again from a chip of the same UID.</summary>
public sealed class PublishedTapTests
{
    private const string SelectTag = "00A4 040C 07 D2760000850101";
    private const string ReadMessage = "00B0 8200 00";

    [Fact]
    public void A_tap_that_signs_nothing_is_byte_for_byte_the_published_one()
    {
        var (picc, mac) = (Vector("piccData", "table 3"), Vector("macs", "table 5"));
        const string text = "?e=00000000000000000000000000000000&c=0000000000000000";

        var read = Tap(picc, text, "C1 F100 030000 260000 260000");

        Assert.Equal($"?e={picc.Text("encrypted")}&c={mac.Text("mac")}", read);
    }

    [Fact]
    public void A_tap_with_encrypted_content_is_byte_for_byte_the_published_one()
    {
        var (picc, mac) = (Vector("piccData", "table 4"), Vector("macs", "table 4"));
        var content = Vector("fileData", "table 4");
        const string zeros = "0000000000000000";
        const string text = $"?e={zeros}{zeros}&d=xxxxxxxxxxxxxxxx{zeros}&cmac={zeros}";

        var read = Tap(picc, text, "D1 F100 030000 260000 260000 200000 4C0000");

        Assert.Equal(
            $"?e={picc.Text("encrypted")}&d={content.Text("encrypted")}&cmac={mac.Text("mac")}", read);
    }

    /// <summary>What a phone reads at the counter of the vector, with the random bytes that the physical chip
    /// drew.</summary>
    private static string Tap(JsonElement picc, string text, string block)
    {
        var chip = DesfireChip.Factory(
            "ntag424", picc.Bytes("uid"), TestCard.Playing(picc.Bytes("plain")[11..]));
        var file = (StandardFile)chip.Memory.Applications[0].Files[2];
        Encoding.ASCII.GetBytes(text, file.Content);
        ReadOnlySpan<byte> settings = Convert.FromHexString(block.Replace(" ", "", StringComparison.Ordinal));
        file.Sdm = SdmSettings.Take(ref settings);
        file.ReadCounter = picc.Number("counter") - 1;
        var reader = new TestReader(chip);
        reader.Raw(SelectTag);

        return Encoding.ASCII.GetString(reader.Raw(ReadMessage).AsSpan(..text.Length));
    }

    private static JsonElement Vector(string kind, string section) =>
        Vectors.Read("sdm.json").GetProperty(kind).EnumerateArray()
            .Single(vector => vector.Text("section") == section);
}
