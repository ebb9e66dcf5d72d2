using CsCheck;

namespace SmartCardCrm.Fuzz;

/// <summary>Makes new inputs from old ones. The same seed makes the same ones.</summary>
internal sealed class Mutator(uint seed)
{
    private const int LengthMost = 2048;
    private const int ChangesMost = 6;

    private static readonly byte[] Edges = [0x00, 0x01, 0x7F, 0x80, 0xAF, 0xFE, 0xFF, 0x90, 0x91];

    private readonly PCG _chance = new(seed, seed);

    public int Below(int end) => (int)_chance.Next((uint)end);

    /// <summary>A changed copy, at most 2048 bytes long.</summary>
    /// <param name="input">Any length.</param>
    /// <param name="other">Another input, of which a piece may be taken.</param>
    public byte[] Change(byte[] input, byte[] other)
    {
        var bytes = new List<byte>(input);
        for (var changes = 1 + Below(ChangesMost); changes > 0; changes--)
            ChangeOnce(bytes, other);
        if (bytes.Count > LengthMost)
            bytes.RemoveRange(LengthMost, bytes.Count - LengthMost);
        return [.. bytes];
    }

    private void ChangeOnce(List<byte> bytes, byte[] other)
    {
        var at = Below(bytes.Count + 1);
        var kind = Below(7);
        if (at == bytes.Count && kind < 4)
            kind = 4;
        switch (kind)
        {
            case 0:
                bytes[at] ^= (byte)(1 << Below(8));
                break;
            case 1:
                bytes[at] = Edges[Below(Edges.Length)];
                break;
            case 2:
                bytes[at] = (byte)Below(256);
                break;
            case 3:
                bytes.RemoveRange(at, 1 + Below(Math.Min(bytes.Count - at, 16)));
                break;
            case 4:
                bytes.InsertRange(at, Some());
                break;
            case 5 when other.Length > 0:
                bytes.InsertRange(at, Piece(other));
                break;
            default:
                bytes.InsertRange(at, Piece([.. bytes]));
                break;
        }
    }

    private byte[] Some()
    {
        var some = new byte[1 + Below(8)];
        foreach (ref var value in some.AsSpan())
            value = (byte)Below(256);
        return some;
    }

    private byte[] Piece(byte[] of)
    {
        if (of.Length == 0)
            return Some();
        var from = Below(of.Length);
        return of[from..(from + 1 + Below(Math.Min(of.Length - from, 64)))];
    }
}
