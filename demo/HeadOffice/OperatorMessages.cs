using System.Text.Json.Serialization;

namespace SmartCardCrm.Demo.HeadOffice;

// What the operator API takes and says, as far as the demo looks at it.
internal sealed record NewMember(string Name, string Language, string? Phone = null);

internal sealed record Member(int Id);

internal sealed record NewTerminal(string Name, int Store, string StoreZone);

internal sealed record EnrolmentToken(string Token);

internal sealed record TerminalRow(EnrolledTerminal Terminal);

internal sealed record EnrolledTerminal(int Number, string Name);

internal sealed record IssueOrder(int Member, int Terminal, string Reader);

internal sealed record IssueJob(string Id, string State, string? Failure)
{
    /// <summary>It needs a card on the reader; else it is at work with one, or over.</summary>
    public bool IsWaiting => State is "WaitingForCard" or "Interrupted";

    public bool IsDone => State is "Done";

    public bool IsOver => IsDone || State is "Failed" or "Cancelled" or "TimedOut";
}

/// <summary>A card's account in the ledger.</summary>
/// <param name="Uid">14 hex digits.</param>
/// <param name="Balance">Points by the ledger.</param>
/// <param name="Counter">Transactions headquarters has proven, without a hole.</param>
internal sealed record LedgerCard(string Uid, long CardNumber, long Balance, long Counter);

/// <summary>A card transaction as posted.</summary>
/// <param name="Uid">14 hex digits.</param>
/// <param name="Counter">1, 2, 3 … on this card.</param>
/// <param name="OperationId">The checkout's id, 32 hex digits; none where no till took part.</param>
/// <param name="Earned">Points earned.</param>
/// <param name="Redeemed">Points redeemed.</param>
/// <param name="Adjusted">Points that card actions changed, signed.</param>
internal sealed record PostedTransaction(
    string Uid, long Counter, string? OperationId, int Earned, int Redeemed, int Adjusted)
{
    /// <summary>As in the card's log: 1 birth, 2 sale, 3 card action.</summary>
    public int Kind { get; init; }

    public long AmountMinor { get; init; }

    /// <summary>How far the card's signature has been checked: the server's ProofState, or what others
    /// say.</summary>
    public string Proof { get; init; } = "";

    /// <summary>Microseconds since 1970, by the terminal's clock.</summary>
    public long RecordedUs { get; init; }
}

/// <summary>What does not agree, or once did not.</summary>
/// <param name="Cause">One of the server's causes: doubt, copy-or-rollback …</param>
/// <param name="Terminal">Its number; null where none is named.</param>
/// <param name="UidEnd">Last four digits of the card's UID, or null.</param>
/// <param name="ClosedUs">Null while it is open.</param>
/// <param name="Resolution">What closed it.</param>
internal sealed record OpenException(
    long Id, string Cause, long? Terminal, string? UidEnd, long OpenedUs, long? ClosedUs,
    string? Resolution);

internal sealed record ExceptionPage(IReadOnlyList<OpenException> Rows);

internal sealed record TransactionPage(IReadOnlyList<PostedTransaction> Rows);

/// <summary>Headquarters in numbers.</summary>
internal sealed record Overview(long LedgerSum, int ExceptionsOpen, int DoubtsOpened, int DoubtsSettled);

/// <summary>One invariant of the book, and how often it is broken.</summary>
internal sealed record CheckLine(string Invariant, string Says, long Broken);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(NewMember))]
[JsonSerializable(typeof(Member))]
[JsonSerializable(typeof(NewTerminal))]
[JsonSerializable(typeof(EnrolmentToken))]
[JsonSerializable(typeof(IReadOnlyList<TerminalRow>))]
[JsonSerializable(typeof(IssueOrder))]
[JsonSerializable(typeof(IssueJob))]
[JsonSerializable(typeof(IReadOnlyList<LedgerCard>))]
[JsonSerializable(typeof(TransactionPage))]
[JsonSerializable(typeof(ExceptionPage))]
[JsonSerializable(typeof(Overview))]
[JsonSerializable(typeof(IReadOnlyList<CheckLine>))]
internal sealed partial class OperatorJson : JsonSerializerContext;
