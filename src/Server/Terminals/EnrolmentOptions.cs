using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace SmartCardCrm.Server.Terminals;

/// <summary>How terminals come in, from the configuration's section <c>Enrolment</c>.</summary>
internal sealed class EnrolmentOptions
{
    public const string Section = "Enrolment";

    /// <summary>How long a token may wait for its terminal.</summary>
    [Range(1, 7 * 24 * 60)]
    public int TokenMinutes { get; set; } = 24 * 60;

    /// <summary>How long a terminal may hold card keys in memory without asking for them again. A shop whose
    /// network is down for longer serves no card.</summary>
    [Range(1, 366 * 24)]
    public int CardKeyHours { get; set; } = 7 * 24;

    /// <summary>How long after its end a certificate may still be renewed: a terminal that was switched off
    /// for that long comes back by itself. 0 for not at all.</summary>
    [Range(0, 10 * 366)]
    public int CertificateGraceDays { get; set; } = 180;
}

[OptionsValidator]
internal sealed partial class ValidateEnrolmentOptions : IValidateOptions<EnrolmentOptions>;
