using SmartCardCrm.CardProtocol;

namespace SmartCardCrm.Terminal;

/// <summary>One card's session under the sale key, and the key with it.</summary>
internal sealed class CardSession : IDisposable
{
    private readonly CardKey _key;

    private CardSession(MemberCard card, Uid uid, CardKey key)
    {
        Card = card;
        Uid = uid;
        _key = key;
    }

    public MemberCard Card { get; }

    public Uid Uid { get; }

    /// <summary>Opens the card with the version it most likely has, and else with the others this terminal
    /// holds.</summary>
    /// <param name="connection">The card. Not owned.</param>
    /// <param name="keys">At least one sale master is there.</param>
    /// <param name="knownVersion">The version the replica has for the card; 0 for none.</param>
    /// <param name="random">For the handshake.</param>
    /// <exception cref="CardException">The card is not ours, has none of these keys, or left.</exception>
    public static CardSession Open(
        ICardConnection connection, TerminalKeys keys, byte knownVersion, FillRandom random)
    {
        var versions = keys.Versions(CardKeyNumber.Sale, knownVersion);
        for (var i = 0; ; i++)
        {
            var key = keys.Derive(CardKeyNumber.Sale, versions[i], connection.Uid);
            try
            {
                return new CardSession(
                    MemberCard.Open(connection, key, CardKeyNumber.Sale, random), connection.Uid, key);
            }
            catch (CardException wrong)
            {
                key.Dispose();
                var otherKey = wrong is CardRefusedException { Status: CardStatus.AuthenticationError };
                if (!otherKey || i + 1 == versions.Count)
                    throw;
            }
        }
    }

    public void Dispose()
    {
        Card.Dispose();
        _key.Dispose();
    }
}
