namespace SmartCardCrm.CardProtocol;

/// <summary>All that personalising a card writes, decided and stored before the first command.</summary>
/// <param name="Identity">File 1.</param>
/// <param name="Profile">File 2 as born.</param>
/// <param name="Birth">The first record: kind Birth, counter 1.</param>
/// <param name="BalanceMost">Most points that the card can hold, 1 to 2³¹ − 1.</param>
/// <param name="ReaderId">Who commits the birth, signed for this card and counter 1.</param>
public sealed record PersonalisationPlan(
    Identity Identity, MemberProfile Profile, LogRecord Birth, int BalanceMost, ReaderId ReaderId)
{
    internal PreparationPlan Preparation => new(Identity, BalanceMost);

    internal BindingPlan Binding => new(Profile, Birth, ReaderId);
}

/// <summary>What a card is before it is anybody's.</summary>
/// <param name="Identity">File 1.</param>
/// <param name="BalanceMost">Most points that the card can hold, 1 to 2³¹ − 1.</param>
public sealed record PreparationPlan(Identity Identity, int BalanceMost);

/// <summary>The keys that a card is to have, each derived for it.</summary>
public sealed class PersonalisationKeys : IDisposable
{
    private readonly Dictionary<CardKeyNumber, CardKey> _keys = [];

    /// <param name="uid">The card.</param>
    /// <param name="masters">One for each <see cref="CardKeyNumber"/>. Read, not kept.</param>
    /// <param name="bench">Root of the card's own keys, where it may have been pre-personalised; or null.
    /// Read, not kept.</param>
    /// <exception cref="ArgumentException">A key is missing or comes twice.</exception>
    public PersonalisationKeys(Uid uid, IEnumerable<MasterKey> masters, RootKey? bench = null)
    {
        Uid = uid;
        Picc = bench is null ? null : new PiccKeys(uid, bench);
        foreach (var master in masters)
            _keys.Add(master.Number, master.DeriveFor(uid));
        foreach (var number in Enum.GetValues<CardKeyNumber>())
        {
            if (!_keys.ContainsKey(number))
                throw new ArgumentException($"There is no master for the {number} key.", nameof(masters));
        }
    }

    public Uid Uid { get; }

    internal PiccKeys? Picc { get; }

    internal CardKey this[CardKeyNumber number] => _keys[number];

    public void Dispose()
    {
        foreach (var key in _keys.Values)
            key.Dispose();
        Picc?.Dispose();
    }
}

/// <summary>Where personalisation has got to.</summary>
public enum PersonalisationStep
{
    Application = 1,
    Files = 2,
    Identity = 3,
    Keys = 4,
    IssuerKey = 5,
    TransactionMac = 6,
    Birth = 7,
    Born = 8,
}

/// <summary>A committed transaction with the card's proof of it.</summary>
/// <param name="Proof">Counter and MAC.</param>
/// <param name="Steps">What the MAC is over.</param>
public sealed record CommitEvidence(CommitProof Proof, IReadOnlyList<TransactionStep> Steps);
