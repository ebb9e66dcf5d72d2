using SmartCardCrm.Simulator.Faults;

namespace SmartCardCrm.CardProtocol.Tests;

/// <summary>A simulated card held against a reader, which may tear it away before or after any
/// exchange.</summary>
internal sealed class ChipInReader : ICardChannel
{
    private readonly SimulatedCard _chip;
    private readonly List<string> _transcript = [];

    public ChipInReader(Uid uid, string profile = "ev3-4k")
    {
        Span<byte> bytes = stackalloc byte[Uid.Length];
        uid.CopyTo(bytes);
        _chip = SimulatedCard.Factory(profile, bytes, new CountingRandom(0x40).Fill);
        _chip.Insert();
    }

    /// <summary>A card as <see cref="PrePersonalisation"/> leaves it.</summary>
    public static ChipInReader FromTheBench(Uid uid, PiccKeys keys)
    {
        var card = new ChipInReader(uid);
        PrePersonalisation.Run(card, keys, new CountingRandom(0x80).Fill);
        card.PutBack();
        return card;
    }

    /// <summary>Every exchange since the card was put there, as golden transcripts have it.</summary>
    public IReadOnlyList<string> Transcript => _transcript;

    public int Exchanges => _transcript.Count / 2;

    /// <summary>When the card goes: 0 is before the first exchange, 1 after it, 2 before the second; null
    /// stays.</summary>
    public int? TornAt { get; set; }

    /// <summary>All that the card keeps without power, to compare two cards by.</summary>
    public string Save() => _chip.Save();

    /// <summary>The card comes back, and stays.</summary>
    public void PutBack()
    {
        _chip.Reset();
        _transcript.Clear();
        TornAt = null;
    }

    public int Transmit(ReadOnlySpan<byte> command, Span<byte> answer)
    {
        var moment = 2 * Exchanges;
        _transcript.Add("> " + Convert.ToHexString(command));
        if (TornAt == moment)
            throw new CardLostException("Torn before the exchange.");

        var bytes = _chip.Transmit(command) ?? throw new CardLostException("The card is not there.");
        _transcript.Add("< " + Convert.ToHexString(bytes));
        if (TornAt == moment + 1)
            throw new CardLostException("Torn after the exchange.");

        bytes.CopyTo(answer);
        return bytes.Length;
    }
}

/// <summary>Randomness that a golden transcript can repeat: numbers in order.</summary>
internal sealed class CountingRandom(byte first)
{
    private int _next = first;

    public void Fill(Span<byte> bytes)
    {
        foreach (ref var value in bytes)
            value = (byte)(_next++ % 251);
    }
}
