using SmartCardCrm.CardProtocol;
using SmartCardCrm.Simulator.Faults;
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
            var mishap = presentation.Exchanged(command[1]);
            Arm(mishap);
            Die(mishap, before: true);
            var bytes = card.Transmit(command, presentation);
            world.Digest.Mix(command);
            world.Digest.Mix(bytes);
            Die(mishap, before: false);
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

        private void Arm(Mishap? mishap)
        {
            var next = card.Chip.Apdus + 1;
            switch (mishap?.Kind)
            {
                case MishapKind.TearBefore:
                    card.Chip.Tear(next, TearMoment.Before);
                    break;
                case MishapKind.TearAfter:
                    card.Chip.Tear(next, TearMoment.After);
                    break;
                case MishapKind.Flip:
                    card.Chip.Arm(new CardFault(FaultKind.Flip, next));
                    break;
            }
        }

        private void Die(Mishap? mishap, bool before)
        {
            if (mishap is not { Kills: true } || mishap.IsBefore != before)
                return;
            terminal.Die(mishap.CutsPower);
            throw new ProcessDiedException();
        }
    }
}
