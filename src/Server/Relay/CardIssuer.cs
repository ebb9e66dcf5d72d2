using System.Diagnostics;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.Server.Cards;
using SmartCardCrm.Server.Sync;
using SmartCardCrm.Server.Vault;

namespace SmartCardCrm.Server.Relay;

/// <summary>Issues cards, whatever leads to them: what one attempt does while the card stays.</summary>
internal sealed class CardIssuer(CardBook cards, KeyVault vault, FillRandom random, FeedBell bell)
{
    /// <summary>Plans a card; while it is being personalised, the same plan each time.</summary>
    /// <param name="uid">The chip on the reader.</param>
    /// <param name="member">Whose card it is to be.</param>
    /// <param name="by">Who issues it.</param>
    /// <exception cref="IssueRefusedException">It cannot be.</exception>
    public CardPlan Plan(Uid uid, long member, string by) =>
        cards.Plan(uid, member, vault.NewestVersions, by) switch
        {
            PlanAnswer.Planned(var plan) => plan,
            PlanAnswer.Refused(var code) => throw new IssueRefusedException(code),
            _ => throw new UnreachableException(),
        };

    /// <summary>Personalises the planned card, from wherever it got stuck, and activates it.</summary>
    /// <param name="channel">Leads to that card.</param>
    /// <param name="plan">As it was planned before the first command.</param>
    /// <param name="terminal">On whose reader it lies.</param>
    /// <param name="progress">Told each step as it begins; or null.</param>
    /// <exception cref="IssueRefusedException">The card's birth is not proven.</exception>
    /// <exception cref="CardException">As personalisation throws them.</exception>
    public void Personalise(
        ICardChannel channel, CardPlan plan, uint terminal, IProgress<PersonalisationStep>? progress)
    {
        var uid = plan.Card.ChipUid;
        using var keys = vault.KeysOf(uid, plan.Card.KeyVersions);
        var evidence = Personalisation.Run(channel, plan.Content, keys, random, progress);
        if (cards.CompleteBirth(uid, evidence, terminal) is Verdict.Parked parked)
            throw new IssueRefusedException(parked.Cause);
        bell.Ring();
    }
}

/// <summary>This card will not be issued; another presentation does not help.</summary>
/// <param name="code">Stable.</param>
internal sealed class IssueRefusedException(string code) : Exception($"The card is not issued: {code}.")
{
    public string Code => code;
}
