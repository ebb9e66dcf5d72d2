using System.Buffers.Binary;
using CsCheck;
using SmartCardCrm.Simulator.Chip;
using SmartCardCrm.Simulator.Chip.Memory;
using SmartCardCrm.Simulator.Chip.Messaging;

namespace SmartCardCrm.Simulator.Tests;

/// <summary>Any sequence of commands that make, choose, open, change and delete applications, keys and files
/// leaves the chip as a plain model of it.</summary>
public sealed class DirectoryModelTests
{
    private static readonly Gen<string> Aid = AnyOf("010000", "020000", "030000");
    private static readonly Gen<int> KeyNumber = Gen.Int[0, 3];
    private static readonly Gen<int> FileNumber = Gen.Frequency((8, Gen.Int[0, 2]), (1, Gen.Const(0x20)));
    private static readonly Gen<byte> Settings = Gen.Frequency(
        (3, Gen.Const((byte)0x0F)), (2, Gen.Int[0, 0xFF].Select(any => (byte)any)));

    private static readonly Gen<PlainKey> NewKey =
        Gen.Int[1, 9].Select(number => new PlainKey((byte)(0x10 * number), (byte)number));

    private static readonly Gen<string> Rights = AnyOf(
        "EEEE", "0000", "1012", "F0F1", "EFFF", "20E1", "3210", "FFFF", "1E2E");

    private static readonly Gen<PlainFile> File = Gen.Select(
        Gen.Bool, AnyOf<byte>(0, 1, 3), Rights, Gen.Frequency(
            (6, Gen.Int[1, 40]), (1, Gen.Int[1000, 6000])),
        (isBackup, option, rights, length) => new PlainFile(isBackup, option, rights, length));

    private static readonly Gen<Step> Steps = Gen.Frequency(
        (6, Aid.Select(Select)),
        (3, Gen.Const(Select(PlainDirectory.Picc))),
        (8, Gen.Select(KeyNumber, Gen.Frequency((9, Gen.Const(true)), (1, Gen.Const(false)))).Select(
            (number, withTheKey) => Authenticate(number, withTheKey))),
        (5, Gen.Select(Aid, Settings, Gen.Int[0, 3]).Select(CreateApplication)),
        (1, Gen.Frequency((4, Aid), (1, Gen.Const(PlainDirectory.Picc))).Select(aid => Mac(
            "delete application", 0xDA, aid, card => card.DeleteApplication(aid)))),
        (2, Gen.Const(Mac("application ids", 0x6A, "", card => card.GetApplicationIds()))),
        (2, Gen.Const(Mac("key settings", 0x45, "", card => card.GetKeySettings()))),
        (2, Settings.Select(settings => new Step($"change key settings {settings:X2}", card => (
            new Sent(0x54, "", $"{settings:X2}", CommMode.Full), card.ChangeKeySettings(settings))))),
        (2, KeyNumber.Select(number => Mac(
            "key version", 0x64, $"{number:X2}", card => card.GetKeyVersion(number)))),
        (4, Gen.Select(KeyNumber, NewKey).Select((number, key) => ChangeKey(number, key))),
        (6, Gen.Select(FileNumber, File).Select((number, file) => CreateFile(number, file))),
        (1, FileNumber.Select(number => Mac(
            "delete file", 0xDF, $"{number:X2}", card => card.DeleteFile(number)))),
        (2, Gen.Const(Mac("file ids", 0x6F, "", card => card.GetFileIds()))),
        (2, FileNumber.Select(number => Mac(
            "file settings", 0xF5, $"{number:X2}", card => card.GetFileSettings(number)))),
        (2, Gen.Select(FileNumber, File).Select((number, file) => ChangeFileSettings(number, file))),
        (4, FileNumber.Select(Read)),
        (4, Gen.Select(FileNumber, Gen.Byte).Select((number, first) => Write(number, first))),
        (1, Gen.Const(Mac("free memory", 0x6E, "", card => card.FreeMem()))),
        (1, Gen.Const(Mac("format", 0xFC, "", card => card.Format()))));

    [Fact]
    public void Any_sequence_of_commands_leaves_the_directory_that_a_plain_model_says() =>
        Steps.Array[1, 80].Sample(
            steps =>
            {
                var chip = DesfireChip.Factory("ev3-4k", TestCard.Uid, TestCard.Counting());
                chip.Memory.Keys[0] = TestCard.AesKey(PlainKey.Master.Value);
                var (reader, model) = (new TestReader(chip), new PlainDirectory());
                foreach (var step in steps)
                    step.Take(reader, model);
            },
            iter: 5000,
            print: steps => string.Join(Environment.NewLine, steps.Select(step => step.ToString())));

