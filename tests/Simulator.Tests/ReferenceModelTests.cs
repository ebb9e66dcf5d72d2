using CsCheck;
using SmartCardCrm.Simulator.Chip;
using SmartCardCrm.Simulator.Chip.Memory;

namespace SmartCardCrm.Simulator.Tests;

/// <summary>Any sequence of commands leaves the chip as a plain model of it: what is committed, what a
/// refusal ends, what a lost field takes back, and how often it committed.</summary>
public sealed class ReferenceModelTests
{
    private static readonly Gen<byte[]> Content = Gen.Byte.Array[1, 6];

    /// <summary>One thing that a reader does.</summary>
    private static readonly Gen<Step> Steps = Gen.Frequency(
        (2, Gen.Const(new Step("value", card => card.GetValue(), "6C", "03"))),
        (2, Gen.Const(new Step("standard", card => card.ReadStandard(), "AD", "01000000000000"))),
        (2, Gen.Const(new Step("backup", card => card.ReadBackup(), "AD", "02000000000000"))),
        (2, Gen.Const(new Step("log", card => card.ReadLog(), "AB", "04000000000000"))),
        (1, Gen.Const(new Step("linear", card => card.ReadLinear(), "AB", "06000000000000"))),
        (2, Write("8D", "01", 30, (card, at, data) => card.WriteStandard(at, data))),
        (3, Write("8D", "02", 46, (card, at, data) => card.WriteBackup(at, data))),
        (4, Write("8B", "04", 13, (card, at, data) => card.WriteLog(at, data))),
        (2, Write("8B", "06", 13, (card, at, data) => card.WriteLinear(at, data))),
        (3, Amount("0C", 600, (card, points) => card.Change(points))),
        (3, Amount("DC", 200, (card, points) => card.Change(-points))),
        (2, Amount("1C", 60, (card, points) => card.LimitedCredit(points))),
        (1, Gen.Const(Mac("clear", card => card.ClearLog(), "EB", "04"))),
        (4, Gen.Const(Mac("reader id", card => card.CommitReaderId(), "C8", new string('A', 32)))),
        (5, Gen.Const(Mac("commit", card => card.Commit(), "C7", "01"))),
        (1, Gen.Const(Mac("abort", card => card.Abort(), "A7", ""))),
        (1, Gen.Const(new Step("field lost", null, "", ""))));

    /// <summary>Steps that belong together, so that many transactions come to their end.</summary>
    private static readonly Gen<Step[]> Sale = Gen.Select(
        Amount("0C", 60, (card, points) => card.Change(points)),
        Write("8B", "04", 13, (card, at, data) => card.WriteLog(at, data)),
        (credit, record) => new[]
        {
            Mac("abort", card => card.Abort(), "A7", ""),
            credit,
            record,
            Mac("reader id", card => card.CommitReaderId(), "C8", new string('A', 32)),
            Mac("commit", card => card.Commit(), "C7", "01"),
        });

    [Fact]
    public void Any_sequence_of_commands_leaves_what_a_plain_model_says() =>
        Gen.Frequency((4, Steps.Array[1, 1]), (1, Sale)).Array[1, 40].Sample(
            groups =>
            {
                var chip = TestCard.CreateWhole();
                var linear = TestCard.Records(cyclic: false, PlainCard.LinearMost);
                chip.Memory.Applications[0].Files.Add(linear.Number, linear);
                var reader = new TestReader(chip).Open(2);
                var model = new PlainCard();
                model.StartOver();
                foreach (var step in groups.SelectMany(steps => steps))
                    Take(step, chip, reader, model);

                Assert.Equal(model.Commits, chip.Memory.Applications[0].TransactionMac!.Counter);
            },
            iter: 400);

    private static void Take(Step step, DesfireChip chip, TestReader reader, PlainCard model)
    {
        if (step.Expect is null)
        {
            chip.Reset();
            model.StartOver();
            reader.Open(2);
            return;
        }

        switch (step.Expect(model))
        {
            case Expected.Answered(var content):
                var answer = reader.Do(
                    Convert.FromHexString(step.Ins)[0], step.Header, step.Data, step.Mode);
                if (step.Reads)
                    Assert.Equal(Convert.ToHexString(content), Convert.ToHexString(answer));
                break;
            case Expected.Refused(var status):
                Assert.Equal(
                    status,
                    reader.Refused(Convert.FromHexString(step.Ins)[0], step.Header, step.Data, step.Mode));
                model.StartOver();
                reader.Open(2);
                break;
        }
    }

    private static Gen<Step> Write(
        string ins, string file, int atMost, Func<PlainCard, int, byte[], Expected> expect) =>
        Gen.Select(Gen.Int[0, atMost], Content).Select((at, data) => new Step(
            $"write {file}", card => expect(card, at, data), ins, $"{file}{at:X2}0000{data.Length:X2}0000")
        {
            Data = Convert.ToHexString(data),
            Reads = false,
        });

    private static Gen<Step> Amount(string ins, int most, Func<PlainCard, int, Expected> expect) =>
        Gen.Int[0, most].Select(points => new Step(
            $"change {ins}", card => expect(card, points), ins, "03")
        {
            Data = TestReader.Int32(points),
            Reads = false,
        });

    private static Step Mac(string name, Func<PlainCard, Expected> expect, string ins, string header) =>
        new(name, expect, ins, header) { Mode = CommMode.Mac, Reads = false };

    /// <param name="Expect">What the model says to it; null where the field is lost.</param>
    private sealed record Step(
        string Name, Func<PlainCard, Expected>? Expect, string Ins, string Header)
    {
        public string Data { get; init; } = "";

        public CommMode Mode { get; init; } = CommMode.Full;

        public bool Reads { get; init; } = true;

        public override string ToString() => $"{Name} {Header} {Data}".TrimEnd();
    }
}
