using SmartCardCrm.CardProtocol;
using SmartCardCrm.Terminal;

namespace SmartCardCrm.World;

/// <summary>The terminal's process is gone: nothing catches this, nothing more is sent or written.</summary>
internal sealed class ProcessDiedException : Exception;

/// <summary>A reader of one terminal, with the card that somebody holds on it.</summary>
internal sealed class ReaderSlot(ChainWorld world, TerminalMachine terminal) : ICardReader
{
    private static readonly TimeSpan ExchangeTime = TimeSpan.FromMilliseconds(12);

    private PhysicalCard? _card;
    private long _insertion;

    public string Name => "counter";

    /// <summary>What happens while the card lies there.</summary>
    public Presentation? Present { get; private set; }

    /// <summary>Puts a card down.</summary>
    public Presentation Put(PhysicalCard card, Presentation presentation)
    {
        _card = card;
        Present = presentation;
        _insertion++;
        card.Chip.Insert();
        if (presentation.Mishap is { AtSync: false } mishap)
            Arm(card, mishap);
        return presentation;
    }

    public void Take()
    {
        _card?.Chip.Remove();
        _card = null;
        Present = null;
    }

    public CardPresence Look() => _card is { Chip.IsInserted: true }
        ? new CardPresence.Present(_insertion)
        : new CardPresence.Absent();

    public ICardConnection? TryConnect()
    {
        if (_card is not { Chip.IsInserted: true } card || Present is not { } presentation)
            return null;
        return new Connection(world, terminal, card, presentation);
    }

    public void Wait(TimeSpan most)
    {
    }

    public void Wake()
    {
    }

    private static void Arm(PhysicalCard card, Mishap mishap)
    {
        switch (mishap.Kind)
        {
            case MishapKind.TearBefore:
                card.Chip.Tear(mishap.Place, Simulator.Faults.TearMoment.Before);
                break;
            case MishapKind.TearAfter:
                card.Chip.Tear(mishap.Place, Simulator.Faults.TearMoment.After);
                break;
            case MishapKind.Flip:
                card.Chip.Flip(mishap.Place);
                break;
        }
    }

    private sealed class Connection(
        ChainWorld world, TerminalMachine terminal, PhysicalCard card, Presentation presentation)
        : ICardConnection
    {
        private const byte SelectApplication = 0x5A;
        private const byte GetValue = 0x6C;

        public Uid Uid => card.Uid;

        public int Transmit(ReadOnlySpan<byte> command, Span<byte> answer)
        {
            if (terminal.IsDead)
                throw new ProcessDiedException();
            world.PassWithin(ExchangeTime);
            if (command[1] is SelectApplication or GetValue)
                LookWhatItIs();
            presentation.Exchanged(command[1]);
            DieWhereMeant(before: true);
            var bytes = card.Transmit(command, presentation);
            world.Digest.Mix(command);
            world.Digest.Mix(bytes);
            DieWhereMeant(before: false);
            if (bytes is null)
                throw new CardLostException("The card left the field.");
            bytes.CopyTo(answer);
            return bytes.Length;
        }

        public void Dispose()
        {
        }

        // With the balance a sale is decided: what is known then counts, whatever was known before.
        private void LookWhatItIs()
        {
            if (terminal.Till is { } till && presentation.Purchase is { } purchase)
                presentation.Becomes(Operation.Of(till, purchase));
        }

        private void DieWhereMeant(bool before)
        {
            if (presentation.Mishap is not { AtSync: false, Kills: true } mishap || mishap.IsBefore != before
                || mishap.Place != presentation.Exchanges)
            {
                return;
            }

            terminal.Die(mishap.CutsPower);
            throw new ProcessDiedException();
        }
    }
}
