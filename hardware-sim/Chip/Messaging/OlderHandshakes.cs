using SmartCardCrm.Simulator.Chip.Commands;
using SmartCardCrm.Simulator.Chip.Memory;

namespace SmartCardCrm.Simulator.Chip.Messaging;

/// <summary>
/// AuthenticateAES and AuthenticateISO: one CBC chain runs through all three messages. A reader that begins
/// its message anew and never looks at the answer is served all the same, as a real card serves it.
/// </summary>
/// <param name="keyNumber">The key to prove.</param>
/// <param name="key">The key.</param>
/// <param name="rndB">The chip's random number, as long as <see cref="SessionKey.RandomLength"/>.</param>
internal sealed class Ev1Handshake(byte keyNumber, CardKey key, byte[] rndB) : Handshake
{
    private readonly KeyCipher _cipher = new(key.Type, key.Value);
    private byte[] _running = [];

    public Answer Challenge()
    {
        var sent = _cipher.EncryptCbc(rndB, new byte[_cipher.BlockLength]);
        _running = sent[^_cipher.BlockLength..];
        return Answer.Continue(sent);
    }

    public override Answer Finish(ChipState card, ReadOnlySpan<byte> payload)
    {
        RefusedException.When(payload.Length != 2 * rndB.Length, Status.LengthError);
        var plain = _cipher.DecryptCbc(payload, _running);
        RequireRotated(plain.AsSpan(rndB.Length..), rndB);

        var rndA = plain.AsSpan(..rndB.Length);
        card.Begin(new Ev1Channel(keyNumber, SessionKey.Of(key, rndA, rndB)));
        return Answer.Of(_cipher.EncryptCbc(Rotate(rndA), payload[^_cipher.BlockLength..]));
    }
}

/// <summary>Authenticate, of the first DESFire: the reader decrypts what it sends, and the card
/// encrypts.</summary>
/// <inheritdoc cref="Ev1Handshake" path="/param"/>
internal sealed class LegacyHandshake(byte keyNumber, CardKey key, byte[] rndB) : Handshake
{
    private readonly KeyCipher _cipher = new(key.Type, key.Value);

    public Answer Challenge() => Answer.Continue(_cipher.EncryptCbc(rndB, new byte[_cipher.BlockLength]));

    public override Answer Finish(ChipState card, ReadOnlySpan<byte> payload)
    {
        RefusedException.When(payload.Length != 2 * rndB.Length, Status.LengthError);
        var plain = _cipher.UndoReadersDecryption(payload);
        RequireRotated(plain.AsSpan(rndB.Length..), rndB);

        var rndA = plain.AsSpan(..rndB.Length);
        card.Begin(new LegacyChannel(keyNumber, SessionKey.Of(key, rndA, rndB)));
        return Answer.Of(_cipher.EncryptCbc(Rotate(rndA), new byte[_cipher.BlockLength]));
    }
}

/// <summary>The session key of the channels before EV2: quarters of both random numbers, in turn.</summary>
internal static class SessionKey
{
    /// <summary>8 bytes for DES and 2TDEA, else 16.</summary>
    public static int RandomLength(KeyType type) => type == KeyType.Des ? 8 : 16;

    /// <param name="key">The key that was proven.</param>
    /// <param name="rndA">The reader's random number, as sent.</param>
    /// <param name="rndB">The card's.</param>
    public static KeyCipher Of(CardKey key, ReadOnlySpan<byte> rndA, ReadOnlySpan<byte> rndB) =>
        new(key.Type, key.Type switch
        {
            KeyType.Aes => [.. rndA[..4], .. rndB[..4], .. rndA[12..], .. rndB[12..]],
            KeyType.Tdea3 =>
                [.. rndA[..4], .. rndB[..4], .. rndA[6..10], .. rndB[6..10], .. rndA[12..], .. rndB[12..]],
            _ when new KeyCipher(key.Type, key.Value).IsSingleDes => [.. rndA[..4], .. rndB[..4]],
            _ => (byte[])[.. rndA[..4], .. rndB[..4], .. rndA[4..], .. rndB[4..]],
        });
}
