namespace SmartCardCrm.Simulator.Tests;

/// <summary>An AES key: sixteen times the same byte.</summary>
internal sealed record PlainKey(byte Fill, byte Version)
{
    public static PlainKey Master { get; } = new(0x50, 1);

    /// <summary>What every key of a new application is.</summary>
    public static PlainKey Default { get; } = new(0, 0);

    public byte[] Value => [.. Enumerable.Repeat(Fill, 16)];
}
