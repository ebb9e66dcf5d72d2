using System.Text.Json;

namespace SmartCardCrm.CardProtocol.Tests;

/// <summary>RFC 4493, section 4.</summary>
public sealed class AesCmacTests
{
    public static TheoryData<string, string> Macs => Vectors.Sections("macs", "rfc4493.json");

    [Theory]
    [MemberData(nameof(Macs))]
    public void Cmac_agrees_with_the_published_vectors(string file, string section)
    {
        var vector = Vectors.Find(file, "macs", section);
        using var cmac = new AesCmac(Vectors.Open(file).Bytes("key"));
        var mac = new byte[AesCmac.Length];

        cmac.Compute(vector.Bytes("message"), mac);

        Assert.Equal(vector.Text("mac"), Convert.ToHexString(mac));
    }

    [Fact]
    public void The_subkeys_are_the_published_ones()
    {
        var rfc = Vectors.Open("rfc4493.json");
        var diversification = Vectors.Find("an10922.json", "diversifications", "2.2.1");

        AssertSubkeys(rfc.Bytes("key"), rfc);
        AssertSubkeys(diversification.Bytes("master"), diversification);
    }

    [Fact]
    public void One_cmac_computes_many_macs()
    {
        var vector = Vectors.Find("rfc4493.json", "macs", "4, example 3");
        using var cmac = new AesCmac(Vectors.Open("rfc4493.json").Bytes("key"));
        var mac = new byte[AesCmac.Length];

        cmac.Compute([1, 2, 3], mac);
        cmac.Compute(vector.Bytes("message"), mac);

        Assert.Equal(vector.Text("mac"), Convert.ToHexString(mac));
    }

    [Fact]
    public void Computing_a_cmac_allocates_nothing()
    {
        using var cmac = new AesCmac(new byte[16]);
        Span<byte> message = stackalloc byte[100];
        Span<byte> mac = stackalloc byte[AesCmac.ShortLength];
        cmac.ComputeShort(message, mac);
        var before = GC.GetAllocatedBytesForCurrentThread();

        cmac.ComputeShort(message, mac);

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    private static void AssertSubkeys(byte[] key, JsonElement vector)
    {
        using var cmac = new AesCmac(key);

        Assert.Equal(vector.Text("wholeBlockSubkey"), Convert.ToHexString(cmac.WholeBlockSubkey));
        Assert.Equal(vector.Text("paddedBlockSubkey"), Convert.ToHexString(cmac.PaddedBlockSubkey));
    }
}
