using System.Text.Json.Serialization;

namespace SmartCardCrm.Demo.HeadOffice;

// What the operator API takes and says, as far as the demo looks at it.
internal sealed record NewMember(string Name, string Language);

internal sealed record Member(int Number, string Name);

internal sealed record NewTerminal(string Name, int Store, string StoreZone);

internal sealed record EnrolmentToken(string Token);

internal sealed record EnrolledTerminal(int Number, string Name);

internal sealed record IssueOrder(int Member, int Terminal, string Reader);

internal sealed record IssueJob(string Id, string State, string? Reason)
{
    public bool IsDone => State is "done";

    public bool IsOver => IsDone || State is "failed" or "cancelled" or "timed_out";
}

/// <summary>A card's account in the ledger.</summary>
/// <param name="Uid">14 hex digits.</param>
/// <param name="CardNumber">As on the card.</param>
/// <param name="Balance">Points by the ledger.</param>
/// <param name="Counter">Transactions headquarters has proven.</param>
internal sealed record LedgerCard(string Uid, long CardNumber, long Balance, long Counter);

/// <summary>A card transaction as posted.</summary>
internal sealed record PostedTransaction(long Id, string Uid, string? OperationId, int Earned, int Redeemed,
    int Adjusted);

/// <summary>Headquarters in numbers.</summary>
internal sealed record Overview(
    long LedgerSum, int ExceptionsOpen, int DoubtsOpened, int DoubtsSettled, int Duplicates,
    int EntriesUnsettled);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(NewMember))]
[JsonSerializable(typeof(Member))]
[JsonSerializable(typeof(NewTerminal))]
[JsonSerializable(typeof(EnrolmentToken))]
[JsonSerializable(typeof(IReadOnlyList<EnrolledTerminal>))]
[JsonSerializable(typeof(IssueOrder))]
[JsonSerializable(typeof(IssueJob))]
[JsonSerializable(typeof(IReadOnlyList<LedgerCard>))]
[JsonSerializable(typeof(IReadOnlyList<PostedTransaction>))]
[JsonSerializable(typeof(Overview))]
internal sealed partial class OperatorJson : JsonSerializerContext;
