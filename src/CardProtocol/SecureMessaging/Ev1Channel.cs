using System.Security.Cryptography;

namespace SmartCardCrm.CardProtocol;

/// <summary>A session of DESFire's older kind, which a card from the factory needs until its master key is
/// AES. For the bench: it carries settings and keys, not files.</summary>
/// <remarks>
/// Each answer ends in the first 8 bytes of a CMAC; commands carry none, but advance it. Full mode appends a
/// CRC to the data and encrypts both. Broken until proven whole, as <see cref="Ev2Channel"/>. Source:
/// recorded EV3 traffic, tests/vectors/ev1-aes.json.
/// </remarks>
internal sealed class Ev1Channel : IDisposable
{
    private const int MacLength = 8;
    private const int ChecksumLength = 4;

    private readonly ICardChannel _card;
    private readonly Ev1Cipher _cipher;
    private bool _broken;

    /// <param name="card">The card. Not owned.</param>
    /// <param name="cipher">Under the session key, nothing sent yet. Owned.</param>
    public Ev1Channel(ICardChannel card, Ev1Cipher cipher)
    {
        _card = card;
        _cipher = cipher;
    }

    /// <summary>Sends a command and returns what the card answered, verified.</summary>
    /// <param name="command">One without data, or in full mode and with an answer without data. ChangeKey
    /// only for the session's own key.</param>
    /// <exception cref="CardRefusedException">Another status than 00; not protected by a MAC.</exception>
    /// <exception cref="CardNotTrustedException">MAC or length of the answer is wrong.</exception>
    public TAnswer Execute<TAnswer>(ICommand<TAnswer> command)
    {
        ObjectDisposedException.ThrowIf(_broken, this);
        _broken = true;
        Span<byte> frame = stackalloc byte[Frame.CommandMost];
        Span<byte> answer = stackalloc byte[Frame.AnswerMost];
        var length = _card.Transmit(frame[..Wrap(command, frame)], answer);
        var body = Frame.Unwrap(command.GetType().Name, answer[..length]);
        var result = command.Read(command.EndsSession ? body : Unwrap(body));
        _broken = command.EndsSession;
        return result;
    }

    public void Dispose()
    {
        _broken = true;
        _cipher.Dispose();
    }

    private int Wrap<TAnswer>(ICommand<TAnswer> command, Span<byte> frame)
    {
        var whole = new ByteWriter(stackalloc byte[1 + Frame.BodyMost]);
        whole.Byte(command.Ins);
        command.WriteHeader(ref whole);
        var header = whole.Length;
        command.WriteData(ref whole);
        if (whole.Length == header)
        {
            _cipher.Mac(whole.Written);
        }
        else
        {
            whole.UInt32(Crc32.Of(whole.Written));
            var missing = -(whole.Length - header) & (_cipher.BlockLength - 1);
            whole.Next(missing).Clear();
            _cipher.Encrypt(whole.Written[header..]);
        }

        return Frame.Wrap(command.Ins, whole.Written[1..], frame);
    }

    private ReadOnlySpan<byte> Unwrap(ReadOnlySpan<byte> body)
    {
        if (body.Length < MacLength)
            throw new CardNotTrustedException("The answer carries no MAC.");

        var data = body[..^MacLength];
        var covered = new ByteWriter(stackalloc byte[Frame.AnswerMost]);
        covered.Bytes(data);
        covered.Byte(CardStatus.Ok);
        _cipher.Mac(covered.Written);
        return CryptographicOperations.FixedTimeEquals(_cipher.Running[..MacLength], body[^MacLength..])
            ? data
            : throw new CardNotTrustedException("The MAC of the answer is wrong.");
    }
}

/// <summary>Opens sessions of the older kind: AuthenticateAES, and AuthenticateISO with the factory's DES
/// key.</summary>
/// <remarks>One CBC chain runs through all three cryptograms.</remarks>
internal static class Ev1Handshake
{
    private const byte AesIns = 0xAA;
    private const byte IsoIns = 0x1A;
    private const byte AdditionalFrameIns = 0xAF;
    private const int LongestRandom = 16;
    private const int Quarter = 4;

    /// <summary>AA; null when the card has another key, or none of AES.</summary>
    public static Ev1Channel? TryAes(ICardChannel card, CardKey key, KeyNumber number, FillRandom random) =>
        TryOpen(card, new AesCipher(key.Bytes), [AesIns, number.Value], random);