    private static Step Select(string aid) => new($"select {aid}", (reader, card) =>
    {
        var expected = card.Select(aid);
        Assert.Equal(StatusOf(expected), reader.Select(aid));
    });

    private static Step Authenticate(int number, bool withTheKey) => new(
        $"authenticate {number} {withTheKey}", (reader, card) =>
        {
            var (key, expected) = (card.Key(number), card.Authenticate(number, withTheKey));
            if (expected is Expected.Answered)
                reader.Authenticate(number, key!.Value);
            else
                Assert.Equal(StatusOf(expected), reader.AuthenticateWrongly(number));
        });

    private static Step CreateApplication(string aid, byte settings, int keys) => Mac(
        "create application", 0xCA, $"{aid}{settings:X2}{0x80 + keys:X2}",
        card => card.CreateApplication(aid, settings, keys));

    private static Step ChangeKey(int number, PlainKey key) => new(
        $"change key {number} to {key.Version}", card =>
        {
            var old = card.Session == number ? null : card.Key(number);
            var typeOfNew = card.IsPicc ? 0x80 : 0;
            var sent = new Sent(0xC4, $"{number + typeOfNew:X2}", Cryptogram(key, old), CommMode.Full);
            return (sent, card.ChangeKey(number, key));
        });

    private static Step CreateFile(int number, PlainFile file) => Mac(
        $"create file of {file.Length}", file.IsBackup ? (byte)0xCB : (byte)0xCD,
        $"{number:X2}{file.Option:X2}{file.Rights}{file.Size}",
        card => card.CreateFile(number, file.Blank()));

    private static Step ChangeFileSettings(int number, PlainFile file) => new(
        $"change settings of {number} to {file.Option:X2}{file.Rights}", card =>
        {
            var mode = card.ModeOf(number, found => [found.Change], CommMode.Full);
            var sent = new Sent(0x5F, $"{number:X2}", $"{file.Option:X2}{file.Rights}", mode);
            return (sent, card.ChangeFileSettings(number, file));
        });

    private static Step Read(int number) => new($"read {number}", card => (
        new Sent(0xBD, $"{number:X2}000000000000", "", card.ModeOf(number, PlainFile.Reading)),
        card.Read(number)));

    private static Step Write(int number, byte first) => new($"write {number}", card => (
        new Sent(0x8D, $"{number:X2}000000010000", $"{first:X2}", card.ModeOf(number, PlainFile.Writing)),
        card.Write(number, first)));

    private static Step Mac(string name, byte ins, string header, Func<PlainDirectory, Expected> expect) =>
        new($"{name} {header}", card => (new Sent(ins, header, "", CommMode.Mac), expect(card)));

    /// <summary>The new key; of another key than the session's its difference from the old, and a
    /// checksum.</summary>
    private static string Cryptogram(PlainKey key, PlainKey? old)
    {
        if (old is null)
            return $"{Convert.ToHexString(key.Value)}{key.Version:X2}";
        Span<byte> crc = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(crc, Crc32.Compute(key.Value));
        byte[] mixed = [.. key.Value.Zip(old.Value, (left, right) => (byte)(left ^ right))];
        return $"{Convert.ToHexString(mixed)}{key.Version:X2}{Convert.ToHexString(crc)}";
    }

    private static byte StatusOf(Expected expected) =>
        expected is Expected.Refused refused ? refused.Status : (byte)0;

    private static Gen<T> AnyOf<T>(params T[] all) => Gen.Int[0, all.Length - 1].Select(index => all[index]);

    private sealed record Sent(byte Ins, string Header, string Data, CommMode Mode);

    /// <summary>One thing that a reader does, and what the model says to it.</summary>
    private sealed class Step(string name, Action<TestReader, PlainDirectory> take)
    {
        public Step(string name, Func<PlainDirectory, (Sent Sent, Expected Expected)> ask)
            : this(name, (reader, card) => Send(reader, card, ask))
        {
        }

        public void Take(TestReader reader, PlainDirectory card) => take(reader, card);

        public override string ToString() => name;

        private static void Send(
            TestReader reader, PlainDirectory card, Func<PlainDirectory, (Sent Sent, Expected Expected)> ask)
        {
            var hadSession = card.Session is not null;
            var ((ins, header, data, mode), expected) = ask(card);
            var endsSession = hadSession && card.Session is null;
            if (expected is Expected.Refused refused)
            {
                Assert.Equal(refused.Status, reader.Refused(ins, header, data, mode));
                card.EndSession();
                return;
            }

            if (endsSession)
            {
                reader.DoLast(ins, header, data);
                return;
            }

            var content = ((Expected.Answered)expected).Content;
            var answer = reader.Do(ins, header, data, mode);
            Assert.Equal(Convert.ToHexString(content), Convert.ToHexString(answer));
        }
    }
}
