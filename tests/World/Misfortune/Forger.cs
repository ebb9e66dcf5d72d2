using System.Buffers.Binary;
using System.Text.Json.Nodes;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.Simulator.Faults;

namespace SmartCardCrm.World;

/// <summary>What can be done with cards by someone who holds a terminal's keys: its enquiry and sale masters
/// and its reader-id key. The issuer's and the transaction MAC's keys he has to invent; no terminal can
/// tell.</summary>
internal sealed class Forger(ChainWorld world, uint stolen, uint sequence) : IDisposable
{
    private const int BalanceMost = int.MaxValue;

    private readonly Dice _dice = Dice.For(world.Plan.Seed, "forger");
    private readonly Terminal.TerminalKeys _keys = world.KeysFor(stolen);
    private uint _sequence = sequence;
    private int _invented;

    /// <summary>Credits points to a card as a terminal does that reports nothing.</summary>
    /// <returns>Whether the card took them.</returns>
    public bool Mint(PhysicalCard card, int points)
    {
        card.Chip.Insert();
        try
        {
            using var key = SaleKey(card.Uid);
            using var session = MemberCard.Open(
                new BenchChannel(world, card), key, CardKeyNumber.Sale, _dice.Fill);
            var newest = session.ReadNewest();
            Write(session, card.Uid, Next(newest, newest.Counter + 1, session.ReadBalance(), points));
            card.WasMinted = true;
            return true;
        }
        catch (CardRefusedException)
        {
            return false;                                                   // the card is full
        }
        finally
        {
            card.Chip.Remove();
        }
    }

    /// <summary>A chip that passes at a terminal for a card of the chain.</summary>
    /// <param name="seen">The newest record of that card when the thief saw it.</param>
    /// <param name="counter">The n it is to show, 2 or more.</param>
    public PhysicalCard Imitate(Uid uid, LogRecord seen, uint counter, int points)
    {
        var blank = Factory(uid);
        var record = Next(seen, counter, balance: 0, points);
        Personalise(blank, uid, record);

        // A chip of his own counts as he likes.
        var memory = JsonNode.Parse(blank.Save())!;
        memory["Applications"]![0]!["Files"]!["5"]!["Counter"] = counter - 1;
        var chip = SimulatedCard.Load(memory.ToJsonString(), _dice.Fill);
        var card = new PhysicalCard(world, chip, member: -1)
        {
            Tampered = true,
            IsThiefs = true,
            WasMinted = true,
        };
        card.Inherit([new TrueCommit(record with { Counter = counter - 1 }, [], 0, null)]);
        Fill(card, record);
        return card;
    }

    /// <summary>A chip with a UID that the chain has never seen.</summary>
    public PhysicalCard Invent(int points)
    {
        Span<byte> uid = [0x04, 0x99, 0, 0, 0, 0, 0];
        BinaryPrimitives.WriteInt32BigEndian(uid[3..], ++_invented);
        var seen = new LogRecord
        {
            Counter = 1,
            Time = world.Timeline.Now,
            Terminal = stolen,
            Sequence = 1,
            Kind = LogKind.Birth,
            CardNumber = 7_000_000 + (ulong)_invented,
        };
        return Imitate(Uid.FromBytes(uid), seen, (uint)(2 + _dice.Below(20)), points);
    }

    public void Dispose() => _keys.Dispose();

    private SimulatedCard Factory(Uid uid)
    {
        Span<byte> bytes = stackalloc byte[Uid.Length];
        uid.CopyTo(bytes);
        return SimulatedCard.Factory("ev3-4k", bytes, _dice.Fill);
    }

    private void Personalise(SimulatedCard chip, Uid uid, LogRecord record)
    {
        var masters = Masters();
        using var keys = new PersonalisationKeys(uid, masters);
        masters.ForEach(master => master.Dispose());
        var birth = record with { Counter = 1, Kind = LogKind.Birth, Earned = 0, BalanceAfter = 0 };
        var identity = new Identity { Programme = 1, CardNumber = record.CardNumber, Generation = 1 };
        var plan = new PersonalisationPlan(
            identity, new MemberProfile { Language = "en" }, birth, BalanceMost,
            _keys.Sign(uid, stolen, birth.Sequence, 1));
        chip.Insert();
        Personalisation.Run(new ChipChannel(chip), plan, keys, _dice.Fill);
        chip.Remove();
    }

    private void Fill(PhysicalCard card, LogRecord record)
    {
        card.Chip.Insert();
        using var key = SaleKey(card.Uid);
        using var session = MemberCard.Open(
            new BenchChannel(world, card), key, CardKeyNumber.Sale, _dice.Fill);
        Write(session, card.Uid, record);
        card.Chip.Remove();
    }

    private void Write(MemberCard session, Uid uid, LogRecord record)
    {
        session.Credit(record.Earned);
        session.Append(record);
        session.CommitReaderId(_keys.Sign(uid, stolen, record.Sequence, record.Counter));
        session.Commit();
    }

    private LogRecord Next(LogRecord before, uint counter, int balance, int points) => before with
    {
        Counter = counter,
        Time = world.Timeline.Now,
        Terminal = stolen,
        Sequence = ++_sequence,
        Kind = LogKind.Sale,
        Earned = points,
        Redeemed = 0,
        Amount = points * 100,
        BalanceAfter = balance + points,
    };

    private CardKey SaleKey(Uid uid) =>
        _keys.Derive(CardKeyNumber.Sale, world.Vault.NewestVersions.Sale, uid);

    // Of each kind the newest that the terminal had, and an invented one of what it had not.
    private List<MasterKey> Masters()
    {
        var held = world.Vault.TerminalMasters.ToLookup(m => m.Number);
        Span<byte> invented = stackalloc byte[16];
        _dice.Fill(invented);
        var masters = new List<MasterKey>();
        foreach (var number in Enum.GetValues<CardKeyNumber>())
        {
            masters.Add(held[number].MaxBy(m => m.Version) is { } real
                ? new MasterKey(number, real.Version, real.Key)
                : new MasterKey(number, 1, invented));
        }

        return masters;
    }

    private sealed class ChipChannel(SimulatedCard chip) : ICardChannel
    {
        public int Transmit(ReadOnlySpan<byte> command, Span<byte> answer)
        {
            var bytes = chip.Transmit(command) ?? throw new CardLostException("The card left the field.");
            bytes.CopyTo(answer);
            return bytes.Length;
        }
    }
}
