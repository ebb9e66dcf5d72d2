using System.Text.Json;
using SmartCardCrm.Simulator.Chip;
using SmartCardCrm.Simulator.Chip.Memory;
using SmartCardCrm.Simulator.Chip.Messaging;

namespace SmartCardCrm.Simulator.Tests;

/// <summary>The chip's side of sessions before EV2: recorded from an EV3, and computed for DES.</summary>
public sealed class OlderChannelVectorTests
{
    [Fact]
    public void A_recorded_aes_session_is_answered_byte_for_byte()
    {
        var vector = Vectors.Read("ev1-aes.json");
        var chip = DesfireChip.Factory("ev3-4k", TestCard.Uid, TestCard.Playing(vector.Bytes("cardRandom")));
        chip.Memory.Applications.Add(new Application
        {
            Aid = TestCard.Aid,
            KeySettings = 0x09,
            KeySettings2 = 0x81,
            Keys = [CardKey.FactoryAes],
        });
        new TestReader(chip).Select();

        Replay(chip, vector);
    }

    [Fact]
    public void A_factory_card_is_taken_over_in_a_des_session_byte_for_byte()
    {
        var vector = Vectors.Read("ev1-des.json");
        var chip = DesfireChip.Factory("ev3-4k", TestCard.Uid, TestCard.Playing(vector.Bytes("cardRandom")));

        Replay(chip, vector);

        var key = chip.Memory.Keys[0];
        Assert.Equal((KeyType.Aes, 1), (key.Type, key.Version));
        Assert.Equal(Convert.FromHexString("101112131415161718191A1B1C1D1E1F"), key.Value);
    }

    [Theory]
    [InlineData("ev1-aes.json", true)]
    [InlineData("ev1-des.json", false)]
    public void A_session_key_is_made_of_quarters_of_both_random_numbers(string file, bool isAes)
    {
        var type = isAes ? KeyType.Aes : KeyType.Des;
        var vector = Vectors.Read(file);
        var key = new CardKey { Type = type, Value = new byte[16], Version = 0 };
        var block = new byte[isAes ? 16 : 8];

        var made = SessionKey.Of(key, vector.Bytes("readerRandom"), vector.Bytes("cardRandom"));

        var printed = new KeyCipher(type, vector.Bytes("sessionKey"));
        Assert.Equal(printed.EncryptCbc(block, block), made.EncryptCbc(block, block));
    }

    private static void Replay(DesfireChip chip, JsonElement vector)
    {
        var lines = vector.GetProperty("handshake").EnumerateArray()
            .Concat(vector.GetProperty("commands").EnumerateArray()
                .SelectMany(command => command.GetProperty("exchange").EnumerateArray()))
            .Select(line => line.GetString()!).ToList();
        for (var i = 0; i < lines.Count; i += 2)
        {
            var answer = Convert.ToHexString(chip.Transmit(Convert.FromHexString(lines[i][2..])));
            Assert.Equal(lines[i + 1], "< " + answer);
        }
    }
}