    /// <summary>1A with the all-zero DES key of a card from the factory; null when the card has
    /// another.</summary>
    public static Ev1Channel? TryFactoryDes(ICardChannel card, KeyNumber number, FillRandom random)
    {
        Span<byte> zero = stackalloc byte[DesCipher.BlockLength];
        zero.Clear();
        return TryOpen(card, new DesCipher(zero), [IsoIns, number.Value], random);
    }

    /// <summary>The session key that two random numbers make: quarters of both, in turn.</summary>
    /// <param name="mine">The reader's, 8 or 16 bytes.</param>
    /// <param name="cards">The card's, as long.</param>
    /// <param name="sessionKey">Receives as many bytes.</param>
    public static void DeriveSessionKey(
        ReadOnlySpan<byte> mine, ReadOnlySpan<byte> cards, Span<byte> sessionKey)
    {
        mine[..Quarter].CopyTo(sessionKey);
        cards[..Quarter].CopyTo(sessionKey[Quarter..]);
        if (mine.Length == DesCipher.BlockLength)
            return;

        mine[^Quarter..].CopyTo(sessionKey[(2 * Quarter)..]);
        cards[^Quarter..].CopyTo(sessionKey[(3 * Quarter)..]);
    }

    private static Ev1Channel? TryOpen(
        ICardChannel card, IBlockCipher key, ReadOnlySpan<byte> opening, FillRandom random)
    {
        using var chain = new Ev1Cipher(key);
        Span<byte> randoms = stackalloc byte[2 * LongestRandom];
        randoms = randoms[..(2 * key.Length)];
        random(randoms[..key.Length]);
        if (!TryExchange(card, chain, opening, randoms))
            return null;

        Span<byte> sessionKey = stackalloc byte[LongestRandom];
        sessionKey = sessionKey[..key.Length];
        DeriveSessionKey(randoms[..key.Length], randoms[key.Length..], sessionKey);
        IBlockCipher session = key is DesCipher ? new DesCipher(sessionKey) : new AesCipher(sessionKey);
        CryptographicOperations.ZeroMemory(sessionKey);
        return new Ev1Channel(card, new Ev1Cipher(session));
    }

    /// <param name="card">The card.</param>
    /// <param name="chain">Under the key to prove.</param>
    /// <param name="opening">Opcode and key number.</param>
    /// <param name="randoms">This side's, and room for the card's.</param>
    /// <returns>False when the card has another key.</returns>
    private static bool TryExchange(
        ICardChannel card, Ev1Cipher chain, ReadOnlySpan<byte> opening, Span<byte> randoms)
    {
        var name = opening[0] == AesIns ? "AuthenticateAES" : "AuthenticateISO";
        var half = randoms.Length / 2;
        Span<byte> frame = stackalloc byte[Frame.CommandMost];
        Span<byte> answer = stackalloc byte[Frame.AnswerMost];
        var length = card.Transmit(frame[..Frame.Wrap(opening[0], opening[1..], frame)], answer);
        if (IsRefused(Frame.StatusOf(name, answer[..length])))
            return false;

        var cardRandom = Frame.Unwrap(name, answer[..length], CardStatus.AdditionalFrame);
        Answer.MustHave(cardRandom, half);
        chain.Decrypt(cardRandom);
        cardRandom.CopyTo(randoms[half..]);

        Span<byte> both = stackalloc byte[2 * LongestRandom];
        both = both[..randoms.Length];
        randoms[..half].CopyTo(both);
        RotateLeft(cardRandom, both[half..]);
        chain.Encrypt(both);
        length = card.Transmit(frame[..Frame.Wrap(AdditionalFrameIns, both, frame)], answer);
        if (IsRefused(Frame.StatusOf(name, answer[..length])))
            return false;

        var proof = Frame.Unwrap(name, answer[..length]);
        Answer.MustHave(proof, half);
        chain.Decrypt(proof);
        RotateLeft(randoms[..half], both);
        return CryptographicOperations.FixedTimeEquals(both[..half], proof)
            ? true
            : throw new CardNotTrustedException("The card did not prove that it holds the key.");
    }

    /// <summary>Whether the card has another key, or one of another type.</summary>
    private static bool IsRefused(byte status) =>
        status is CardStatus.AuthenticationError or CardStatus.PermissionDenied;

    private static void RotateLeft(ReadOnlySpan<byte> bytes, Span<byte> rotated)
    {
        bytes[1..].CopyTo(rotated);
        rotated[bytes.Length - 1] = bytes[0];
    }
}
