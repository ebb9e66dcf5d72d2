using System.Security.Cryptography;

namespace SmartCardCrm.CardProtocol;

/// <summary>An authenticated session: every command carries a MAC, every answer must, and full mode
/// encrypts.</summary>
/// <remarks>
/// Broken until proven whole: after a failure, card and terminal may disagree on the counter, so the channel
/// that threw throws <see cref="ObjectDisposedException"/> from then on. The counter moves only after a
/// verified answer.
/// </remarks>
internal sealed class Ev2Channel : IDisposable
{
    public const int IdentifierLength = 4;

    private const int PrefixLength = 1 + 2 + IdentifierLength;

    private readonly byte[] _identifier;
    private readonly AesBlocks _cipher;
    private readonly AesCmac _cmac;
    private bool _broken;

    /// <param name="card">The card. Not owned.</param>
    /// <param name="identifier">TI, 4 bytes. Copied.</param>
    /// <param name="counter">CmdCtr: how many commands the session has had.</param>
    /// <param name="sessionKeys">Encryption key ‖ MAC key, 32 bytes. Copied into the platform's keys.</param>
    public Ev2Channel(
        ICardChannel card, ReadOnlySpan<byte> identifier, ushort counter, ReadOnlySpan<byte> sessionKeys)
    {
        Card = card;
        Counter = counter;
        _identifier = identifier.ToArray();
        _cipher = new AesBlocks(sessionKeys[..CardKey.Length]);
        _cmac = new AesCmac(sessionKeys[CardKey.Length..]);
    }

    public ICardChannel Card { get; }

    public ushort Counter { get; private set; }

    public ReadOnlySpan<byte> Identifier => _identifier;

    /// <summary>Where the card is far away: sends together what will be executed next, in this
    /// order.</summary>
    public void SendAhead(IEnumerable<ICommand> next)
    {
        if (Card is not IDistantCard distant)
            return;
        ObjectDisposedException.ThrowIf(_broken, this);
        var frames = new List<ReadOnlyMemory<byte>>();
        Span<byte> frame = stackalloc byte[Frame.CommandMost];
        foreach (var command in next)
        {
            var length = Wrap(command, (ushort)(Counter + frames.Count), frame);
            frames.Add(frame[..length].ToArray());
        }

        if (frames.Count > 0)
            distant.SendAhead(frames);
    }

    /// <summary>Sends a command and returns what the card answered, verified.</summary>
    /// <param name="command">What to do.</param>
    /// <param name="steps">Where the command is noted as part of a transaction, once answered; or
    /// null.</param>
    /// <typeparam name="TAnswer">Follows from the command.</typeparam>
    /// <exception cref="CardRefusedException">Another status than 00; not protected by a MAC.</exception>
    /// <exception cref="CardNotTrustedException">MAC, padding or length of the answer is wrong.</exception>
    public TAnswer Execute<TAnswer>(ICommand<TAnswer> command, ICollection<TransactionStep>? steps = null)
    {
        ObjectDisposedException.ThrowIf(_broken, this);
        _broken = true;
        Span<byte> frame = stackalloc byte[Frame.CommandMost];
        Span<byte> answer = stackalloc byte[Frame.AnswerMost];
        var length = Card.Transmit(frame[..Wrap(command, Counter, frame)], answer);
        var data = Unwrap(command, answer[..length]);
        var result = command.Read(data);
        steps?.Add(TransactionStep.Of(command, data));
        Counter++;
        _broken = command.EndsSession;
        return result;
    }

    public void Dispose()
    {
        _broken = true;
        _cipher.Dispose();
        _cmac.Dispose();
    }

