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
        var evidence = plan.Card.Batch > 0
            ? Bind(channel, plan, progress)
            : PersonaliseFromFactory(channel, plan, progress);
        if (cards.CompleteBirth(uid, evidence, terminal) is Verdict.Parked parked)
            throw new IssueRefusedException(parked.Cause);
        bell.Ring();
    }

    /// <summary>Makes a factory card one of a batch, which nobody has yet, from wherever it got
    /// stuck.</summary>
    /// <param name="channel">Leads to that card.</param>
    /// <param name="uid">The card.</param>
    /// <param name="batch">Whose keys and identity it gets.</param>
    /// <param name="number">Its number; the same at every attempt.</param>
    /// <exception cref="CardException">As personalisation throws them.</exception>
    public void Prepare(ICardChannel channel, Uid uid, CardBatch batch, long number)
    {
        using var keys = vault.KeysOf(uid, batch.Versions);
        Personalisation.Prepare(channel, batch.PlanOf(number), keys, random);
    }

    /// <summary>Whether a bench has prepared the chip, so that no key of the factory is on it.</summary>
    public bool IsFromBench(Uid uid) => cards.IsFromBench(uid);

    private CommitEvidence PersonaliseFromFactory(
        ICardChannel channel, CardPlan plan, IProgress<PersonalisationStep>? progress)
    {
        using var keys = vault.KeysOf(plan.Card.ChipUid, plan.Card.KeyVersions);
        return Personalisation.Run(channel, plan.Content, keys, random, progress);
    }

    // All is on the card but its birth. What it says of itself is what the bench's list says.
    private CommitEvidence Bind(
        ICardChannel channel, CardPlan plan, IProgress<PersonalisationStep>? progress)
    {
        var (card, uid) = (plan.Card, plan.Card.ChipUid);
        progress?.Report(PersonalisationStep.Birth);
        using var enquiry = vault.CardKeyOf(CardKeyNumber.Enquiry, card.EnquiryKeyVersion, uid);
        using (var opened = MemberCard.Open(channel, enquiry, CardKeyNumber.Enquiry, random))
        {
            if (!opened.Has(plan.Content.Identity))
            {
                throw new CardForeignException(
                    CardForeignReason.OtherContent, "The card's identity is not what the bench's list says.");
            }
        }

        using var sale = vault.CardKeyOf(CardKeyNumber.Sale, card.SaleKeyVersion, uid);
        using var transactionMac = vault.TransactionMacKey(uid, card.TmKeyVersion);
        var binding = new BindingPlan(plan.Content.Profile, plan.Content.Birth, plan.Content.ReaderId);
        var birth = Binding.Run(channel, binding, enquiry, sale, random);
        progress?.Report(PersonalisationStep.Born);
        return Binding.Complete(birth, uid, transactionMac);
    }
}

/// <summary>This card will not be issued; another presentation does not help.</summary>
/// <param name="code">Stable.</param>
internal sealed class IssueRefusedException(string code) : Exception($"The card is not issued: {code}.")
{
    public string Code => code;
}
