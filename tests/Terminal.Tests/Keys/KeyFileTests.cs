using System.Buffers.Text;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using Google.Protobuf;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.SyncContract;
using SmartCardCrm.Terminal.Keys;

namespace SmartCardCrm.Terminal.Tests.Keys;

public sealed class KeyFileTests : IDisposable
{
    private static readonly CardKeysReply Delivered = new()
    {
        ReaderIdKey = ByteString.CopyFrom(new byte[16]),
        Keys = { new CardMasterKey { KeyNumber = 2, Version = 3, Key = ByteString.CopyFrom(new byte[16]) } },
    };

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("keys-");
    private readonly DataFolder _data;

    public KeyFileTests()
    {
        _data = new DataFolder(Path.Combine(_folder.FullName, "data"));
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        PrivateFile.Replace(_data.Key, key.ExportPkcs8PrivateKey());
    }

    [Fact]
    public void A_token_names_the_one_authority_it_was_made_for()
    {
        byte[] certificate = [1, 2, 3];
        var text = Base64Url.EncodeToString([.. new byte[32], .. SHA256.HashData(certificate)]);

        Assert.True(EnrolmentToken.TryParse(text + "\n", out var token));

        Assert.True(token.Names(certificate));
        Assert.False(token.Names([1, 2, 4]));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("abc")]
    [InlineData("let me in")]
    public void What_is_no_token_is_not_taken_for_one(string? text) =>
        Assert.False(EnrolmentToken.TryParse(text, out _));

    [Theory]
    [InlineData('!')]
    [InlineData('=')]
    [InlineData('я')]
    public void A_token_with_one_character_mistyped_is_none(char wrong)
    {
        var token = Base64Url.EncodeToString(new byte[64]);

        Assert.True(EnrolmentToken.TryParse(token, out _));
        Assert.False(EnrolmentToken.TryParse($"{token[..40]}{wrong}{token[41..]}", out _));
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public void Only_the_owner_may_read_a_private_file()
    {
        PrivateFile.Replace(_data.TillApiKey, [1]);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_data.TillApiKey));
    }

    [Fact]
    public void Sealed_card_keys_come_back_whole_and_do_not_lie_there_in_the_clear()
    {
        SealedCardKeys.Save(_data, terminal: 5, Delivered);

        Assert.Equal(Delivered, SealedCardKeys.Load(_data, terminal: 5));
        Assert.Equal(-1, File.ReadAllBytes(_data.SealedCardKeys).AsSpan().IndexOf(Delivered.ToByteArray()));
    }

    [Fact]
    public void A_changed_file_or_another_terminals_is_not_opened()
    {
        SealedCardKeys.Save(_data, terminal: 5, Delivered);
        var sealing = File.ReadAllBytes(_data.SealedCardKeys);

        Assert.ThrowsAny<CryptographicException>(() => SealedCardKeys.Load(_data, terminal: 6));
        for (var at = 0; at < sealing.Length; at++)
        {
            sealing[at] ^= 1;
            File.WriteAllBytes(_data.SealedCardKeys, sealing);
            Assert.ThrowsAny<CryptographicException>(() => SealedCardKeys.Load(_data, terminal: 5));
            sealing[at] ^= 1;
        }
    }

    [Fact]
    public void Keys_of_a_wrong_form_leave_the_old_ones_in_place()
    {
        using var keys = new TerminalKeys();
        var delivery = new CardKeyDelivery(Enrolled(CardKeyStorage.Memory), _data, keys, TimeProvider.System);
        delivery.Deliver(Delivered);
        var broken = Delivered.Clone();
        broken.Keys[0].Version = 256;

        Assert.Throws<FormatException>(() => delivery.Deliver(broken));

        Assert.Equal([3], keys.Versions(CardKeyNumber.Sale, known: 0));
        Assert.False(File.Exists(_data.SealedCardKeys));
    }

    [Fact]
    public void A_shop_that_seals_its_keys_sells_after_a_restart_without_a_network()
    {
        using (var before = new TerminalKeys())
        {
            new CardKeyDelivery(Enrolled(CardKeyStorage.Sealed), _data, before, TimeProvider.System)
                .Deliver(Delivered);
        }

        using var after = new TerminalKeys();
        new CardKeyDelivery(Enrolled(CardKeyStorage.Sealed), _data, after, TimeProvider.System).Restore();

        Assert.True(after.Ready);
    }

    [Fact]
    public void A_terminal_that_is_no_longer_trusted_keeps_no_keys()
    {
        using var keys = new TerminalKeys();
        var delivery = new CardKeyDelivery(Enrolled(CardKeyStorage.Sealed), _data, keys, TimeProvider.System);
        delivery.Deliver(Delivered);

        delivery.Forget();

        Assert.False(keys.Ready);
        Assert.False(File.Exists(_data.SealedCardKeys));
    }

    [Fact]
    public void Who_the_terminal_is_comes_back_as_it_was_stored()
    {
        var enrolled = Enrolled(CardKeyStorage.Sealed);

        enrolled.Save(_data);

        Assert.Equal(enrolled, EnrolledTerminal.Load(_data));
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static EnrolledTerminal Enrolled(CardKeyStorage storage) => new(
        5, "Till 3", 1, 319, "America/New_York", "USD", new Uri("https://127.0.0.1:5290"), storage);
}
