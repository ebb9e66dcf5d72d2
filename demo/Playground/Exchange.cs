using System.Collections.Frozen;
using SmartCardCrm.Demo.Rack;

namespace SmartCardCrm.Demo.Playground;

/// <summary>
/// One exchange with a card, in the chip's own words. Nothing is deciphered: keys are nowhere in it, and what
/// travels under session keys stays as it travels.
/// </summary>
/// <param name="Command">What the chip calls it; the page has a sentence for each.</param>
/// <param name="File">The file it is about, which stands in clear before what is enciphered; null for
/// none.</param>
/// <param name="Status">A name for the answer's last byte; <see cref="NoAnswer"/> where none was
/// heard.</param>
/// <param name="Sent">In hex.</param>
/// <param name="Heard">In hex; null for none.</param>
internal sealed record Exchange(string Command, int? File, string Status, string Sent, string? Heard)
{
    public const string Unknown = "Unknown";
    public const string NoAnswer = "none";

    private const string SecondPart = "AuthenticateSecondPart";
    private const string FurtherFrame = "AdditionalFrame";
    private const int FileAt = 10;

    private static readonly FrozenDictionary<string, string> Commands = new Dictionary<string, string>(
        StringComparer.Ordinal)
    {
        ["5A"] = "SelectApplication",
        ["71"] = "AuthenticateEV2First",
        ["77"] = "AuthenticateEV2NonFirst",
        ["AA"] = "AuthenticateAES",
        ["AF"] = FurtherFrame,
        ["60"] = "GetVersion",
        ["51"] = "GetCardUID",
        ["AD"] = "ReadData",
        ["8D"] = "WriteData",
        ["AB"] = "ReadRecords",
        ["8B"] = "WriteRecord",
        ["6C"] = "GetValue",
        ["0C"] = "Credit",
        ["DC"] = "Debit",
        ["C8"] = "CommitReaderID",
        ["C7"] = "CommitTransaction",
        ["A7"] = "AbortTransaction",
        ["C4"] = "ChangeKey",
        ["64"] = "GetKeyVersion",
        ["F5"] = "GetFileSettings",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, string> Statuses = new Dictionary<string, string>(
        StringComparer.Ordinal)
    {
        ["00"] = "ok",
        ["AF"] = "more",
        ["0C"] = "no-changes",
        ["1E"] = "integrity-error",
        ["9D"] = "permission-denied",
        ["A0"] = "application-not-found",
        ["AD"] = "authentication-delay",
        ["AE"] = "authentication-error",
        ["BE"] = "boundary-error",
        ["CA"] = "command-aborted",
        ["F0"] = "file-not-found",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    // Those whose first byte is a file's number, sent in clear.
    private static readonly FrozenSet<string> OfFiles = FrozenSet.Create(
        StringComparer.Ordinal,
        "ReadData", "WriteData", "ReadRecords", "WriteRecord", "GetValue", "Credit", "Debit",
        "GetFileSettings");

    /// <summary>Every command that the page has a sentence for.</summary>
    public static IEnumerable<string> AllCommands => [.. Commands.Values, SecondPart, Unknown];

    /// <summary>Every status that it has a sentence for.</summary>
    public static IEnumerable<string> AllStatuses => [.. Statuses.Values, NoAnswer, "other"];

    /// <param name="heard">What went over the air.</param>
    /// <param name="before">The exchange before, for a second part is known by its first.</param>
    public static Exchange Of(RackExchange heard, Exchange? before)
    {
        var command = NameOf(heard.Command, before);
        int? file = OfFiles.Contains(command) && heard.Command.Length >= FileAt + 2
            ? Convert.FromHexString(heard.Command.AsSpan(FileAt, 2))[0]
            : null;
        return new Exchange(command, file, StatusOf(heard.Answer), heard.Command, heard.Answer);
    }

    // Commands travel as 90 INS 00 00 …: the chip's own, wrapped as ISO 7816 wants it.
    private static string NameOf(string sent, Exchange? before)
    {
        if (sent.Length < FileAt - 2 || !sent.StartsWith("90", StringComparison.Ordinal))
            return Unknown;
        var name = Commands.GetValueOrDefault(sent[2..4], Unknown);
        var isSecondPart = name == FurtherFrame
            && before is { Status: "more" }
            && before.Command.StartsWith("Authenticate", StringComparison.Ordinal);
        return isSecondPart ? SecondPart : name;
    }

    private static string StatusOf(string? answer) => answer switch
    {
        null => NoAnswer,
        [.., '9', '1', var high, var low] => Statuses.GetValueOrDefault($"{high}{low}", "other"),
        _ => "other",
    };
}
