using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace SmartCardCrm.Server;

/// <summary>Where the server lives and listens. Known before anything else, so it comes from the command
/// line.</summary>
internal sealed class ServerOptions
{
    /// <summary>The folder of everything the server keeps; made where it is missing.</summary>
    [Required]
    public required string DataFolder { get; init; }

    /// <summary>Browsers and REST: http only where nobody else can listen, as on loopback. Port 0 takes a
    /// free one.</summary>
    [Required]
    public Uri PeopleUrl { get; init; } = new("http://127.0.0.1:5080");

    /// <summary>Terminals: always https. Port 0 takes a free one.</summary>
    [Required]
    public Uri TerminalsUrl { get; init; } = new("https://127.0.0.1:5443");

    /// <summary>Holds the vault's passphrase, UTF-8; a line end after it does not count.</summary>
    [Required]
    public required string VaultPassphraseFile { get; init; }

    /// <summary>As <see cref="Relay.RelayOptions.FactoryCards"/>; either of the two allows it.</summary>
    public bool FactoryCards { get; init; }

    public string PathOf(string name) => Path.Combine(DataFolder, name);
}

/// <summary>Limits of the doors, from the configuration's section <c>Doors</c>.</summary>
internal sealed class DoorOptions
{
    public const string Section = "Doors";

    /// <summary>Enrolments a minute from one address.</summary>
    [Range(1, 10_000)]
    public int EnrolmentsPerMinute { get; set; } = 60;

    /// <summary>Logins a minute from one address.</summary>
    [Range(1, 10_000)]
    public int LoginsPerMinute { get; set; } = 20;
}

[OptionsValidator]
internal sealed partial class ValidateDoorOptions : IValidateOptions<DoorOptions>;

[OptionsValidator]
internal sealed partial class ValidateServerOptions : IValidateOptions<ServerOptions>;
