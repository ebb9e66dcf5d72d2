using System.Text.Json.Serialization;

namespace SmartCardCrm.Loyalty.Offline;

/// <summary>Who decides an operation. The design's three modes.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Mode>))]
public enum Mode
{
    /// <summary>The terminal, by what headquarters has told it, which must not be too old.</summary>
    [JsonStringEnumMemberName("distributed")]
    Distributed = 0,

    /// <summary>The terminal and the card alone: headquarters is never waited for, and what it told may be of
    /// any age.</summary>
    [JsonStringEnumMemberName("autonomous")]
    Autonomous = 1,

    /// <summary>Headquarters, in a call while the card lies on the reader: it drives the card with keys that
    /// the terminal need not have.</summary>
    [JsonStringEnumMemberName("centralised")]
    Centralised = 2,
}

/// <summary>How one operation of a terminal is decided.</summary>
/// <param name="Mode">Who decides.</param>
/// <param name="Fallback">Who does where headquarters should and cannot be reached, not centralised; null
/// where nobody does and the customer is asked to come again.</param>
public sealed record OperationMode(Mode Mode, Mode? Fallback = null)
{
    /// <summary>What a terminal does unless headquarters says otherwise.</summary>
    public static readonly OperationMode Usual = new(Mode.Distributed);

    /// <summary>Whether the terminal decides it, if only when headquarters cannot.</summary>
    [JsonIgnore]
    public bool NeedsKeys => Mode != Mode.Centralised || Fallback is not null;

    /// <summary>Whether it says something that can be done.</summary>
    [JsonIgnore]
    public bool IsInRange =>
        Enum.IsDefined(Mode)
        && (Fallback is null
            || (Mode == Mode.Centralised && Fallback is Mode.Distributed or Mode.Autonomous));
}

/// <summary>How each operation of a terminal is decided; null stands for <see
/// cref="OperationMode.Usual"/>.</summary>
/// <param name="Earn">A sale that redeems nothing.</param>
/// <param name="Redeem">A sale that redeems points.</param>
/// <param name="Return">Goods that come back, and sales undone.</param>
/// <param name="Adjust">Points that a supervisor moves.</param>
/// <param name="Enquire">A card that is only read.</param>
public sealed record OperationModes(
    OperationMode? Earn = null, OperationMode? Redeem = null, OperationMode? Return = null,
    OperationMode? Adjust = null, OperationMode? Enquire = null)
{
    /// <summary>Everything is decided by headquarters, or not at all: for a terminal that holds no
    /// keys.</summary>
    public static readonly OperationModes NoKeys = AllOf(new OperationMode(Mode.Centralised));

    /// <summary>Whether the terminal decides any of them, if only when headquarters cannot.</summary>
    [JsonIgnore]
    public bool NeedKeys => All.Any(mode => mode is null || mode.NeedsKeys);

    [JsonIgnore]
    public bool IsInRange => All.All(mode => mode is null or { IsInRange: true });

    private OperationMode?[] All => [Earn, Redeem, Return, Adjust, Enquire];

    /// <summary>The same mode for every operation.</summary>
    public static OperationModes AllOf(OperationMode mode) => new(mode, mode, mode, mode, mode);
}
