namespace SmartCardCrm.CardProtocol;

/// <summary>Everything that one transaction writes on a card, decided and stored before the first of it is
/// sent.</summary>
/// <param name="Record">The record that it appends.</param>
/// <param name="ReaderId">Who commits, signed for this card and the record's counter.</param>
public sealed record TransactionPlan(LogRecord Record, ReaderId ReaderId)
{
    /// <summary>Credits above and debits below zero, in the order in which they are sent; none is
    /// zero.</summary>
    public IReadOnlyList<int> Changes { get; init; } = [];

    /// <summary>The member file to be; null where it stays.</summary>
    public MemberProfile? Profile { get; init; }

    /// <summary>What it will add to the card's proof, behind what was read before; but for the encrypted
    /// previous reader id, which only the card knows.</summary>
    public IEnumerable<TransactionStep> Steps => StepsAnswered([]);

    /// <summary>The plan of a change.</summary>
    /// <param name="before">The newest record on the card.</param>
    /// <param name="change">What happens. Card actions come first, then what takes points off; what a return
    /// gives back comes before what it takes.</param>
    /// <param name="sign">Signs the reader id for a counter.</param>
    public static TransactionPlan Of(LogRecord before, CardChange change, Func<uint, ReaderId> sign)
    {
        var record = RunningState.Next(before, change);
        var givesFirst = change.Kind is LogKind.Return or LogKind.Reversal;
        int[] own = givesFirst ? [change.Earned, -change.Redeemed] : [-change.Redeemed, change.Earned];
        return new TransactionPlan(record, sign(record.Counter))
        {
            Changes = [.. change.CardActionPoints.Concat(own).Where(points => points != 0)],
            Profile = change.Profile,
        };
    }

    /// <summary>Stages all of it and says who commits; only <see cref="MemberCard.Commit"/> is missing then.
    /// 2 APDUs, and 1 for each change and for the member file.</summary>
    /// <returns>Who committed before, for the server's eyes.</returns>
    /// <exception cref="CardException">Nothing has changed on the card.</exception>
    public EncryptedReaderId Stage(MemberCard card)
    {
        card.SendAhead(Writes.Append<ICommand>(new CommitReaderID(ReaderId)));
        foreach (var write in Writes)
            card.Execute(write);
        return card.CommitReaderId(ReaderId);
    }

    /// <summary>As <see cref="Steps"/>, with what the card answered to CommitReaderID.</summary>
    public IEnumerable<TransactionStep> StepsAfter(EncryptedReaderId previous)
    {
        var answer = new byte[EncryptedReaderId.Length];
        previous.CopyTo(answer);
        return StepsAnswered(answer);
    }

    // In the order in which they are sent, and so enter the proof.
    private IEnumerable<ICommand<Nothing>> Writes
    {
        get
        {
            foreach (var points in Changes)
            {
                yield return points > 0
                    ? new Credit(CardLayout.Points, points)
                    : new Debit(CardLayout.Points, -points);
            }

            if (Profile is not null)
                yield return MemberCard.Writing(Profile);
            yield return MemberCard.Writing(Record);
        }
    }

    private IEnumerable<TransactionStep> StepsAnswered(byte[] readerIdAnswer) =>
    [
        .. Writes.Select(write => TransactionStep.Of(write, [])),
        TransactionStep.Of(new CommitReaderID(ReaderId), readerIdAnswer),
    ];
}
