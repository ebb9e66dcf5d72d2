using SmartCardCrm.CardProtocol;
using SmartCardCrm.Simulator.Faults;

namespace SmartCardCrm.Server.Tests.Chain;

/// <summary>A simulated card held to a reader, in process.</summary>
internal sealed class Chip(SimulatedCard card) : ICardChannel
{
    public Uid Uid { get; } = UidOf(card);

    /// <summary>Points on the chip, past all protocol.</summary>
    public int Points => card.Look().Points ?? 0;

    /// <summary>Commits the chip has made.</summary>
    public uint Tmc => card.Look().Tmc ?? 0;

    /// <summary>The member file in hex.</summary>
    public string? MemberFile => card.Look().MemberFile;

    public static Chip FromFactory(uint number)
    {
        byte[] uid = [0x04, 0x11, 0x22, 0x33, (byte)(number >> 16), (byte)(number >> 8), (byte)number];
        return Blank(Uid.FromBytes(uid));
    }

    /// <summary>A factory-fresh card with this UID.</summary>
    public static Chip Blank(Uid uid)
    {
        Span<byte> bytes = stackalloc byte[Uid.Length];
        uid.CopyTo(bytes);
        var card = SimulatedCard.Factory("ev3-4k", bytes);
        card.Insert();
        return new Chip(card);
    }

    /// <summary>A copy down to the keys, as no real card allows.</summary>
    public Chip Clone()
    {
        var copy = card.Clone();
        copy.Insert();
        return new Chip(copy);
    }

    /// <summary>Leaves the reader's field and comes back: what it knew of a session is gone.</summary>
    public void Return()
    {
        card.Remove();
        card.Insert();
    }

    public int Transmit(ReadOnlySpan<byte> command, Span<byte> answer)
    {
        var bytes = card.Transmit(command) ?? throw new CardLostException("The card left.");
        bytes.CopyTo(answer);
        return bytes.Length;
    }

    private static Uid UidOf(SimulatedCard card) =>
        Uid.TryParse(card.Uid, out var uid) ? uid : throw new FormatException("The simulator's UID is odd.");
}
