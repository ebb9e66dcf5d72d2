using System.Globalization;
using SmartCardCrm.Simulator.Chip.Memory;
using SmartCardCrm.Simulator.Faults;
using SmartCardCrm.Simulator.Reader;

namespace SmartCardCrm.Simulator.Rack;

/// <summary>
/// Many slots and a wallet of cards, driven by lines: a command in, one line <c>ok …</c> or <c>error CODE
/// text</c>
/// out, and lines <c>event …</c> in between for what happens by itself.
/// </summary>
internal sealed class CardRack : IDisposable
{
    /// <summary>What a person sees on <c>help</c> and in the README of the commands.</summary>
    public const string Commands =
        "card UID [PROFILE] | cards | insert SLOT NAME [FAULT…] | mute SLOT | remove SLOT | " +
        "fault SLOT FAULT | chance SLOT SEED | clone NAME NEWNAME | look NAME | apdus SLOT | listen SLOT | " +
        "help | quit";

    private readonly Lock _lock = new();
    private readonly Wallet _wallet;
    private readonly TextWriter _output;
    private readonly VpcdSlot[] _slots;
    private readonly HashSet<int> _heard = [];

    /// <param name="wallet">The cards; the rack is its only user from now on.</param>
    /// <param name="ports">One of vpcd's ports for each slot.</param>
    /// <param name="output">Receives answers and events, a line each.</param>
    public CardRack(Wallet wallet, IEnumerable<int> ports, TextWriter output)
    {
        _wallet = wallet;
        _output = output;
        _slots = [.. ports.Select(port => new VpcdSlot(port, OnTorn))];
    }

    /// <summary>Answers commands until <c>quit</c> or the end of the input.</summary>
    public void Run(TextReader input)
    {
        while (input.ReadLine() is { } line)
        {
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words is ["quit"])
                break;

            if (words.Length > 0)
                Answer(words);
        }
    }

    public void Dispose()
    {
        foreach (var slot in _slots)
            slot.Dispose();

        _wallet.KeepAll();
    }

    private void Answer(string[] words)
    {
        lock (_lock)
        {
            try
            {
                _output.WriteLine($"ok {Do(words)}".TrimEnd());
            }
            catch (RackException refusal)
            {
                _output.WriteLine($"error {refusal.Code} {refusal.Message}");
            }
        }
    }

    private string Do(string[] words)
    {
        switch (words)
        {
            case ["card", var uid]:
                _wallet.Add(uid, CardProfile.Default);
                return "";
            case ["card", var uid, var profile]:
                _wallet.Add(uid, profile);
                return "";
            case ["cards"]:
                return string.Join(' ', _wallet.Names);
            case ["insert", var slot, var name, .. var faults]:
                Insert(Slot(slot), _wallet.Find(name), [.. faults.Select(Fault)]);
                return "";
            case ["mute", var slot]:
                return Slot(slot).TryInsert(new MuteCard())
                    ? ""
                    : throw new RackException("occupied", "another card lies in that slot");
            case ["remove", var slot]:
                return Remove(Slot(slot));
            case ["fault", var slot, var fault]:
                Arm(Slot(slot), fault);
                return "";
            case ["chance", var slot, var seed]:
                CardIn(Slot(slot)).Chance = new FaultDice((ulong)Number(seed));
                return "";
            case ["clone", var name, var newName]:
                _wallet.Clone(name, newName);
                return "";
            case ["look", var name]:
                return Describe(_wallet.Find(name));
            case ["apdus", var slot]:
                return Count(Slot(slot));
            case ["listen", var slot]:
                _heard.Add(Array.IndexOf(_slots, Slot(slot)));
                return "";
            case ["help"]:
                return Commands;
            default:
                throw new RackException("command", $"not a command; there are: {Commands}");
        }
    }

    private void Insert(VpcdSlot slot, SimulatedCard card, IReadOnlyList<CardFault> faults)
    {
        if (card.IsInserted)
            throw new RackException("inserted", "the card lies in a slot already");

        if (slot.Card is null)
        {
            foreach (var fault in faults)
                card.Arm(fault);
            var number = Array.IndexOf(_slots, slot);
            card.Exchanged = _heard.Contains(number)
                ? (sent, heard) => OnExchange(number, sent, heard) : null;
        }

        if (!slot.TryInsert(card))
            throw new RackException("occupied", "another card lies in that slot");
    }

    private string Remove(VpcdSlot slot)
    {
        var removed = slot.Remove();
        if (removed is MuteCard)
            return "";
        if (removed is not SimulatedCard card)
            throw new RackException("empty", "no card lies in that slot");

        _wallet.Keep(card);
        return $"apdus={card.History[^1]} card={_wallet.NameOf(card)}";
    }

    /// <summary>Only for the insertion under way: a fault that was not reached goes with the card.</summary>
    private static void Arm(VpcdSlot slot, string text)
    {
        var card = CardIn(slot);
        var fault = Fault(text);
        try
        {
            card.Arm(fault);
        }
        catch (ArgumentOutOfRangeException)
        {
            throw new RackException("late", $"exchange {fault.Exchange} is past");
        }
    }

    private static CardFault Fault(string text) => CardFault.TryParse(text)
        ?? throw new RackException("fault", $"'{text}' is no fault: the command 'faults' explains them");

    private static int Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new RackException("number", $"'{text}' is not a number");

    private string Count(VpcdSlot slot)
    {
        var card = CardIn(slot);
        return $"apdus={card.Apdus} card={_wallet.NameOf(card)}";
    }

    private static string Describe(SimulatedCard card)
    {
        var look = card.Look();
        var points = look.Points?.ToString(CultureInfo.InvariantCulture) ?? "-";
        var tmc = look.Tmc?.ToString(CultureInfo.InvariantCulture) ?? "-";
        var history = string.Join(',', card.History);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"uid={card.Uid} points={points} tmc={tmc} log={look.NewestRecord ?? "-"} " +
            $"apdus={card.Apdus} total={card.ApdusTotal} history={(history.Length > 0 ? history : "-")}");
    }

    private void OnTorn(VpcdSlot slot, ICardInSlot torn)
    {
        lock (_lock)
        {
            if (torn is not SimulatedCard { LastTear: { } tear } card)
                return;

            _wallet.Keep(card);
            var moment = tear.Moment == TearMoment.Before ? "before" : "after";
            var number = Array.IndexOf(_slots, slot);
            _output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"event torn {number} {_wallet.NameOf(card)} {tear.Exchange} {moment}"));
        }
    }

    private void OnExchange(int slot, byte[] command, byte[]? answer)
    {
        lock (_lock)
        {
            var heard = answer is null ? "-" : Convert.ToHexString(answer);
            _output.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"event apdu {slot} {Convert.ToHexString(command)} {heard}"));
        }
    }

    private static SimulatedCard CardIn(VpcdSlot slot) =>
        slot.Card as SimulatedCard ?? throw new RackException("empty", "no card lies in that slot");

    private VpcdSlot Slot(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        && number < _slots.Length
            ? _slots[number]
            : throw new RackException("slot", $"'{text}' is not a slot: 0 to {_slots.Length - 1} are");
}
