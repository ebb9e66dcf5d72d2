using System.Buffers.Binary;
using System.Security.Cryptography;

namespace SmartCardCrm.Simulator.Faults;

/// <summary>Faults by chance that repeats: the same seed gives every insertion the same.</summary>
/// <param name="seed">Any value.</param>
public sealed class FaultDice(ulong seed)
{
    private const int ExchangesMost = 12;
    private const int SlowMsMost = 300;

    private static readonly FaultKind[] Kinds = Enum.GetValues<FaultKind>();

    private ulong _throws;

    /// <summary>What goes wrong in the next insertion: one thing, or in one of three nothing.</summary>
    public CardFault? Next()
    {
        var (chance, kind, exchange, number) = (Throw(), Throw(), Throw(), Throw());
        if (chance % 3 == 0)
            return null;
        var what = Kinds[kind % (uint)Kinds.Length];
        return new CardFault(what, 1 + (int)(exchange % ExchangesMost), NumberFor(what, number));
    }

    private static int NumberFor(FaultKind kind, uint number) => kind switch
    {
        FaultKind.Cut => (int)(number % 8),
        FaultKind.Flip => (int)(number % 512),
        FaultKind.Slow => (int)(number % SlowMsMost),
        _ => 0,
    };

    private uint Throw()
    {
        Span<byte> input = stackalloc byte[2 * sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(input, seed);
        BinaryPrimitives.WriteUInt64LittleEndian(input[sizeof(ulong)..], _throws++);
        return BinaryPrimitives.ReadUInt32LittleEndian(SHA256.HashData(input));
    }
}
