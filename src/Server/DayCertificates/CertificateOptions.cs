namespace SmartCardCrm.Server.DayCertificates;

/// <summary>Where certificates go, from the configuration's section <c>Certificates</c>.</summary>
internal sealed class CertificateOptions
{
    public const string Section = "Certificates";

    /// <summary>A folder for them as files, beside the archive; null for none.</summary>
    public string? Folder { get; set; }
}
