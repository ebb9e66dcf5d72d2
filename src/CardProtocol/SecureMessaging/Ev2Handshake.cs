using System.Security.Cryptography;

namespace SmartCardCrm.CardProtocol;

/// <summary>Opens AES sessions: AuthenticateEV2First and AuthenticateEV2NonFirst.</summary>
/// <remarks>Source: NXP AN12343 and AN12196. All four cryptograms are CBC from a zero IV, without
/// padding.</remarks>
internal static class Ev2Handshake
{
    private const byte FirstIns = 0x71;
    private const byte NonFirstIns = 0x77;
    private const byte AdditionalFrameIns = 0xAF;
    private const int RandomLength = 16;
    private const int CapabilitiesLength = 12;

    private static ReadOnlySpan<byte> ZeroIv => new byte[AesBlocks.BlockLength];

    private static ReadOnlySpan<byte> EncryptionLabel => [0xA5, 0x5A, 0x00, 0x01, 0x00, 0x80];

    private static ReadOnlySpan<byte> MacLabel => [0x5A, 0xA5, 0x00, 0x01, 0x00, 0x80];

    /// <summary>The first frame of <see cref="First"/>, which nothing but the key's number goes
    /// into.</summary>
    public static byte[] FirstFrame(KeyNumber number)
    {
        Span<byte> frame = stackalloc byte[Frame.CommandMost];
        return frame[..Frame.Wrap(FirstIns, [number.Value, 0x00], frame)].ToArray();
    }

    /// <summary>Opens a session on the selected application: new transaction identifier, counter
    /// zero.</summary>
    /// <param name="card">The card. Used for as long as the channel is.</param>
    /// <param name="key">The key. Read, not kept.</param>
    /// <param name="number">Its number in the application.</param>
    /// <param name="random">Makes the 16 bytes that this side adds.</param>
    /// <exception cref="CardRefusedException">AE: the card has another key; AD: too many wrong ones
    /// before.</exception>
    /// <exception cref="CardNotTrustedException">The card does not hold the key.</exception>
    public static Ev2Channel First(ICardChannel card, CardKey key, KeyNumber number, FillRandom random) =>
        TryFirst(card, key, number, random)
            ?? throw new CardRefusedException("AuthenticateEV2First", CardStatus.AuthenticationError);

    /// <summary>As <see cref="First"/>, but null when the card has another key.</summary>
    public static Ev2Channel? TryFirst(
        ICardChannel card, CardKey key, KeyNumber number, FillRandom random)
    {
        Span<byte> randoms = stackalloc byte[2 * RandomLength];
        Span<byte> proof = stackalloc byte[Ev2Channel.IdentifierLength + RandomLength + CapabilitiesLength];
        random(randoms[..RandomLength]);
        using var proving = new AesCmac(key.Bytes);
        if (!TryExchange(card, proving.Blocks, [FirstIns, number.Value, 0x00], randoms, proof))
            return null;

        MustReturn(randoms[..RandomLength], proof.Slice(Ev2Channel.IdentifierLength, RandomLength));

        return Open(card, proof[..Ev2Channel.IdentifierLength], 0, proving, randoms);
    }

    /// <summary>Goes on with another key: identifier, counter and an open transaction stay.</summary>
    /// <param name="channel">The session to go on from; over when this returns or throws.</param>
    /// <param name="key">The key. Read, not kept.</param>
    /// <param name="number">Its number in the application.</param>
    /// <param name="random">Makes the 16 bytes that this side adds.</param>
    public static Ev2Channel NonFirst(
        Ev2Channel channel, CardKey key, KeyNumber number, FillRandom random)
    {
        using var ended = channel;
        Span<byte> randoms = stackalloc byte[2 * RandomLength];
        Span<byte> proof = stackalloc byte[RandomLength];
        random(randoms[..RandomLength]);
        using var proving = new AesCmac(key.Bytes);
        if (!TryExchange(channel.Card, proving.Blocks, [NonFirstIns, number.Value], randoms, proof))
            throw new CardRefusedException("AuthenticateEV2NonFirst", CardStatus.AuthenticationError);

        MustReturn(randoms[..RandomLength], proof);

        return Open(channel.Card, channel.Identifier, channel.Counter, proving, randoms);
    }