    private int Wrap(ICommand command, ushort counter, Span<byte> frame)
    {
        // What the MAC covers begins with bytes that are not sent, and goes on with the body that is.
        var covered = new ByteWriter(stackalloc byte[PrefixLength + Frame.BodyMost]);
        WritePrefix(ref covered, command.Ins, counter);
        command.WriteHeader(ref covered);
        var header = covered.Length;
        command.WriteData(ref covered);
        if (command.Mode is CommMode.Full && covered.Length > header)
            Encrypt(ref covered, header, counter);
        if (command.Mode is not CommMode.Plain)
        {
            Span<byte> mac = stackalloc byte[AesCmac.ShortLength];
            _cmac.ComputeShort(covered.Written, mac);
            covered.Bytes(mac);
        }

        return Frame.Wrap(command.Ins, covered.Written[PrefixLength..], frame);
    }

    private ReadOnlySpan<byte> Unwrap<TAnswer>(ICommand<TAnswer> command, Span<byte> answer)
    {
        var body = Frame.Unwrap(command.GetType().Name, answer);
        if (command.EndsSession || command.Mode is CommMode.Plain)
            return body;
        if (body.Length < AesCmac.ShortLength)
            throw new CardNotTrustedException("The answer carries no MAC.");

        var data = body[..^AesCmac.ShortLength];
        VerifyMac(data, body[^AesCmac.ShortLength..]);
        return command.Mode is CommMode.Full && !data.IsEmpty ? Decrypt(data) : data;
    }

    private void VerifyMac(ReadOnlySpan<byte> data, ReadOnlySpan<byte> mac)
    {
        var covered = new ByteWriter(stackalloc byte[PrefixLength + Frame.AnswerMost]);
        WritePrefix(ref covered, CardStatus.Ok, (ushort)(Counter + 1));
        covered.Bytes(data);

        Span<byte> expected = stackalloc byte[AesCmac.ShortLength];
        _cmac.ComputeShort(covered.Written, expected);
        if (!CryptographicOperations.FixedTimeEquals(expected, mac))
            throw new CardNotTrustedException("The MAC of the answer is wrong.");
    }

    private void WritePrefix(ref ByteWriter to, byte first, ushort counter)
    {
        to.Byte(first);
        to.UInt16(counter);
        to.Bytes(_identifier);
    }

    /// <summary>Pads what follows <paramref name="from"/> with 80 and zeros, always, and encrypts it in
    /// place.</summary>
    private void Encrypt(ref ByteWriter covered, int from, ushort counter)
    {
        covered.Byte(0x80);
        var missing = -(covered.Length - from) & (AesBlocks.BlockLength - 1);
        covered.Next(missing).Clear();

        Span<byte> iv = stackalloc byte[AesBlocks.BlockLength];
        MakeIv([0xA5, 0x5A], counter, iv);
        _cipher.EncryptCbc(iv, covered.Written[from..]);
    }

    private ReadOnlySpan<byte> Decrypt(Span<byte> data)
    {
        if (data.Length % AesBlocks.BlockLength != 0)
            throw new CardNotTrustedException("The answer is not whole blocks.");

        Span<byte> iv = stackalloc byte[AesBlocks.BlockLength];
        MakeIv([0x5A, 0xA5], (ushort)(Counter + 1), iv);
        _cipher.DecryptCbc(iv, data);
        var end = data.LastIndexOfAnyExcept((byte)0x00);
        return end >= 0 && data[end] == 0x80
            ? data[..end]
            : throw new CardNotTrustedException("The padding of the answer is wrong.");
    }

    /// <summary>Where the CBC chain of one cryptogram begins.</summary>
    /// <param name="label">A5 5A for a command, 5A A5 for an answer.</param>
    /// <param name="counter">The command's; one more for its answer.</param>
    /// <param name="iv">Receives 16 bytes.</param>
    internal void MakeIv(ReadOnlySpan<byte> label, ushort counter, Span<byte> iv)
    {
        iv.Clear();
        var to = new ByteWriter(iv);
        to.Bytes(label);
        to.Bytes(_identifier);
        to.UInt16(counter);
        _cipher.Encrypt(iv);
    }
}
