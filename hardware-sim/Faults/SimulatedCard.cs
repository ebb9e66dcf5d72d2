using System.Security.Cryptography;
using SmartCardCrm.Simulator.Chip;
using SmartCardCrm.Simulator.Chip.Memory;
using SmartCardCrm.Simulator.Reader;

namespace SmartCardCrm.Simulator.Faults;

/// <summary>
/// A card in somebody's hand: a chip that can be put on a reader and taken away, and to which things happen
/// at chosen exchanges. Safe for several threads. Exchanges are counted from the last insertion, the first
/// one is 1; the reader's own <c>FF CA</c> does not count.</summary>
public sealed class SimulatedCard : ICardInSlot
{
    private const int HistoryMost = 100;

    private readonly Lock _lock = new();
    private readonly DesfireChip _chip;
    private readonly FillRandom _random;
    private readonly List<int> _history = [];
    private readonly List<CardFault> _faults = [];
    private DesfireChip _onReader;

    private SimulatedCard(DesfireChip chip, FillRandom random)
    {
        _chip = _onReader = chip;
        _random = random;
    }

    /// <summary>The tear that ended the last insertion, if one did.</summary>
    public (int Exchange, TearMoment Moment)? LastTear { get; private set; }

    /// <summary>14 hex digits.</summary>
    public string Uid => Convert.ToHexString(_chip.Memory.Uid);

    public bool IsInserted { get; private set; }

    /// <summary>Exchanges since the last insertion.</summary>
    public int Apdus { get; private set; }

    /// <summary>Product, such as <c>ev3-4k</c>.</summary>
    public string Profile => _chip.Memory.Profile;

    /// <summary>What goes wrong by chance, drawn anew at each insertion; null for nothing.</summary>
    public FaultDice? Chance { get; set; }

    /// <summary>Told of every exchange, on the slot's thread: the command, and the answer that the reader
    /// hears; null where it hears none. The reader's own <c>FF CA</c> is none.</summary>
    public Action<byte[], byte[]?>? Exchanged { get; set; }

    /// <summary>Armed for every insertion, besides what is armed for one.</summary>
    public IReadOnlyList<CardFault> Always { get; set; } = [];

    /// <summary>Exchanges in the card's life.</summary>
    public long ApdusTotal { get; private set; }

    /// <summary>Exchanges of each earlier insertion, newest last, at most 100.</summary>
    public IReadOnlyList<int> History
    {
        get
        {
            lock (_lock)
                return [.. _history];
        }
    }

    public ReadOnlySpan<byte> Atr => _chip.Atr;

    /// <param name="profile">Product, such as <c>ev3-4k</c>.</param>
    /// <param name="uid">7 bytes.</param>
    /// <param name="random">The chip's random numbers; by default the system's.</param>
    /// <exception cref="ArgumentException">No such profile, or the uid has another length.</exception>
    public static SimulatedCard Factory(string profile, ReadOnlySpan<byte> uid, FillRandom? random = null)
    {
        random ??= RandomNumberGenerator.Fill;
        return new SimulatedCard(DesfireChip.Factory(profile, uid, random), random);
    }

    /// <summary>A card from what <see cref="Save"/> gave.</summary>
    /// <exception cref="System.Text.Json.JsonException">The text is not a saved chip.</exception>
    public static SimulatedCard Load(string json, FillRandom? random = null)
    {
        random ??= RandomNumberGenerator.Fill;
        return new SimulatedCard(new DesfireChip(ChipMemory.Load(json), random), random);
    }

    /// <summary>The non-volatile memory as JSON.</summary>
    public string Save()
    {
        lock (_lock)
            return _chip.Save();
    }

    /// <summary>
    /// A copy of the memory as it is now, down to the UID and the keys: what a forger would want.
    /// </summary>
    public SimulatedCard Clone() => Load(Save(), _random);

    /// <summary>What lies in the chip's memory, past all access rights.</summary>
    public ChipLook Look()
    {
        lock (_lock)
            return ChipLook.At(_chip.Memory);
    }

