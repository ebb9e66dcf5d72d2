namespace SmartCardCrm.CardProtocol.Tests;

/// <summary>Any command, by its bytes; for published exchanges of commands that we have no use for.</summary>
internal sealed class RawCommand(byte ins, CommMode mode, byte[] header, byte[] data) : ICommand<string>
{
    public byte Ins => ins;
    public CommMode Mode => mode;
    public void WriteHeader(ref ByteWriter to) => to.Bytes(header);
    public void WriteData(ref ByteWriter to) => to.Bytes(data);
    public string Read(ReadOnlySpan<byte> answer) => Convert.ToHexString(answer);
}
