using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace SmartCardCrm.Server.Reconciliation;

/// <summary>What people may do about exceptions, from the configuration's section
/// <c>Reconciliation</c>.</summary>
internal sealed class ReconciliationOptions
{
    public const string Section = "Reconciliation";

    /// <summary>Points that one person may put on a card, or take off, to resolve an exception; above it a
    /// second one must approve.</summary>
    [Range(0, 1_000_000_000)]
    public int PointsAloneMost { get; set; } = 100;
}

[OptionsValidator]
internal sealed partial class ValidateReconciliationOptions : IValidateOptions<ReconciliationOptions>;
