namespace SmartCardCrm.CardProtocol;

/// <summary>Begins a retired card anew: formatted, which gives its memory back and takes every key of its
/// applications, and personalised as the next generation. Run again with the same plan after any
/// <see cref="CardLostException"/>.</summary>
public static class NewGeneration
{
    /// <param name="channel">The card. Not owned.</param>
    /// <param name="plan">The next generation's; the same at every attempt.</param>
    /// <param name="old">The keys that the retired application has. Not owned.</param>
    /// <param name="keys">The keys that the new one is to have, with the bench's if the card came from it.
    /// Not owned.</param>
    /// <param name="random">Fresh randomness for the handshakes.</param>
    /// <exception cref="CardForeignException">InUse: the card's last transaction is not its retirement; or as
    /// <see cref="Personalisation.Prepare"/> has it.</exception>
    /// <exception cref="CardRefusedException">The card refuses a step; the command says which.</exception>
    /// <exception cref="CardNotTrustedException">An answer is not the card's.</exception>
    public static void Prepare(
        ICardChannel channel, PreparationPlan plan, PersonalisationKeys old, PersonalisationKeys keys,
        FillRandom random)
    {
        if (NewestOfOld(channel, plan.Identity, old, random) is { } newest)
        {
            if (newest.Kind != LogKind.Retirement)
                throw new CardForeignException(CardForeignReason.InUse, "The card is not retired.");
            Format(channel, keys.Picc, random);
        }

        Personalisation.Prepare(channel, plan, keys, random);
    }

    // No application, none of the old keys, no record or the new identity: the card has been formatted, and
    // the new generation is on its way.
    private static LogRecord? NewestOfOld(
        ICardChannel channel, Identity identity, PersonalisationKeys old, FillRandom random)
    {
        try
        {
            using var card = MemberCard.Open(
                channel, old[CardKeyNumber.Enquiry], CardKeyNumber.Enquiry, random);
            return card.Has(identity) ? null : card.ReadNewest();
        }
        catch (CardRefusedException refused) when (refused.Status is CardStatus.ApplicationNotFound
            or CardStatus.AuthenticationError or CardStatus.BoundaryError)
        {
            return null;
        }
    }

    private static void Format(ICardChannel channel, PiccKeys? picc, FillRandom random)
    {
        new PlainChannel(channel).Execute(new SelectApplication(Aid.Picc));
        if (picc is not null && BlankCard.TryOpenPicc(channel, picc.Master, random) is { } session)
        {
            using (session)
                session.Execute(new FormatPICC());
            return;
        }

        using var factory = BlankCard.OpenFactory(channel, random);
        factory.Execute(new FormatPICC());
    }
}