    /// <summary>The session keys that two random numbers make: encryption key ‖ MAC key, 32 bytes.</summary>
    /// <param name="proven">Under the key that both sides proved.</param>
    /// <param name="randoms">The reader's 16 bytes ‖ the card's 16 bytes.</param>
    /// <param name="sessionKeys">Receives 32 bytes. The caller zeroes them.</param>
    public static void DeriveSessionKeys(
        AesCmac proven, ReadOnlySpan<byte> randoms, Span<byte> sessionKeys)
    {
        var mine = randoms[..RandomLength];
        var cards = randoms[RandomLength..];
        Span<byte> input = stackalloc byte[EncryptionLabel.Length + 26];
        var context = input[EncryptionLabel.Length..];
        mine[..8].CopyTo(context);
        AesBlocks.Xor(context[2..8], cards[..6]);
        cards[6..].CopyTo(context[8..]);
        mine[8..].CopyTo(context[18..]);

        EncryptionLabel.CopyTo(input);
        proven.Compute(input, sessionKeys);
        MacLabel.CopyTo(input);
        proven.Compute(input, sessionKeys[CardKey.Length..]);
    }

    /// <param name="card">The card.</param>
    /// <param name="aes">Under the key to prove.</param>
    /// <param name="opening">Opcode, key number and, for First, the empty list of capabilities.</param>
    /// <param name="randoms">This side's 16 bytes; the card's are added behind them.</param>
    /// <param name="proof">Receives the card's last cryptogram, decrypted.</param>
    /// <returns>False when the card has another key.</returns>
    private static bool TryExchange(
        ICardChannel card, AesBlocks aes, ReadOnlySpan<byte> opening, Span<byte> randoms, Span<byte> proof)
    {
        var name = opening[0] == FirstIns ? "AuthenticateEV2First" : "AuthenticateEV2NonFirst";
        Span<byte> frame = stackalloc byte[Frame.CommandMost];
        Span<byte> answer = stackalloc byte[Frame.AnswerMost];

        var length = card.Transmit(frame[..Frame.Wrap(opening[0], opening[1..], frame)], answer);
        var cardRandom = Frame.Unwrap(name, answer[..length], CardStatus.AdditionalFrame);
        Answer.MustHave(cardRandom, RandomLength);
        aes.DecryptCbc(ZeroIv, cardRandom);
        cardRandom.CopyTo(randoms[RandomLength..]);

        Span<byte> both = stackalloc byte[2 * RandomLength];
        randoms[..RandomLength].CopyTo(both);
        RotateLeft(cardRandom, both[RandomLength..]);
        aes.EncryptCbc(ZeroIv, both);
        length = card.Transmit(frame[..Frame.Wrap(AdditionalFrameIns, both, frame)], answer);
        if (Frame.StatusOf(name, answer[..length]) == CardStatus.AuthenticationError)
            return false;

        var last = Frame.Unwrap(name, answer[..length]);
        Answer.MustHave(last, proof.Length);
        aes.DecryptCbc(ZeroIv, last);
        last.CopyTo(proof);
        return true;
    }

    private static Ev2Channel Open(
        ICardChannel card, ReadOnlySpan<byte> identifier, ushort counter,
        AesCmac proven, ReadOnlySpan<byte> randoms)
    {
        Span<byte> sessionKeys = stackalloc byte[2 * CardKey.Length];
        DeriveSessionKeys(proven, randoms, sessionKeys);
        var channel = new Ev2Channel(card, identifier, counter, sessionKeys);
        CryptographicOperations.ZeroMemory(sessionKeys);
        return channel;
    }

    /// <summary>The card proves the key by sending our random number back, rotated by one byte.</summary>
    private static void MustReturn(ReadOnlySpan<byte> random, ReadOnlySpan<byte> returned)
    {
        Span<byte> expected = stackalloc byte[RandomLength];
        RotateLeft(random, expected);
        if (!CryptographicOperations.FixedTimeEquals(expected, returned))
            throw new CardNotTrustedException("The card did not prove that it holds the key.");
    }

    private static void RotateLeft(ReadOnlySpan<byte> bytes, Span<byte> rotated)
    {
        bytes[1..].CopyTo(rotated);
        rotated[RandomLength - 1] = bytes[0];
    }
}
