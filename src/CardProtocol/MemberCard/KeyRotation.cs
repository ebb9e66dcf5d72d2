namespace SmartCardCrm.CardProtocol;

/// <summary>
/// Brings a card's application keys to newer versions, in a session that the server drives. Each key is
/// looked at before it is changed, so a rotation that was torn is run again with the same target, and one
/// that is done is only looked at. Terminals sell with either version meanwhile.
/// </summary>
/// <remarks>The transaction MAC key stays: another one would begin the card's counter anew, which takes a new
/// generation of the card.</remarks>
public static class KeyRotation
{
    /// <param name="channel">The card. Not owned.</param>
    /// <param name="target">The keys to be, derived for this card. Not owned.</param>
    /// <param name="earlier">The sets that the card may still have keys of. Not owned.</param>
    /// <param name="random">Fresh randomness for the handshakes.</param>
    /// <param name="progress">Told each key that was changed; or null.</param>
    /// <exception cref="CardRefusedException">The card refuses a step; the command says which.</exception>
    /// <exception cref="CardForeignException">The card has a key that is in none of the sets.</exception>
    /// <exception cref="CardNotTrustedException">An answer is not the card's.</exception>
    public static void Run(
        ICardChannel channel, PersonalisationKeys target, IReadOnlyList<PersonalisationKeys> earlier,
        FillRandom random, IProgress<CardKeyNumber>? progress = null)
    {
        using var issuer = Open(channel, [target, .. earlier], random, out var held);
        for (var number = CardKeyNumber.Enquiry; number <= CardKeyNumber.Spare5; number++)
        {
            var version = issuer.Execute(new GetKeyVersion(number));
            if (version == target[number].Version)
                continue;
            var old = earlier.Select(set => set[number]).FirstOrDefault(key => key.Version == version)
                ?? throw Unknown($"The {number} key has version {version}.");
            issuer.Execute(new ChangeKey(number, old, target[number]));
            progress?.Report(number);
        }

        if (held.Version == target[CardKeyNumber.Issuer].Version)
            return;

        // Last, so that whoever goes on after a tear still finds a key that it knows.
        issuer.Execute(new ChangeKey(CardKeyNumber.Issuer, Old: null, target[CardKeyNumber.Issuer]));
        progress?.Report(CardKeyNumber.Issuer);
        Open(channel, [target], random, out _).Dispose();
    }

    private static Ev2Channel Open(
        ICardChannel channel, IReadOnlyList<PersonalisationKeys> sets, FillRandom random, out CardKey held)
    {
        foreach (var key in sets.Select(set => set[CardKeyNumber.Issuer]).DistinctBy(key => key.Version))
        {
            new PlainChannel(channel).Execute(new SelectApplication(CardLayout.Application));
            if (Ev2Handshake.TryFirst(channel, key, CardKeyNumber.Issuer, random) is not { } session)
                continue;
            held = key;
            return session;
        }

        throw Unknown("The issuer key is in none of the sets.");
    }

    private static CardForeignException Unknown(string message) =>
        new(CardForeignReason.UnknownKeys, message);
}
