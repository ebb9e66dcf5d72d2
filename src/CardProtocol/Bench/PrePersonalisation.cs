namespace SmartCardCrm.CardProtocol;

/// <summary>Where pre-personalisation has got to.</summary>
public enum PrePersonalisationStep
{
    MasterKey = 1,
    DefaultKey = 2,
    KeySettings = 3,
    Done = 4,
}

/// <summary>Makes a factory card the chain's own at a trusted bench, or goes on where an earlier attempt was
/// torn: a master key of its own, a secret first key for applications, and nothing free for others.</summary>
/// <remarks>
/// From the factory's key the first session can be computed by whoever listens, and in it the new master key:
/// hence a bench. After it no session of this card begins from a key that others know. Run again with the
/// same keys after any <see cref="CardLostException"/>.
/// </remarks>
public static class PrePersonalisation
{
    /// <summary>KeySett1 of the card: the master key can be changed, the settings can, and listing, creating
    /// and deleting need it.</summary>
    private const byte KeySettings = 0x09;

    /// <param name="channel">The card. Not owned.</param>
    /// <param name="keys">The keys the card is to have, derived for its UID. Not owned.</param>
    /// <param name="random">Fresh randomness for the handshakes.</param>
    /// <param name="progress">Told each step as it begins; or null.</param>
    /// <exception cref="CardRefusedException">The card refuses a step; the command says which.</exception>
    /// <exception cref="CardForeignException">The master key is neither ours nor the factory's.</exception>
    /// <exception cref="CardNotTrustedException">An answer is not the card's.</exception>
    public static void Run(
        ICardChannel channel, PiccKeys keys, FillRandom random,
        IProgress<PrePersonalisationStep>? progress = null)
    {
        progress?.Report(PrePersonalisationStep.MasterKey);
        using var master = TryOpen(channel, keys, random) ?? ChangeMasterKey(channel, keys, random);

        // The settings are changed last, and so tell whether the default key, which nobody can read, is set.
        progress?.Report(PrePersonalisationStep.DefaultKey);
        var isDone = master.Execute(new GetKeySettings()).Rules == KeySettings;
        if (!isDone)
            master.Execute(new SetDefaultKey(keys.Default));

        progress?.Report(PrePersonalisationStep.KeySettings);
        if (!isDone)
            master.Execute(new ChangeKeySettings(KeySettings));
        progress?.Report(PrePersonalisationStep.Done);
    }

    private static Ev2Channel? TryOpen(ICardChannel channel, PiccKeys keys, FillRandom random)
    {
        new PlainChannel(channel).Execute(new SelectApplication(Aid.Picc));
        return BlankCard.TryOpenPicc(channel, keys.Master, random);
    }

    /// <summary>Replaces the factory's master key, which ends the session, and opens one under
    /// ours.</summary>
    private static Ev2Channel ChangeMasterKey(ICardChannel channel, PiccKeys keys, FillRandom random)
    {
        using (var factory = BlankCard.OpenFactory(channel, random))
            factory.Execute(new ChangeKey(KeyNumber.PiccMasterAsAes, Old: null, keys.Master));

        return TryOpen(channel, keys, random)
            ?? throw new CardNotTrustedException("The card did not take the master key.");
    }
}
