using System.Security.Cryptography;
using SmartCardCrm.Simulator.Chip;
using SmartCardCrm.Simulator.Chip.Memory;
using SmartCardCrm.Simulator.Reader;

namespace SmartCardCrm.Simulator.Faults;

/// <summary>When a card is torn away, seen from the chip.</summary>
public enum TearMoment
{
    /// <summary>The command never reaches the chip.</summary>
    Before,

    /// <summary>The chip acts, the answer never reaches the reader.</summary>
    After,
}

/// <summary>
/// A card in somebody's hand: a chip that can be put on a reader, taken away and torn off at a chosen
/// exchange. Safe for several threads. Exchanges are counted from the last insertion, the first one is 1;
/// the reader's own
/// <c>FF CA</c> does not count.
/// </summary>
public sealed class SimulatedCard : ICardInSlot
{
    private const int HistoryMost = 100;

    private readonly Lock _lock = new();
    private readonly DesfireChip _chip;
    private readonly FillRandom _random;
    private readonly List<int> _history = [];
    private (int Exchange, TearMoment Moment)? _tear;
    private int? _flip;

    private SimulatedCard(DesfireChip chip, FillRandom random)
    {
        _chip = chip;
        _random = random;
    }

    /// <summary>The tear that ended the last insertion, if one did.</summary>
    public (int Exchange, TearMoment Moment)? LastTear { get; private set; }

    /// <summary>14 hex digits.</summary>
    public string Uid => Convert.ToHexString(_chip.Memory.Uid);

    public bool IsInserted { get; private set; }

    /// <summary>Exchanges since the last insertion.</summary>
    public int Apdus { get; private set; }

    /// <summary>
    /// What every answer takes longer than the chip does. A card that leaves meanwhile acted.
    /// </summary>
    public TimeSpan AnswerDelay { get; set; }

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
        }
    }

    /// <summary>
    /// Takes the card away: an open transaction rolls back, tears and flips not reached are forgotten.
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
            _chip.Reset();
    }

    /// <summary>Arms a tear for this insertion, or for the next one of a card that is not inserted.</summary>
    /// <exception cref="ArgumentOutOfRangeException">That exchange is past.</exception>
    public void Tear(int exchange, TearMoment moment)
    {
        lock (_lock)
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(exchange, IsInserted ? Apdus : 0);
            _tear = (exchange, moment);
        }
    }

    /// <summary>Arms a transmission fault: one bit of that answer's first byte arrives wrong.</summary>
    /// <exception cref="ArgumentOutOfRangeException">That exchange is past.</exception>
    public void Flip(int exchange)
    {
        lock (_lock)
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(exchange, IsInserted ? Apdus : 0);
            _flip = exchange;
        }
    }

    /// <returns>The answer; nothing when the card is not there (any more).</returns>
    public byte[]? Transmit(ReadOnlySpan<byte> apdu)
    {
        byte[]? answer;
        lock (_lock)
        {
            if (!IsInserted)
                return null;

            answer = PseudoApdu.Is(apdu) ? _chip.Transmit(apdu) : Exchange(apdu);
        }

        return AnswerDelay > TimeSpan.Zero && LeavesWithin(AnswerDelay) ? null : answer;
    }

    private bool LeavesWithin(TimeSpan delay) => SpinWait.SpinUntil(() => !IsInserted, delay);

    private byte[]? Exchange(ReadOnlySpan<byte> apdu)
    {
        Apdus++;
        ApdusTotal++;
        var moment = _tear?.Exchange == Apdus ? _tear.Value.Moment : (TearMoment?)null;
        var answer = moment == TearMoment.Before ? null : _chip.Transmit(apdu);
        if (moment is { } torn)
        {
            LastTear = (Apdus, torn);
            Leave();
            return null;
        }

        if (_flip == Apdus)
            answer![0] ^= 0x01;

        return answer;
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
        _tear = null;
        _flip = null;
        IsInserted = false;
    }
}
