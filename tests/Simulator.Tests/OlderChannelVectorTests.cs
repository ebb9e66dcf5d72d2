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

        Replay(Ready(vector), vector);
    }

    [Fact]
    public void A_factory_card_is_taken_over_in_a_des_session_byte_for_byte()
    {
        var vector = Vectors.Read("ev1-des.json");
        var chip = Ready(vector);

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

    /// <summary>ChangeKeySettings in both kinds of session, and ChangeKey.</summary>
    [Theory]
    [InlineData("ev1-aes.json", 3)]
    [InlineData("ev1-des.json", 2)]
    [InlineData("ev1-des.json", 3)]
    public void One_flipped_bit_of_a_protected_command_changes_nothing_and_ends_the_session(
        string file, int command)
    {
        var vector = Vectors.Read(file);
        var commands = vector.GetProperty("commands");
        var header = 5 + (commands[command].Text("header").Length / 2);
        var bits = 8 * (commands[command].Exchange()[0].Length - header - 1);
        for (var bit = 0; bit < bits; bit++)
        {
            var chip = Ready(vector);
            foreach (var line in Lines(vector).Where(line => line[0] == '>').Take(2 + command))
                chip.Transmit(Convert.FromHexString(line[2..]));
            var kept = chip.Memory.Save();
            var flipped = commands[command].Exchange()[0];
            flipped[header + (bit / 8)] ^= (byte)(1 << (bit % 8));

            var answer = chip.Transmit(flipped);

            Assert.Contains(answer[^1], new byte[] { 0x1E, 0x7E });
            Assert.Null(chip.State.Session);
            Assert.Equal(kept, chip.Memory.Save());
        }
    }

    private static void Replay(DesfireChip chip, JsonElement vector)
    {
        var lines = Lines(vector);
        for (var i = 0; i < lines.Count; i += 2)
        {
            var answer = Convert.ToHexString(chip.Transmit(Convert.FromHexString(lines[i][2..])));
            Assert.Equal(lines[i + 1], "< " + answer);
        }
    }

    private static List<string> Lines(JsonElement vector) =>
    [
        .. vector.GetProperty("handshake").EnumerateArray()
            .Concat(vector.GetProperty("commands").EnumerateArray()
                .SelectMany(command => command.GetProperty("exchange").EnumerateArray()))
            .Select(line => line.GetString()!),
    ];

    // The recorded session is in an application with one AES key; the computed one at the card's own level.
    private static DesfireChip Ready(JsonElement vector)
    {
        var chip = DesfireChip.Factory("ev3-4k", TestCard.Uid, TestCard.Playing(vector.Bytes("cardRandom")));
        if (vector.Bytes("cardRandom").Length == 8)
            return chip;
        chip.Memory.Applications.Add(new Application
        {
            Aid = TestCard.Aid,
            KeySettings = 0x09,
            KeySettings2 = 0x81,
            Keys = [CardKey.FactoryAes],
        });
        new TestReader(chip).Select();
        return chip;
    }
}
