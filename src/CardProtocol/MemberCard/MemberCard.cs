namespace SmartCardCrm.CardProtocol;

/// <summary>An open session with a member's card: the one door to what we keep on the chip.</summary>
/// <remarks>
/// One thread at a time. What is read since <see cref="Open"/> or <see cref="Restart"/> becomes part of the
/// transaction that <see cref="Commit"/> ends, and so of the card's proof. After an exception the session is
/// over.
/// </remarks>
public sealed class MemberCard : IDisposable
{
    /// <summary>Records of the log that the card keeps: the newest.</summary>
    public const int RecordsKept = CardLayout.RecordsKept;

    private static readonly SelectApplication Select = new(CardLayout.Application);
    private static readonly ICommand[] StateReads =
        [new ReadRecords(CardLayout.Log, 0, 1, LogRecord.Length), new GetValue(CardLayout.Points)];

    private readonly ICardChannel _card;
    private readonly CardKey _key;
    private readonly CardKeyNumber _number;
    private readonly FillRandom _random;
    private List<TransactionStep> _steps = [];
    private Ev2Channel _channel;
    private bool _committed;

    private MemberCard(ICardChannel card, CardKey key, CardKeyNumber number, FillRandom random)
    {
        _card = card;
        _key = key;
        _number = number;
        _random = random;
        _channel = Authenticate();
    }

    /// <summary>Everything of this transaction that enters the card's proof, in order, with plain
    /// data.</summary>
    /// <remarks>Stays after <see cref="Commit"/> until the next command, which begins another list.</remarks>
    public IReadOnlyList<TransactionStep> Steps => _steps;

    /// <summary>Selects our application and opens a session: 3 APDUs.</summary>
    /// <param name="channel">The card. Not owned.</param>
    /// <param name="key">The card's key. Not owned; needed for as long as the session may be
    /// restarted.</param>
    /// <param name="number">Which key that is: Enquiry or Sale.</param>
    /// <param name="random">Fresh randomness for the handshake.</param>
    /// <exception cref="CardRefusedException">A0: not our application; AE: the card has another
    /// key.</exception>
    /// <exception cref="CardNotTrustedException">The card does not hold the key.</exception>
    /// <exception cref="CardForeignException">Not a DESFire.</exception>
    public static MemberCard Open(
        ICardChannel channel, CardKey key, CardKeyNumber number, FillRandom random) =>
        new(channel, key, number, random);

    /// <summary>Opens the session anew, dropping what was staged and leaving earlier reads out of the proof:
    /// 3 APDUs.</summary>
    public void Restart()
    {
        _channel.Dispose();
        _steps = [];
        _committed = false;
        _channel = Authenticate();
    }

    /// <summary>The newest record when it was last read since the card was opened; null before.</summary>
    public LogRecord? NewestRead { get; private set; }

    /// <summary>The newest record, and so the card's state: 1 APDU.</summary>
    /// <exception cref="CardRefusedException">BE: the card has no record, for it was never born.</exception>
    /// <exception cref="CardForeignException">A record that this release cannot read.</exception>
    public LogRecord ReadNewest() => NewestRead = LogRecord.Decode(ReadRecords(0, 1).Span);

    /// <summary>The newest record and the points, as last committed: 2 APDUs.</summary>
    /// <inheritdoc cref="ReadNewest"/>
    public (LogRecord Newest, int Balance) ReadState()
    {
        _channel.SendAhead(StateReads);
        return (ReadNewest(), ReadBalance());
    }

    /// <summary>The log, newest first: 1 APDU, and 1 more for each three records after the first.</summary>
    /// <param name="most">How many, 1 to 10; the answer has fewer when fewer exist.</param>
    public IReadOnlyList<LogRecord> ReadLog(int most)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(most);
        List<LogRecord> log = [ReadNewest()];
        // The chip refuses to read more than there is. Each commit writes a record and n counts commits.
        var exist = (int)Math.Min(Math.Min(log[0].Counter, CardLayout.RecordsKept), (uint)most);
        while (log.Count < exist)
        {
            var count = Math.Min(CardLayout.RecordsPerAnswerMost, exist - log.Count);
            var records = ReadRecords(log.Count, count).Span;
            for (var i = count - 1; i >= 0; i--)
                log.Add(LogRecord.Decode(records.Slice(i * LogRecord.Length, LogRecord.Length)));
        }

