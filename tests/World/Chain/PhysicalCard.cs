using SmartCardCrm.CardProtocol;
using SmartCardCrm.Simulator.Faults;

namespace SmartCardCrm.World;

/// <summary>One commit that a chip really made, as its memory shows it.</summary>
/// <param name="Record">The record it wrote.</param>
/// <param name="Bytes">The same, as it stands on the chip. Not to be changed.</param>
/// <param name="Points">On the chip afterwards.</param>
/// <param name="Purchase">What it was made for; null where the world was not at a till.</param>
internal sealed record TrueCommit(LogRecord Record, byte[] Bytes, int Points, Purchase? Purchase)
{
    /// <summary>Points that came from the member's account with it, signed.</summary>
    public int Delivered { get; set; }

    /// <summary>Points that card actions took off.</summary>
    public int ActionsTook { get; set; }

    /// <summary>The member file afterwards, in hex.</summary>
    public string? File { get; init; }

    public (uint Terminal, uint Sequence) Place => (Record.Terminal, Record.Sequence);
}

/// <summary>A card made of plastic: its chip, and all that really happened on it.</summary>
internal sealed class PhysicalCard(ChainWorld world, SimulatedCard chip, int member)
{
    private const byte CommitTransaction = 0xC7;

    private readonly List<TrueCommit> _commits = [];

    public SimulatedCard Chip => chip;

    public Uid Uid { get; } = Uid.FromBytes(Convert.FromHexString(chip.Uid));

    /// <summary>The member who has it.</summary>
    public int Member => member;

    /// <summary>The member's; null where it was not issued by headquarters.</summary>
    public string? Phone { get; init; }

    /// <summary>Copied, rolled back or written on by a thief: what it says cannot be relied on.</summary>
    public bool Tampered { get; set; }

    /// <summary>A thief uses it.</summary>
    public bool IsThiefs { get; set; }

    /// <summary>It has held points that a thief wrote on it.</summary>
    public bool WasMinted { get; set; }

    /// <summary>A thief has made a chip that passes for it: terminals that met that chip may suspect this
    /// one.</summary>
    public bool Imitated { get; set; }

    /// <summary>No terminal served it at the reckoning, because of such a chip: people must replace it, and
    /// what was in doubt on it stays so.</summary>
    public bool IsRefused { get; set; }

    /// <summary>Its member will never present it again.</summary>
    public bool Lost { get; set; }

    /// <summary>Oldest first; the birth is the first.</summary>
    public IReadOnlyList<TrueCommit> Commits => _commits;

    public TrueCommit? Newest => _commits.Count == 0 ? null : _commits[^1];

    public int Points => Newest?.Points ?? 0;

    /// <summary>Sends a command, and looks whether the chip committed.</summary>
    /// <returns>The answer; null where the card is gone.</returns>
    public byte[]? Transmit(ReadOnlySpan<byte> command, Presentation? presentation)
    {
        var answer = chip.Transmit(command);
        if (command[1] == CommitTransaction)
            Observe(presentation);
        return answer;
    }

    /// <summary>Takes over another card's past: this one is its copy, or what was rolled back to.</summary>
    public void Inherit(IEnumerable<TrueCommit> past) => _commits.AddRange(past);

    private void Observe(Presentation? presentation)
    {
        var look = chip.Look();
        if (look is not { Tmc: { } counter, NewestRecord: { } hex, Points: { } points }
            || counter == (Newest?.Record.Counter ?? 0))
        {
            return;
        }

        var bytes = Convert.FromHexString(hex);
        var record = LogRecord.Decode(bytes);
        // Marking a blocked card is nothing that its customer came for.
        var purchase = record.Kind == LogKind.CardAction ? null : presentation?.Purchase;
        var commit = new TrueCommit(record, bytes, points, purchase) { File = look.MemberFile };
        if (commit.Record.Counter != counter)
            throw new ViolationException(new Violation(
                "I12", $"card {Uid}: TMC {counter}, newest record {commit.Record.Counter}"));
        if (presentation is not null)
            presentation.Commits++;
        world.Story.Note(
            Column.Card, "{0} committed n {1}, {2} points", Uid.Masked, counter, points);
        world.Truth.Committed(this, commit, presentation);
        _commits.Add(commit);
    }
}
