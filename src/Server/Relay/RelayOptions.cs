using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace SmartCardCrm.Server.Relay;

/// <summary>How long things may take when the server drives a card, from the configuration's section
/// <c>Relay</c>.</summary>
internal sealed class RelayOptions
{
    public const string Section = "Relay";

    /// <summary>One wait of the terminal for a card; an issue asks again until its own time is
    /// over.</summary>
    [Range(100, 600_000)]
    public int CardWaitMs { get; set; } = 30_000;

    /// <summary>A session in which nothing is said for this long is over, at both ends.</summary>
    [Range(100, 600_000)]
    public int IdleMs { get; set; } = 10_000;

    /// <summary>The same for a card that lies there still although its customer has been served: the next
    /// customer may be waiting for the reader.</summary>
    [Range(100, 10_000)]
    public int ServedIdleMs { get; set; } = 1_000;

    /// <summary>How long staff may take over issuing one card, tears and all, and until they lay the next
    /// one of a batch that was begun on a page.</summary>
    [Range(1, 24 * 60)]
    public int IssueMinutes { get; set; } = 30;

    /// <summary>
    /// Whether factory-fresh cards may be personalised at a shop's reader. Whoever listens there can compute
    /// the
    /// first session, so it is for demos and for chains that accept that; such cards carry a mark.
    /// </summary>
    public bool FactoryCards { get; set; }

    /// <summary>Terminals that stand where nobody listens: there factory cards are prepared for the stock,
    /// also where none may be personalised in shops.</summary>
    public IReadOnlyList<uint> BenchTerminals { get; set; } = [];

    public bool IsBench(uint terminal) => FactoryCards || BenchTerminals.Contains(terminal);

    /// <summary>Pause before asking again where asking at once would only be refused again.</summary>
    [Range(1, 60_000)]
    public int RetryMs { get; set; } = 300;
}

[OptionsValidator]
internal sealed partial class ValidateRelayOptions : IValidateOptions<RelayOptions>;
