namespace SmartCardCrm.CardProtocol;

/// <summary>Makes a factory-fresh card one of ours, or goes on where an earlier attempt was torn.</summary>
/// <remarks>
/// Each step is found done or to do by looking at the card; nothing is deleted or made twice, because only
/// formatting gives memory back. Run again with the same plan after any <see cref="CardLostException"/>.
/// </remarks>
public static class Personalisation
{
    /// <param name="channel">The card. Not owned.</param>
    /// <param name="plan">What to write; the same at every attempt.</param>
    /// <param name="keys">The keys the card is to have, derived for its UID. Not owned.</param>
    /// <param name="random">Fresh randomness for the handshakes.</param>
    /// <param name="progress">Told each step as it begins; or null.</param>
    /// <returns>The birth: counter 1, its MAC, its steps. They are not verified here.</returns>
    /// <exception cref="CardRefusedException">The card refuses a step; the command says which.</exception>
    /// <exception cref="CardForeignException">Keys, files, identity or records are there that are not the
    /// plan's.</exception>
    /// <exception cref="CardNotTrustedException">An answer is not the card's.</exception>
    public static CommitEvidence Run(
        ICardChannel channel, PersonalisationPlan plan, PersonalisationKeys keys, FillRandom random,
        IProgress<PersonalisationStep>? progress = null)
        => throw new System.Diagnostics.UnreachableException();
}
