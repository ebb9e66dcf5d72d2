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
    private static readonly CardKeyNumber[] Others =
    [
        CardKeyNumber.Enquiry, CardKeyNumber.Sale, CardKeyNumber.Partner, CardKeyNumber.Spare4,
        CardKeyNumber.Spare5,
    ];

    private static readonly SelectApplication Select = new(CardLayout.Application);

    /// <param name="channel">The card. Not owned. Far away, it takes seven round trips.</param>
    /// <param name="target">The keys to be, derived for this card. Not owned.</param>
    /// <param name="earlier">The sets that the card may still have keys of, the likeliest first. Not
    /// owned.</param>
    /// <param name="random">Fresh randomness for the handshakes.</param>
    /// <param name="progress">Told each key that was changed; or null.</param>
    /// <exception cref="CardRefusedException">The card refuses a step; the command says which.</exception>
    /// <exception cref="CardForeignException">The card has a key that is in none of the sets.</exception>
    /// <exception cref="CardNotTrustedException">An answer is not the card's.</exception>
    public static void Run(
        ICardChannel channel, PersonalisationKeys target, IReadOnlyList<PersonalisationKeys> earlier,
        FillRandom random, IProgress<CardKeyNumber>? progress = null)
    {
        using var issuer = Open(channel, [.. earlier, target], random, out var held);
        var changes = Changes(issuer, target, earlier);
        issuer.SendAhead(changes);
        foreach (var change in changes)
        {
            issuer.Execute(change);
            progress?.Report((CardKeyNumber)change.Number.Value);
        }

        if (held.Version == target[CardKeyNumber.Issuer].Version)
            return;

        // Last, so that whoever goes on after a tear still finds a key that it knows.
        issuer.Execute(new ChangeKey(CardKeyNumber.Issuer, Old: null, target[CardKeyNumber.Issuer]));
        progress?.Report(CardKeyNumber.Issuer);
        Open(channel, [target], random, out _).Dispose();
    }

    private static List<ChangeKey> Changes(
        Ev2Channel issuer, PersonalisationKeys target, IReadOnlyList<PersonalisationKeys> earlier)
    {
        GetKeyVersion[] looks = [.. Others.Select(number => new GetKeyVersion(number))];
        issuer.SendAhead(looks);
        var changes = new List<ChangeKey>();
        foreach (var (number, look) in Others.Zip(looks))
        {
            var version = issuer.Execute(look);
            if (version == target[number].Version)
                continue;
            var old = earlier.Select(set => set[number]).FirstOrDefault(key => key.Version == version)
                ?? throw Unknown($"The {number} key has version {version}.");
            changes.Add(new ChangeKey(number, old, target[number]));
        }

        return changes;
    }

    private static Ev2Channel Open(
        ICardChannel channel, IReadOnlyList<PersonalisationKeys> sets, FillRandom random, out CardKey held)
    {
        foreach (var key in sets.Select(set => set[CardKeyNumber.Issuer]).DistinctBy(key => key.Version))
        {
            if (channel is IDistantCard distant)
            {
                distant.SendAhead(
                    [PlainChannel.FrameOf(Select), Ev2Handshake.FirstFrame(CardKeyNumber.Issuer)]);
            }

            new PlainChannel(channel).Execute(Select);
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
