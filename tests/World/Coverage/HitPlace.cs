namespace SmartCardCrm.World;

/// <summary>Names of the places at which a mishap can strike a tap.</summary>
internal static class HitPlace
{
    /// <summary>Syncs of the journal before a sale's CommitTransaction is sent: the intent's.</summary>
    public const string Intent = "intent-sync";

    /// <summary>Syncs of the journal from then on: the outcome's.</summary>
    public const string Outcome = "outcome-sync";

    /// <summary>Syncs of the journal while a doubt is settled.</summary>
    public const string Settlement = "settlement-sync";

    /// <summary>CommitTransaction: what is torn here is in doubt.</summary>
    public const string Commit = "Commit.1";

    private const int ValueCommandsTold = 2;
    private const int LogLooksTold = 2;

    /// <summary>An exchange with the card, as in <c>Select.2</c>.</summary>
    /// <param name="instruction">The command's INS.</param>
    /// <param name="occurrence">How often the operation has sent it, this one included; each card action
    /// has a Credit or Debit of its own, and those after the second count as the second.</param>
    public static string Exchange(byte instruction, int occurrence)
    {
        var told = instruction is 0x0C or 0xDC ? Math.Min(occurrence, ValueCommandsTold) : occurrence;
        return FormattableString.Invariant($"{NameOf(instruction)}.{told}");
    }

    /// <summary>A look at the log after the commit, as in <c>Log.1</c>; those after the second count as the
    /// second.</summary>
    public static string Log(int occurrence) =>
        FormattableString.Invariant($"Log.{Math.Min(occurrence, LogLooksTold)}");

    /// <param name="operation">As in <see cref="Operation"/>.</param>
    /// <param name="commitSent">Whether CommitTransaction has left the terminal.</param>
    public static string Sync(string operation, bool commitSent) =>
        operation == Operation.Settle ? Settlement
        : commitSent ? Outcome
        : Intent;

    private static string NameOf(byte instruction) => instruction switch
    {
        0x5A => "Select",
        0x71 => "Authenticate",
        0xAF => "Continue",
        0xAB => "ReadRecords",
        0xAD => "ReadData",
        0x6C => "GetValue",
        0x0C => "Credit",
        0xDC => "Debit",
        0x8B => "WriteRecord",
        0xC8 => "CommitReaderId",
        0xC7 => "Commit",
        _ => $"{instruction:X2}",
    };
}
