using SmartCardCrm.Simulator.Chip.Memory;

namespace SmartCardCrm.Simulator.Chip.Messaging;

/// <summary>
/// The card's end of an authenticated session. One call of <see cref="Open"/> and one of <see cref="Seal"/>
/// for each command, in that order; another generation of messaging is another subclass.
/// </summary>
internal abstract class SecureChannel(byte keyNumber) : IDisposable
{
    /// <summary>The key the session was opened with.</summary>
    public byte KeyNumber { get; } = keyNumber;

    /// <summary>
    /// Bytes that follow the header on the wire when a command carries that many bytes of data.
    /// </summary>
    public abstract int WireLength(CommMode mode, int dataLength);

    /// <summary>Checks and decrypts a command.</summary>
    /// <param name="ins">The opcode sent.</param>
    /// <param name="payload">All that followed it, AF frames put together.</param>
    /// <param name="headerLength">Leading bytes that are never encrypted; may exceed the payload.</param>
    /// <param name="mode">The mode that applies.</param>
    /// <returns>Header and plain data.</returns>
    /// <exception cref="RefusedException">Too short, a wrong MAC or wrong padding.</exception>
    public abstract byte[] Open(byte ins, ReadOnlySpan<byte> payload, int headerLength, CommMode mode);

    /// <summary>Protects the data of a successful answer, and its status.</summary>
    public abstract byte[] Seal(ReadOnlySpan<byte> data, CommMode mode, Status status);

    public abstract void Dispose();
}
