namespace SmartCardCrm.CardProtocol.Tests;

/// <summary>What the bench and phone taps ask of a chip, and no more: a factory EV3 whose master key is DES,
/// or a NTAG 424 DNA. It may be torn away before or after any exchange.</summary>
internal sealed class BlankChip : ICardChannel
{
    private static readonly byte[] CardRandom = [.. Enumerable.Range(0x51, 16).Select(value => (byte)value)];

    private readonly Uid _uid;
    private readonly bool _isNtag;
    private readonly List<Level> _applications = [];
    private readonly Level _picc = new()
    {
        Settings = 0x0F,
        Kind = 0x01,
        Keys = [new ChipKey()],
        IsDes = true,
    };
    private Level _selected;
    private ChipSession? _session;
    private Func<byte[], (byte[] Answer, ChipSession Session)?>? _handshake;
    private int _versionFrames;

    public BlankChip(Uid uid, bool isNtag = false)
    {
        (_uid, _isNtag, _selected) = (uid, isNtag, _picc);
        if (isNtag)
            _applications.Add(Level.Ntag());
    }

    public List<string> Transcript { get; } = [];

    public int Exchanges => Transcript.Count / 2;

    public int? TornAt { get; set; }

    /// <summary>The key that applications begin with.</summary>
    public ChipKey Default { get; private set; } = new();

    public Level Picc => _picc;

    public IReadOnlyList<Level> Applications => _applications;

    public void PutBack()
    {
        Transcript.Clear();
        TornAt = null;
        Select(_picc);
    }

    public int Transmit(ReadOnlySpan<byte> command, Span<byte> answer)
    {
        var moment = 2 * Exchanges;
        Transcript.Add("> " + Convert.ToHexString(command));
        if (TornAt == moment)
            throw new CardLostException("Torn before the exchange.");

        var bytes = command[0] == 0x00 ? SelectByName(command) : Native(command);
        Transcript.Add("< " + Convert.ToHexString(bytes));
        if (TornAt == moment + 1)
            throw new CardLostException("Torn after the exchange.");

        bytes.CopyTo(answer);
        return bytes.Length;
    }

    private byte[] SelectByName(ReadOnlySpan<byte> command)
    {
        var name = Convert.ToHexString(command[5..]);
        var found = _applications.Find(application => application.Name == name);
        if (found is null)
            return [0x6A, 0x82];

        Select(found);
        return [0x90, 0x00];
    }

    private void Select(Level level) => (_selected, _session, _handshake) = (level, null, null);

    private byte[] Native(ReadOnlySpan<byte> command)
    {
        var body = command.Length > 5 ? command.Slice(5, command[4]).ToArray() : [];
        try
        {
            return command[1] switch
            {
                0x60 => Version(0),
                0xAF when _handshake is not null => Finish(body),
                0xAF => Version(_versionFrames),
                0x5A => SelectById(body),
                0x71 => Challenge(ev1: false),
                0x1A => Challenge(ev1: true),
                _ => Protected(command[1], body),
            };
        }
        catch (RefusedException refused)
        {
            _session = null;
            return [0x91, refused.Status];
        }
    }

    private byte[] Version(int frame)
    {
        _versionFrames = frame + 1;
        var version = Convert.FromHexString(_isNtag ? "04040230001105" : "04010133001805");
        if (frame < 2)
            return [.. version, 0x91, 0xAF];

        var uid = new byte[Uid.Length];
        _uid.CopyTo(uid);
        return [.. uid, .. new byte[7], 0x91, 0x00];
    }

    private byte[] SelectById(byte[] aid)
    {
        var id = Convert.ToHexString(aid);
        var level = id == "000000" ? _picc : _applications.Find(application => application.Aid == id);
        Select(level ?? throw new RefusedException(0xA0));
        return [0x91, 0x00];
    }

    private byte[] Challenge(bool ev1)
    {
        RefusedException.Unless(_selected.IsDes == ev1, 0x9D);
        var key = _selected.Keys[0].Value;
        var challenge = CardRandom[..(ev1 ? 8 : 16)];
        if (ev1)
        {
            var chain = new Ev1Cipher(new DesCipher(key.AsSpan(0, 8)));
            chain.Encrypt(challenge);
            _handshake = message => ChipSession.Ev1.Finish(chain, CardRandom[..8], message);
        }
        else
        {
            using var aes = new AesBlocks(key);
            aes.EncryptCbc(new byte[16], challenge);
            _handshake = message => ChipSession.Ev2.Finish(key, CardRandom, message);
        }

        return [.. challenge, 0x91, 0xAF];
    }

    private byte[] Finish(byte[] message)
    {
        var finished = _handshake?.Invoke(message) ?? throw new RefusedException(0xAE);
        (_handshake, _session) = (null, finished.Session);
        return [.. finished.Answer, 0x91, 0x00];
    }

    private byte[] Protected(byte ins, byte[] body)
    {
        var (mode, header, dataLength) = Shape(ins, body);
        var plain = _session is null ? body : _session.Open(ins, body, mode, header, dataLength);
        RefusedException.Unless(plain is not null, 0x1E);
        var data = Run(ins, plain ?? []);
        if (data is null)
        {
            _session = null;
            return [0x91, 0x00];
        }

        return [.. _session?.Seal(data, mode) ?? data, 0x91, 0x00];
    }

    private (CommMode Mode, int Header, int DataLength) Shape(byte ins, byte[] body) => ins switch
    {
        0x54 => (CommMode.Full, 0, 1),
        0xC4 => (CommMode.Full, 1, 17),
        0x5C => (CommMode.Full, 1, 25),
        0x5F => (CommMode.Full, 1, 0),
        0xAD or 0x8D => (_selected.Files[body[0]].ModeFor(ins), 7, 0),
        _ => (CommMode.Mac, body.Length, 0),
    };

    /// <returns>Null when success ends the session.</returns>
    private byte[]? Run(byte ins, byte[] body)
    {
        var needsKey = ins is not 0xCA || (_picc.Settings & 0x04) == 0;
        RefusedException.Unless(_session is not null || !needsKey, 0xAE);
        switch (ins)
        {
            case 0xCA:
                RefusedException.Unless(!_isNtag && _selected == _picc, 0x9D);
                _applications.Add(Level.Created(body, Default));
                return [];
            case 0x5C:
                RefusedException.Unless(_selected == _picc && body[0] == 0x01, 0x9E);
                Default = new ChipKey(body[1..17], body[25]);
                return [];
            case 0xC4:
                return _selected.ChangeKey(body) ? null : [];
            default:
                return _selected.Run(ins, body, _isNtag);
        }
    }
}

/// <summary>The chip says no.</summary>
internal sealed class RefusedException(byte status) : Exception
{
    public byte Status => status;

    public static void Unless(bool condition, byte status)
    {
        if (!condition)
            throw new RefusedException(status);
    }
}
