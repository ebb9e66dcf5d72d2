using System.Text.Json;
using System.Text.Json.Serialization;
using SmartCardCrm.Loyalty.Programme;

namespace SmartCardCrm.Loyalty.Offline;

/// <summary>
/// What one terminal may decide, and let customers redeem without asking headquarters, as headquarters says
/// in a versioned document. A terminal without one lets nobody redeem. What it may give is the rule set's
/// business.
/// </summary>
/// <param name="Terminal">Whose limits they are.</param>
/// <param name="Version">1 or more, rising for each terminal.</param>
/// <param name="OperationMost">Points in one operation, 0 or more, as all that follow.</param>
/// <param name="CardMost">Points of one card since headquarters last acknowledged it.</param>
/// <param name="CardOperationsMost">Operations of one card since then, after which it redeems nothing, 0 to
/// 255.</param>
/// <param name="DayMost">Points at this terminal in one day of its store.</param>
/// <param name="StrangerMost">Points in one operation of a card that the terminal does not know.</param>
/// <param name="ReplicaHoursMost">How old what headquarters said may be; older, nobody redeems or
/// adjusts.</param>
/// <param name="AdjustmentMost">Points that a supervisor may put on a card, or take off, at once.</param>
/// <param name="AdjustmentDayMost">Points that supervisors may move so at this terminal in one day of its
/// store.</param>
public sealed record Limits(
    uint Terminal, int Version, int OperationMost, int CardMost, int CardOperationsMost, int DayMost,
    int StrangerMost, int ReplicaHoursMost, int AdjustmentMost = 0, int AdjustmentDayMost = 0)
{
    // Headquarters' clock may be ahead. A terminal's that was set back would never see its replica age.
    private static readonly TimeSpan ClockAheadMost = TimeSpan.FromHours(1);

    /// <summary>Who decides which operation; null where all is usual.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public OperationModes? Modes { get; init; }


    /// <summary>Whether the terminal needs card keys.</summary>
    [JsonIgnore]
    public bool NeedKeys => Modes is not { NeedKeys: false };

    /// <summary>What a terminal begins with: a small shop's day, and three days without a network.</summary>
    public static Limits FirstOf(uint terminal) => new(
        terminal, Version: 1, OperationMost: 5_000, CardMost: 10_000, CardOperationsMost: 50,
        DayMost: 100_000, StrangerMost: 0, ReplicaHoursMost: 72);

    /// <summary>The document as it is stored, signed and sent: UTF-8 JSON.</summary>
    public byte[] ToDocument() => JsonSerializer.SerializeToUtf8Bytes(this, LimitsJson.Default.Limits);

    /// <summary>Reads and checks a document.</summary>
    /// <exception cref="FormatException">It is not JSON of this shape, or a number is out of its
    /// range.</exception>
    public static Limits FromDocument(ReadOnlySpan<byte> document)
    {
        Limits? limits;
        try
        {
            limits = JsonSerializer.Deserialize(document, LimitsJson.Default.Limits);
        }
        catch (JsonException wrong)
        {
            throw new FormatException($"The limits are not a readable document: {wrong.Message}", wrong);
        }

        return limits is { IsInRange: true }
            ? limits
            : throw new FormatException("The limits have a value out of range.");
    }

    /// <summary>Whether nobody redeems because what headquarters said is so old.</summary>
    /// <param name="replicaAge">As of a <see cref="Standing"/>.</param>
    public bool IsTooOldToRedeem(TimeSpan replicaAge) => IsTooOld(replicaAge, Modes?.Redeem);

    /// <summary>How many points a customer may redeem now.</summary>
    public Allowance Allow(Standing now)
    {
        if (IsTooOldToRedeem(now.ReplicaAge))
            return new Allowance(0, RedemptionLimit.ReplicaOld);
        if (now.CardOperations >= CardOperationsMost)
            return new Allowance(0, RedemptionLimit.OfflineCard);
        Allowance[] most =
        [
            now.IsStranger
                ? new Allowance(Math.Min(StrangerMost, OperationMost), RedemptionLimit.OfflineStranger)
                : new Allowance(OperationMost, RedemptionLimit.OfflineOperation),
            new Allowance(Math.Max(CardMost - now.CardPoints, 0), RedemptionLimit.OfflineCard),
            new Allowance((int)Math.Max(DayMost - now.DayPoints, 0), RedemptionLimit.OfflineDay),
        ];
        return most.MinBy(allowance => allowance.PointsMost);
    }

    /// <summary>Whether a supervisor may move so many points now.</summary>
    /// <param name="points">Signed.</param>
    /// <param name="movedToday">Moved so at the terminal today; what is in doubt counts.</param>
    /// <param name="replicaAge">As of a <see cref="Standing"/>.</param>
    public bool AllowAdjustment(int points, long movedToday, TimeSpan replicaAge) =>
        !IsTooOld(replicaAge, Modes?.Adjust)
        && Math.Abs((long)points) <= AdjustmentMost
        && movedToday + Math.Abs((long)points) <= AdjustmentDayMost;

    // Who decides alone may do so for as long as these limits stand, whatever else has grown old.
    private bool IsTooOld(TimeSpan replicaAge, OperationMode? mode) =>
        mode is not ({ Mode: Mode.Autonomous } or { Fallback: Mode.Autonomous })
        && (replicaAge > TimeSpan.FromHours(ReplicaHoursMost) || replicaAge < -ClockAheadMost);

    private bool IsInRange =>
        Version >= 1 && OperationMost >= 0 && CardMost >= 0 && CardOperationsMost is >= 0 and <= byte.MaxValue
        && DayMost >= 0 && StrangerMost >= 0 && AdjustmentMost >= 0 && AdjustmentDayMost >= 0
        && ReplicaHoursMost is >= 0 and <= 24 * 366 && (Modes is null or { IsInRange: true });
}

/// <summary>How much of its limits a terminal and a card have used.</summary>
/// <param name="CardPoints">Points that the card redeemed offline since it was last acknowledged.</param>
/// <param name="CardOperations">Its offline operations since then; 255 for that many or more.</param>
/// <param name="DayPoints">Points redeemed at the terminal today; what is in doubt counts.</param>
/// <param name="ReplicaAge">Since the terminal last had all that headquarters says, by its own clock; more
/// than an hour below zero counts as too old.</param>
/// <param name="IsStranger">Whether the terminal does not know the card.</param>
public readonly record struct Standing(
    int CardPoints, int CardOperations, long DayPoints, TimeSpan ReplicaAge, bool IsStranger);

/// <summary>What a terminal may decide alone.</summary>
/// <param name="PointsMost">0 or more.</param>
/// <param name="Limit">Which limit it is; matters where more is asked for.</param>
public readonly record struct Allowance(int PointsMost, RedemptionLimit Limit);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(Limits))]
internal sealed partial class LimitsJson : JsonSerializerContext;