        return log;
    }

    /// <summary>The member file: 1 APDU.</summary>
    public MemberProfile ReadProfile() => MemberProfile.Decode(
        Execute(new ReadData(CardLayout.MemberFile, 0, MemberProfile.Length)).Span);

    /// <summary>Whether file 1 says that: 1 APDU.</summary>
    public bool Has(Identity identity)
    {
        var wanted = new byte[Identity.Length];
        identity.Encode(wanted);
        var found = Execute(new ReadData(CardLayout.IdentityFile, 0, Identity.Length));
        return found.Span.SequenceEqual(wanted);
    }

    /// <summary>The points, as last committed: 1 APDU.</summary>
    public int ReadBalance() => Execute(new GetValue(CardLayout.Points));

    /// <summary>The counter and MAC of the last commit: 1 APDU. Needs the enquiry key; not part of a
    /// proof.</summary>
    public CommitProof ReadLastCommit() => CommitProof.Read(
        _channel.Execute(new ReadData(CardLayout.TransactionMacFile, 0, CommitProof.Length)).Span);

    /// <summary>Adds points at commit: 1 APDU. Needs the sale key.</summary>
    /// <param name="points">1 or more.</param>
    public void Credit(int points)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(points);
        Execute(new Credit(CardLayout.Points, points));
    }

    /// <summary>Takes points off at commit: 1 APDU.</summary>
    /// <param name="points">1 or more.</param>
    /// <exception cref="CardRefusedException">BE: the card holds fewer.</exception>
    public void Debit(int points)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(points);
        Execute(new Debit(CardLayout.Points, points));
    }

    /// <summary>Adds a record to the log at commit: 1 APDU. Needs the sale key.</summary>
    public void Append(LogRecord record) => Execute(Writing(record));

    /// <summary>Writes the member file anew at commit: 1 APDU. Needs the sale key.</summary>
    public void Write(MemberProfile profile) => Execute(Writing(profile));

    /// <summary>Names who commits: 1 APDU. Needs the sale key; the card refuses to commit without
    /// it.</summary>
    /// <returns>Who committed before, for the server's eyes.</returns>
    public EncryptedReaderId CommitReaderId(ReaderId id) => Execute(new CommitReaderID(id));

    /// <summary>Makes everything staged final, all or nothing: 1 APDU.</summary>
    /// <exception cref="CardException">Whatever it is, it is unknown whether the card has
    /// committed.</exception>
    public CommitProof Commit()
    {
        var proof = _channel.Execute(new CommitTransaction());
        _committed = true;
        return proof;
    }

    public void Dispose() => _channel.Dispose();

    /// <summary>Says what will be sent next, in this order, to a card that is far away.</summary>
    internal void SendAhead(IEnumerable<ICommand> next) => _channel.SendAhead(next);

    /// <summary>The command that stages a record.</summary>
    internal static WriteRecord Writing(LogRecord record)
    {
        var bytes = new byte[LogRecord.Length];
        record.Encode(bytes);
        return new WriteRecord(CardLayout.Log, bytes);
    }

    /// <summary>The command that stages a member file.</summary>
    internal static WriteData Writing(MemberProfile profile)
    {
        var bytes = new byte[MemberProfile.Length];
        profile.Encode(bytes);
        return new WriteData(CardLayout.MemberFile, 0, bytes);
    }

    private ReadOnlyMemory<byte> ReadRecords(int newest, int count) =>
        Execute(new ReadRecords(CardLayout.Log, newest, count, LogRecord.Length));

    /// <summary>Sends a command of a plan.</summary>
    internal TAnswer Execute<TAnswer>(ICommand<TAnswer> command)
    {
        if (_committed)
            _steps = [];
        _committed = false;
        return _channel.Execute(command, _steps);
    }

    private Ev2Channel Authenticate()
    {
        if (_card is IDistantCard distant)
            distant.SendAhead([PlainChannel.FrameOf(Select), Ev2Handshake.FirstFrame(_number)]);
        new PlainChannel(_card).Execute(Select);
        return Ev2Handshake.First(_card, _key, _number, _random);
    }
}
