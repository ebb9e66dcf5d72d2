using System.Text.Json.Serialization;
using SmartCardCrm.Demo.HeadOffice;
using SmartCardCrm.Demo.Till;

namespace SmartCardCrm.Demo.Playground;

/// <summary>Everything that the page draws.</summary>
/// <param name="Stage">What the chain's start has come to; null once one can play.</param>
/// <param name="Scene">Null before.</param>
internal sealed record Picture(string? Stage, Scene? Scene);

/// <param name="Links">Where the product's own pages are.</param>
/// <param name="Readers">Of the visitor's terminal.</param>
/// <param name="Wallet">All cards, also those that lie on a reader.</param>
/// <param name="Till">Null where the terminal does not answer.</param>
/// <param name="Journal">Newest entry first.</param>
/// <param name="Headquarters">Null where nobody answers there.</param>
internal sealed record Scene(
    Links Links, Switches Switches, IReadOnlyList<ReaderSight> Readers, IReadOnlyList<CardSight> Wallet,
    TillSight? Till, IReadOnlyList<JournalEntry> Journal, LastTap Tap, HeadquartersSight? Headquarters);

/// <param name="Console">Headquarters' pages.</param>
/// <param name="FirstLogin">Makes the first administrator, once; null where there is one.</param>
internal sealed record Links(Uri Counter, Uri Display, Uri Console, string? FirstLogin);

/// <param name="Network">The line between terminals and headquarters is whole.</param>
/// <param name="Server">on, off, starting.</param>
/// <param name="HasPcscd">There is a PC/SC daemon to be killed.</param>
internal sealed record Switches(bool Network, string Server, bool HasPcscd);

/// <param name="Card">What lies there, by the rack's name; null for nothing.</param>
/// <param name="Fault">What will happen to it.</param>
/// <param name="IsAvailable">The terminal sees the reader.</param>
/// <param name="Lights">What the terminal has on there: green, yellow, red, buzzer.</param>
internal sealed record ReaderSight(
    string? Card, string? Fault, bool IsAvailable, IReadOnlyList<string> Lights);

/// <param name="Points">On the chip, past all keys.</param>
/// <param name="Counter">Transactions by the chip's count.</param>
/// <param name="Ledger">By headquarters' ledger; null where it is not known.</param>
internal sealed record CardSight(
    string Name, int Owner, int Copy, string UidEnd, bool IsDamaged, int? Points, long? Counter,
    LedgerCard? Ledger);

/// <param name="Checkouts">Newest first.</param>
internal sealed record TillSight(Health Health, IReadOnlyList<ShownCheckout> Checkouts);

/// <param name="Transactions">The visitor's terminal's, newest first.</param>
/// <param name="Exceptions">Those of the visitor's terminal or cards, newest first.</param>
/// <param name="Overview">Of the whole chain.</param>
internal sealed record HeadquartersSight(
    IReadOnlyList<PostedTransaction> Transactions, IReadOnlyList<OpenException> Exceptions,
    Overview Overview);

internal sealed record Put(string Card, int Reader);

internal sealed record Take(int Reader);

internal sealed record Arm(int Reader, string? Fault);

internal sealed record Copy(string Card);

internal sealed record Damaged(string Card, bool IsDamaged);

/// <param name="Key">Of this sale and no other.</param>
internal sealed record Sell(string Key, long AmountMinor, bool RedeemAll);

internal sealed record Turn(bool On);

/// <param name="Code">Why not.</param>
internal sealed record Refusal(string Code);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Picture))]
[JsonSerializable(typeof(IReadOnlyList<IReadOnlyList<string>>), TypeInfoPropertyName = "LitParts")]
[JsonSerializable(typeof(Put))]
[JsonSerializable(typeof(Take))]
[JsonSerializable(typeof(Arm))]
[JsonSerializable(typeof(Copy))]
[JsonSerializable(typeof(Damaged))]
[JsonSerializable(typeof(Sell))]
[JsonSerializable(typeof(Turn))]
[JsonSerializable(typeof(Refusal))]
internal sealed partial class PlaygroundJson : JsonSerializerContext;
