using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace SmartCardCrm.Server.Staff;

/// <summary>The login's limits, from the configuration's section <c>Staff</c>.</summary>
internal sealed class StaffOptions
{
    public const string Section = "Staff";

    /// <summary>Wrong passwords in a row that lock an account.</summary>
    [Range(2, 100)]
    public int FailuresMost { get; set; } = 5;

    /// <summary>How long a locked account stays so.</summary>
    [Range(1, 1440)]
    public int LockMinutes { get; set; } = 15;

    /// <summary>How long a session lasts without a click.</summary>
    [Range(1, 24)]
    public int SessionHours { get; set; } = 8;

    /// <summary>How long a link waits for somebody to set a password.</summary>
    [Range(1, 720)]
    public int InvitationHours { get; set; } = 72;
}

[OptionsValidator]
internal sealed partial class ValidateStaffOptions : IValidateOptions<StaffOptions>;