    public void Insert()
    {
        lock (_lock)
        {
            _chip.Reset();
            Apdus = 0;
            LastTear = null;
            IsInserted = true;
            _faults.AddRange(Always);
            if (Chance?.Next() is { } fault)
                _faults.Add(fault);
        }
    }

    /// <summary>
    /// Takes the card away: an open transaction rolls back, faults not reached are forgotten.
    /// </summary>
    public void Remove()
    {
        lock (_lock)
            Leave();
    }

    /// <summary>The reader switches the field off and on; the card stays where it is.</summary>
    public void Reset()
    {
        lock (_lock)
            _onReader.Reset();
    }

    /// <summary>Arms a fault for this insertion, or for the next one of a card that is not
    /// inserted.</summary>
    /// <exception cref="ArgumentOutOfRangeException">That exchange is past.</exception>
    public void Arm(CardFault fault)
    {
        lock (_lock)
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(
                fault.Exchange, IsInserted ? Apdus : 0, nameof(fault));
            _faults.Add(fault);
        }
    }

    /// <inheritdoc cref="Arm"/>
    public void Tear(int exchange, TearMoment moment) => Arm(CardFault.Tear(exchange, moment));

    /// <returns>The answer; nothing when the card is not there (any more).</returns>
    public byte[]? Transmit(ReadOnlySpan<byte> apdu)
    {
        byte[]? answer;
        var delay = TimeSpan.Zero;
        lock (_lock)
        {
            if (!IsInserted)
                return null;

            answer = PseudoApdu.Is(apdu) ? _onReader.Transmit(apdu) : Exchange(apdu, out delay);
        }

        answer = delay > TimeSpan.Zero && LeavesWithin(delay) ? null : answer;
        if (!PseudoApdu.Is(apdu))
            Exchanged?.Invoke(apdu.ToArray(), answer);
        return answer;
    }

    // A card that leaves meanwhile has acted.
    private bool LeavesWithin(TimeSpan delay) => SpinWait.SpinUntil(() => !IsInserted, delay);

    private byte[]? Exchange(ReadOnlySpan<byte> apdu, out TimeSpan delay)
    {
        Apdus++;
        ApdusTotal++;
        delay = TimeSpan.Zero;
        var commits = DesfireChip.Commits(apdu);
        List<CardFault> striking = [.. _faults.Where(fault => fault.Strikes(Apdus, commits))];
        if (Has(striking, FaultKind.TearBefore))
            return Torn(TearMoment.Before);
        if (Has(striking, FaultKind.Swap))
            Swap();
        if (Has(striking, FaultKind.Full))
            _onReader.Memory.MemoryTaken += _onReader.Memory.FreeBytes;

        var answer = Has(striking, FaultKind.AuthDelay) && DesfireChip.Authenticates(apdu)
            ? _onReader.Delay(apdu)
            : _onReader.Transmit(apdu);
        if (Has(striking, FaultKind.TearAfter))
            return Torn(TearMoment.After);
        foreach (var fault in striking)
            answer = FaultyAnswer.Of(answer, fault, _onReader.IsNative(apdu));
        delay = TimeSpan.FromMilliseconds(
            striking.Where(fault => fault.Kind == FaultKind.Slow).Sum(fault => (long)fault.Number));
        return answer;
    }

    private static bool Has(List<CardFault> striking, FaultKind kind) =>
        striking.Exists(fault => fault.Kind == kind);

    private byte[]? Torn(TearMoment moment)
    {
        LastTear = (Apdus, moment);
        Leave();
        return null;
    }

    // A UID of its own: the last byte of ours turned round.
    private void Swap()
    {
        if (_onReader != _chip)
            return;
        var uid = _chip.Memory.Uid.ToArray();
        uid[^1] ^= 0xFF;
        _chip.Reset();
        _onReader = DesfireChip.Factory(_chip.Memory.Profile, uid, _random);
    }

    private void Leave()
    {
        if (IsInserted)
        {
            _history.Add(Apdus);
            if (_history.Count > HistoryMost)
                _history.RemoveAt(0);
        }

        _chip.Reset();
        _onReader = _chip;
        _faults.Clear();
        IsInserted = false;
    }
}
