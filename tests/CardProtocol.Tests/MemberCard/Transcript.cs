namespace SmartCardCrm.CardProtocol.Tests;

/// <summary>Compares with a golden file, and rewrites it when <c>REWRITE_TRANSCRIPTS</c> is set to
/// 1.</summary>
internal static class Transcript
{
    public static void MustBe(string name, IReadOnlyList<string> exchange)
    {
        var file = Path.Combine(Vectors.Root, "tests", "transcripts", name + ".txt");
        if (Environment.GetEnvironmentVariable("REWRITE_TRANSCRIPTS") == "1")
            File.WriteAllLines(file, exchange.SelectMany(Annotated));

        var golden = File.ReadAllLines(file);
        var actual = exchange.SelectMany(Annotated).ToArray();
        for (var i = 0; i < Math.Min(golden.Length, actual.Length); i++)
        {
            Assert.True(
                golden[i] == actual[i], $"{name}, line {i + 1}:\n  golden {golden[i]}\n  is     {actual[i]}");
        }

        Assert.Equal(golden.Length, actual.Length);
    }

    /// <summary>The command's name before each command, and one byte at a time: <c>&gt; 90 6C 00
    /// 00</c>.</summary>
    private static IEnumerable<string> Annotated(string line)
    {
        if (line[0] == '>')
            yield return "# " + NameOf(line[4..6]);
        yield return line[..1] + string.Concat(line[2..].Chunk(2).Select(pair => $" {pair[0]}{pair[1]}"));
    }

    private static string NameOf(string ins) => ins switch
    {
        "5A" => "SelectApplication",
        "71" => "AuthenticateEV2First",
        "AF" => "its second part",
        "AB" => "ReadRecords",
        "AD" => "ReadData",
        "8D" => "WriteData",
        "8B" => "WriteRecord",
        "6C" => "GetValue",
        "0C" => "Credit",
        "DC" => "Debit",
        "C8" => "CommitReaderID",
        "C7" => "CommitTransaction",
        "CA" => "CreateApplication",
        "6F" => "GetFileIDs",
        "CD" => "CreateStdDataFile",
        "CB" => "CreateBackupDataFile",
        "CC" => "CreateValueFile",
        "C0" => "CreateCyclicRecordFile",
        "CE" => "CreateTransactionMACFile",
        "64" => "GetKeyVersion",
        "C4" => "ChangeKey",
        "1A" => "AuthenticateISO",
        "45" => "GetKeySettings",
        "54" => "ChangeKeySettings",
        "5C" => "SetConfiguration",
        "60" => "GetVersion",
        "A4" => "ISOSelectFile",
        "F5" => "GetFileSettings",
        "5F" => "ChangeFileSettings",
        _ => throw new ArgumentOutOfRangeException(nameof(ins), ins, "No command of ours."),
    };
}
