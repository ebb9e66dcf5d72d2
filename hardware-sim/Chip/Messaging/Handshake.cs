using System.Security.Cryptography;
using SmartCardCrm.Simulator.Chip.Commands;

namespace SmartCardCrm.Simulator.Chip.Messaging;

/// <summary>An authentication between its two messages.</summary>
internal abstract class Handshake
{
    /// <summary>Takes the reader's second message.</summary>
    /// <exception cref="RefusedException">The reader does not know the key.</exception>
    public abstract Answer Finish(ChipState card, ReadOnlySpan<byte> payload);

    /// <summary>The bytes one to the left, the first one last.</summary>
    protected static byte[] Rotate(ReadOnlySpan<byte> bytes) => [.. bytes[1..], bytes[0]];

    /// <summary>Compares the reader's rotated RndB in constant time.</summary>
    protected static void RequireRotated(ReadOnlySpan<byte> sent, ReadOnlySpan<byte> rndB) =>
        RefusedException.When(
            !CryptographicOperations.FixedTimeEquals(sent, Rotate(rndB)),
            Status.AuthenticationError);
}

/// <summary>
/// AuthenticateEV2First and NonFirst. Sources: AN12343, table 16; AN12196, tables 14 and 24.
/// </summary>
/// <param name="keyNumber">The key to prove.</param>
/// <param name="key">16 bytes.</param>
/// <param name="rndB">The chip's random number, 16 bytes.</param>
internal sealed class Ev2Handshake(byte keyNumber, byte[] key, byte[] rndB) : Handshake
{
    private const int CapabilitiesLength = 6;
    private static readonly byte[] NoVector = new byte[AesCmac.BlockLength];

    public byte KeyNumber => keyNumber;

    /// <summary>What the reader said it can do, up to 6 bytes; echoed by First.</summary>
    public byte[] ReaderCapabilities { get; init; } = [];

    /// <summary>TI and counter of the session that a NonFirst continues; nothing for a First.</summary>
    public (byte[] Identifier, ushort Counter)? Continues { get; init; }

    public Answer Challenge()
    {
        using var cipher = new AesCmac(key);
        return Answer.Continue(cipher.EncryptCbc(rndB, NoVector));
    }

    public override Answer Finish(ChipState card, ReadOnlySpan<byte> payload)
    {
        RefusedException.When(payload.Length != 2 * AesCmac.BlockLength, Status.LengthError);
        using var cipher = new AesCmac(key);
        var plain = cipher.DecryptCbc(payload, NoVector);
        var rndA = plain.AsSpan(..AesCmac.BlockLength);
        RequireRotated(plain.AsSpan(AesCmac.BlockLength..), rndB);

        var keys = Ev2SessionKeys.Derive(key, rndA, rndB);
        if (Continues is { } before)
        {
            card.Begin(new Ev2Channel(keyNumber, keys, before.Identifier, before.Counter));
            return Answer.Of(cipher.EncryptCbc(Rotate(rndA), NoVector));
        }

        var identifier = new byte[Ev2Channel.IdentifierLength];
        card.Random(identifier);
        card.Begin(new Ev2Channel(keyNumber, keys, identifier, 0));
        return Answer.Of(cipher.EncryptCbc(FirstAnswer(identifier, rndA), NoVector));
    }

    /// <summary>TI, RndA', PDcap2 (zero), PCDcap2 (echoed).</summary>
    private byte[] FirstAnswer(ReadOnlySpan<byte> identifier, ReadOnlySpan<byte> rndA)
    {
        var answer = new byte[2 * AesCmac.BlockLength];
        identifier.CopyTo(answer);
        Rotate(rndA).CopyTo(answer, Ev2Channel.IdentifierLength);
        ReaderCapabilities.CopyTo(answer, answer.Length - CapabilitiesLength);
        return answer;
    }
}
