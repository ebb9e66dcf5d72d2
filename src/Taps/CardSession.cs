using SmartCardCrm.CardProtocol;

namespace SmartCardCrm.Taps;

/// <summary>One card's session under the sale key, and the key with it.</summary>
internal sealed class CardSession : IDisposable
{
    private readonly ICardConnection _connection;
    private readonly ICardKeys _keys;
    private readonly FillRandom _random;
    private readonly OpenCard _sale;

    private CardSession(ICardConnection connection, ICardKeys keys, byte knownVersion, FillRandom random)
    {
        (_connection, _keys, _random) = (connection, keys, random);
        _sale = OpenCard.Under(CardKeyNumber.Sale, knownVersion, connection, keys, random);
    }

    public MemberCard Card => _sale.Card;

    public Uid Uid => _connection.Uid;

    /// <summary>Opens the card with the version it most likely has, and else with the others this terminal
    /// holds.</summary>
    /// <param name="connection">The card. Not owned.</param>
    /// <param name="keys">At least one sale master is there.</param>
    /// <param name="knownVersion">The version the replica has for the card; 0 for none.</param>
    /// <param name="random">For the handshake.</param>
    /// <exception cref="CardException">The card is not ours, has none of these keys, or left.</exception>
    public static CardSession Open(
        ICardConnection connection, ICardKeys keys, byte knownVersion, FillRandom random) =>
        new(connection, keys, knownVersion, random);

    /// <summary>The counter and MAC of the card's last commit: 7 APDUs, since no key but the enquiry key is
    /// sure to read them. The session is begun anew afterwards.</summary>
    /// <exception cref="CardException">The card refused or left.</exception>
    public CommitProof ReadLastCommit()
    {
        CommitProof last;
        using (var enquiry = OpenCard.Under(CardKeyNumber.Enquiry, 0, _connection, _keys, _random))
            last = enquiry.Card.ReadLastCommit();
        Card.Restart();
        return last;
    }

    public void Dispose() => _sale.Dispose();

    /// <summary>A card and the key it is open under.</summary>
    private sealed class OpenCard(MemberCard card, CardKey key) : IDisposable
    {
        public MemberCard Card => card;

        public static OpenCard Under(
            CardKeyNumber number, byte knownVersion, ICardConnection connection, ICardKeys keys,
            FillRandom random)
        {
            var versions = keys.Versions(number, knownVersion);
            if (versions.Count == 0)
                throw new KeysForgottenException();
            for (var i = 0; ; i++)
            {
                var key = keys.Derive(number, versions[i], connection.Uid);
                try
                {
                    return new OpenCard(MemberCard.Open(connection, key, number, random), key);
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
            card.Dispose();
            key.Dispose();
        }
    }
}
