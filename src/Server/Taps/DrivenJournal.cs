using SmartCardCrm.CardProtocol;
using SmartCardCrm.Server.Ledger;
using SmartCardCrm.SyncContract;
using SmartCardCrm.Taps;

namespace SmartCardCrm.Server.Taps;

/// <summary>The journal of the terminal that the card lies on.</summary>
/// <param name="terminal">Its number.</param>
/// <param name="next">The sequence that its next entry will have, as far as is known.</param>
/// <param name="redeeming">Told of each redemption that is begun.</param>
internal sealed class DrivenJournal(ITapLink link, uint terminal, uint next, Redeeming redeeming)
    : ITapJournal
{
    // Other readers of the terminal write too; a few of them at the same moment, not on and on.
    private const int TriesMost = 20;

    private uint _next = next;

    /// <inheritdoc/>
    /// <exception cref="TapLostException">The terminal is gone, and nothing is written down.</exception>
    public TPlan Begin<TPlan>(Func<uint, TPlan> plan, Func<TPlan, Intent> intentOf)
    {
        for (var tries = 0; tries < TriesMost; tries++)
        {
            var planned = plan(_next);
            var intent = intentOf(planned);
            if (Write(_next, new EntryBody { Intent = intent }) is not { Done: false } other)
            {
                if (intent.Redeemed > 0)
                    redeeming.Begin(new JournalPlace(terminal, _next), intent);
                return planned;
            }

            _next = other.NextSequence;
        }

        throw new TapLostException("The terminal's journal does not stand still.");
    }

    /// <inheritdoc/>
    /// <exception cref="TapLostException">The terminal is gone, and writes down what it knows.</exception>
    public void Append(EntryBody entry) => Write(0, entry);

    /// <summary>The terminal does so when it is told that the card cannot tell.</summary>
    public void LeaveToHeadquarters(uint sequence)
    {
    }

    /// <summary>Null: what that journal knows of a card, the book has, or is about to.</summary>
    public CardLeft? Left(Uid uid) => null;

    private TapWritten Write(uint sequence, EntryBody entry) =>
        link.Ask(new TapCommand { Write = new TapWrite { Sequence = sequence, Entry = entry } }).Written
            ?? throw new TapLostException("The terminal does not say whether it has written.");
}
