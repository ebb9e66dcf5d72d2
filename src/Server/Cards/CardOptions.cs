using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace SmartCardCrm.Server.Cards;

/// <summary>How cards are looked after, from the configuration's section <c>Cards</c>.</summary>
internal sealed class CardOptions
{
    public const string Section = "Cards";

    /// <summary>How long the points of a lost card wait before they go to the member's account: until then
    /// terminals that were away may still tell of what was spent.</summary>
    [Range(0, 24 * 90)]
    public int LostCardHours { get; set; } = 72;

    /// <summary>How long no card gets a new enquiry or sale key while a terminal that serves by itself has
    /// not fetched it; 0 waits for none.</summary>
    [Range(0, 366)]
    public int NewKeysWaitDays { get; set; } = 30;
}

[OptionsValidator]
internal sealed partial class ValidateCardOptions : IValidateOptions<CardOptions>;
