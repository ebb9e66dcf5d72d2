using System.Globalization;
using SmartCardCrm.Loyalty.Offline;

namespace SmartCardCrm.Server.Console.Terminals;

/// <summary>A number in a terminal's limits, as a form has it.</summary>
/// <param name="Name">Stable.</param>
/// <param name="Of">Reads it.</param>
/// <param name="With">Puts another in its place.</param>
/// <param name="Most">No more than this.</param>
internal sealed record LimitsNumber(
    string Name, Func<Limits, int> Of, Func<Limits, int, Limits> With, int Most = int.MaxValue)
{
    /// <summary>All of them, in the order in which people read them.</summary>
    public static readonly IReadOnlyList<LimitsNumber> All =
    [
        new("operation-most", l => l.OperationMost, (l, most) => l with { OperationMost = most }),
        new("card-most", l => l.CardMost, (l, most) => l with { CardMost = most }),
        new("card-operations-most", l => l.CardOperationsMost,
            (l, most) => l with { CardOperationsMost = most }, byte.MaxValue),
        new("day-most", l => l.DayMost, (l, most) => l with { DayMost = most }),
        new("stranger-most", l => l.StrangerMost, (l, most) => l with { StrangerMost = most }),
        new("replica-hours-most", l => l.ReplicaHoursMost, (l, most) => l with { ReplicaHoursMost = most },
            24 * 366),
        new("adjustment-most", l => l.AdjustmentMost, (l, most) => l with { AdjustmentMost = most }),
        new("adjustment-day-most", l => l.AdjustmentDayMost,
            (l, most) => l with { AdjustmentDayMost = most }),
    ];
}

/// <summary>Who decides one kind of operation, as a form has it.</summary>
/// <param name="Name">Stable.</param>
/// <param name="Of">Reads it.</param>
/// <param name="With">Puts another in its place.</param>
internal sealed record LimitsMode(
    string Name, Func<OperationModes, OperationMode?> Of,
    Func<OperationModes, OperationMode?, OperationModes> With)
{
    /// <summary>What can be chosen, the usual first: who decides, and who does where headquarters cannot be
    /// reached.</summary>
    public static readonly IReadOnlyList<string> Choices =
        ["distributed", "autonomous", "centralised", "centralised-distributed", "centralised-autonomous"];

    public static readonly IReadOnlyList<LimitsMode> All =
    [
        new("earn", modes => modes.Earn, (modes, mode) => modes with { Earn = mode }),
        new("redeem", modes => modes.Redeem, (modes, mode) => modes with { Redeem = mode }),
        new("return", modes => modes.Return, (modes, mode) => modes with { Return = mode }),
        new("adjust", modes => modes.Adjust, (modes, mode) => modes with { Adjust = mode }),
        new("enquire", modes => modes.Enquire, (modes, mode) => modes with { Enquire = mode }),
    ];

    /// <summary>One of <see cref="Choices"/>.</summary>
    public string ChoiceIn(Limits limits) => Of(limits.Modes ?? new OperationModes()) switch
    {
        null or { Mode: Mode.Distributed } => "distributed",
        { Mode: Mode.Autonomous } => "autonomous",
        { Fallback: Mode.Distributed } => "centralised-distributed",
        { Fallback: Mode.Autonomous } => "centralised-autonomous",
        _ => "centralised",
    };

    /// <summary>The same limits with another choice.</summary>
    public Limits Choose(Limits limits, string choice)
    {
        var modes = With(limits.Modes ?? new OperationModes(), choice switch
        {
            "autonomous" => new OperationMode(Mode.Autonomous),
            "centralised" => new OperationMode(Mode.Centralised),
            "centralised-distributed" => new OperationMode(Mode.Centralised, Mode.Distributed),
            "centralised-autonomous" => new OperationMode(Mode.Centralised, Mode.Autonomous),
            _ => null,
        });
        return limits with { Modes = modes == new OperationModes() ? null : modes };
    }
}

/// <summary>Reads what somebody has filled in.</summary>
internal static class LimitsForm
{
    /// <summary>The limits that are asked for.</summary>
    /// <param name="form">As it was sent.</param>
    /// <param name="limits">What stays where the form says nothing.</param>
    /// <returns>The name of the first field that is out of its range beside them; null where all are
    /// good.</returns>
    public static (Limits Asked, string? Wrong) Read(IFormCollection form, Limits limits)
    {
        string? wrong = null;
        foreach (var field in LimitsNumber.All.Where(field => form.ContainsKey(field.Name)))
        {
            var isWhole = int.TryParse(
                form[field.Name], NumberStyles.None, CultureInfo.InvariantCulture, out var number);
            if (isWhole && number <= field.Most)
            {
                limits = field.With(limits, number);
            }
            else
            {
                wrong ??= field.Name;
            }
        }

        foreach (var field in LimitsMode.All.Where(field => form.ContainsKey(field.Name)))
        {
            if (LimitsMode.Choices.Contains($"{form[field.Name]}"))
                limits = field.Choose(limits, $"{form[field.Name]}");
            else
                wrong ??= field.Name;
        }

        return (limits, wrong);
    }
}
