using System.Text.Json;

namespace SmartCardCrm.CardProtocol.Tests;

/// <summary>NXP AN12196: what a NTAG 424 DNA wrote into an address.</summary>
public sealed class SdmVectorTests
{
    private static readonly JsonElement Sdm = Vectors.Open("sdm.json");

    [Fact]
    public void The_session_keys_are_the_published_ones()
    {
        foreach (var kind in new[] { "sessionKeys", "fileData", "macs" })
        {
            foreach (var vector in Sdm.GetProperty(kind).EnumerateArray())
            {
                using var key = new CardKey(0, vector.Bytes("fileReadKey"));
                var (encryption, mac) = (new byte[16], new byte[16]);

                TapVerifier.DeriveSessionKeys(key, IdentityOf(vector), encryption, mac);

                if (vector.TryGetProperty("encryptionKey", out var expected))
                    Assert.Equal(expected.GetString(), Convert.ToHexString(encryption));
                if (vector.TryGetProperty("macKey", out expected))
                    Assert.Equal(expected.GetString(), Convert.ToHexString(mac));
            }
        }
    }

    [Fact]
    public void Uid_and_counter_are_decrypted_as_published()
    {
        foreach (var vector in Sdm.GetProperty("piccData").EnumerateArray())
        {
            using var aes = new AesBlocks(vector.Bytes("metaReadKey"));
            var identity = new byte[10];

            Assert.True(TapVerifier.TryDecryptPicc(aes, vector.Bytes("encrypted"), identity));

            Assert.Equal(IdentityOf(vector), identity);
        }
    }

    [Fact]
    public void Content_is_decrypted_as_published()
    {
        var vector = Sdm.GetProperty("fileData")[0];
        using var key = new CardKey(0, vector.Bytes("fileReadKey"));

        var content = TapVerifier.DecryptContent(key, IdentityOf(vector), vector.Bytes("encrypted"));

        Assert.Equal(new string('x', 16), content);
    }

    [Fact]
    public void A_message_without_content_is_signed_as_published()
    {
        var (vector, picc) = (Vector("macs", "table 5"), Vector("piccData", "table 3"));
        var message = TapMessage.TryParse($"?e={picc.Text("encrypted")}&c={vector.Text("mac")}");
        using var key = new CardKey(0, vector.Bytes("fileReadKey"));

        Assert.NotNull(message);
        Assert.True(TapVerifier.IsMacRight(key, IdentityOf(vector), message));
    }

    [Fact]
    public void A_MAC_over_content_is_the_published_one()
    {
        // The note calls the parameter cmac, we call it c: the MAC is over the name too, so it is computed.
        var vector = Vector("macs", "table 4");
        var mac = new byte[AesCmac.ShortLength];
        using var cmac = new AesCmac(vector.Bytes("macKey"));

        cmac.ComputeShort(System.Text.Encoding.ASCII.GetBytes(vector.Text("input")), mac);

        Assert.Equal(vector.Text("mac"), Convert.ToHexString(mac));
    }

    [Fact]
    public void The_address_file_is_the_published_one()
    {
        var published = Vectors.Find("an12196.json", "commands", "table 18: WriteData of a template");
        var template = TapTemplate.Encrypted("https://choose.url.com/ntag424");

        var padded = new byte[128];
        template.File.CopyTo(padded);

        Assert.Equal(published.Text("data"), Convert.ToHexString(padded));
    }

    [Fact]
    public void The_settings_of_that_file_are_the_published_ones()
    {
        var published = Vectors.Find("an12196.json", "commands", "table 19: ChangeFileSettings");
        var rights = new AccessRights(AccessRights.Everybody, Write: 0, ReadWrite: 0, Change: 0);
        var sdm = TapTemplate.Encrypted("https://choose.url.com/ntag424").Sdm;

        var command = new ChangeFileSettings(new FileRef(2, CommMode.Plain), rights, sdm);

        Assert.Equal(published.Text("header") + published.Text("data"), BytesOf(command));
        Ev2ChannelTests.Replay("an12196.json", published.Text("section"), command);
    }

    [Fact]
    public void Settings_are_read_as_published()
    {
        var published = Vectors.Find("an12196.json", "commands", "table 8: GetFileSettings");
        var everybody = new AccessRights(0xE, 0xE, 0xE, 0xE);

        var settings = Ev2ChannelTests.Replay(
            "an12196.json", published.Text("section"), new GetFileSettings(2));

        Assert.Equal(CommMode.Plain, settings.Mode);
        Assert.Equal(everybody, settings.Rights);
        Assert.Equal(256, settings.Size);
        Assert.Equal(
            new SdmSettings
            {
                CounterRight = 0xE,
                MetaReadRight = 0,
                FileReadRight = 0,
                PiccAt = 0x1F,
                MacInputAt = 0x44,
                Encrypted = new EncryptedPart(0x44, 0x20),
                MacAt = 0x6A,
            },
            settings.Sdm);
    }

    private static string BytesOf(ChangeFileSettings command)
    {
        var to = new ByteWriter(new byte[64]);
        command.WriteHeader(ref to);
        command.WriteData(ref to);
        return Convert.ToHexString(to.Written);
    }

    private static JsonElement Vector(string kind, string section) =>
        Vectors.Find("sdm.json", kind, section);

    /// <summary>UID ‖ counter, least significant byte first.</summary>
    private static byte[] IdentityOf(JsonElement vector)
    {
        var identity = new ByteWriter(new byte[10]);
        identity.Bytes(vector.Bytes("uid"));
        identity.UInt24(vector.GetProperty("counter").GetInt32());
        return identity.Written.ToArray();
    }
}
