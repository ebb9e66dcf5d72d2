namespace SmartCardCrm.CardProtocol.Tests;

/// <summary>Headquarters, as plain as can be: takes what tills report, believes only what the card signed,
/// and compares it with the card.</summary>
internal static class PlainBook
{
    /// <summary>Holds everything reported against the card.</summary>
    /// <param name="card">The card. It stays.</param>
    /// <param name="queued">The card actions that headquarters has queued: points each.</param>
    public static void Check(ChipInReader card, IReadOnlyList<int> queued, params PlainTill[] tills)
    {
        using var key = Example.Key(CardKeyNumber.TransactionMac);
        var happened = tills.SelectMany(till => till.Journal).Where(one => one.Told == Told.Happened)
            .OrderBy(one => one.Plan.Record.Counter).ToList();
        var before = Example.Plan.ReaderId;
        var balance = 0L;
        for (var i = 0; i < happened.Count; i++)
        {
            var one = happened[i];
            Assert.Equal((uint)i + 2, one.Plan.Record.Counter);                                 // I2
            CheckProof(key, one, before, happened.ElementAtOrDefault(i + 1));
            before = one.Plan.ReaderId;
            balance += one.Plan.Changes.Sum();
        }

        CheckCard(card, happened, balance, queued);
    }

    private static void CheckProof(CardKey key, Try one, ReaderId before, Try? next)
    {
        var n = one.Plan.Record.Counter;
        var previous = TransactionMac.EncryptPrevious(key, Example.Uid, n, before);
        TransactionStep[] steps = [.. one.Read, .. one.Plan.StepsAfter(previous)];
        if (one.Steps.Count > 0)
            Assert.Equal(TransactionMac.Tmi(steps), TransactionMac.Tmi(one.Steps));
        if (one.Proof is { } proof)
            Assert.Equal(new CommitProof(n, TransactionMac.Compute(key, Example.Uid, n, steps)), proof);
        else
            MustFollow(key, one, next);                                                         // I6, I9
    }

    // Where the answer to CommitReaderID is lost too, the proof of the commit after it is over that answer.
    private static void MustFollow(CardKey key, Try one, Try? next)
    {
        Assert.NotNull(next);
        if (TransactionContent.TryRead(next.Steps)?.PreviousReaderId is not { } encrypted)
            return;
        var n = next.Plan.Record.Counter;
        Assert.Equal(one.Plan.ReaderId, TransactionMac.DecryptPrevious(key, Example.Uid, n, encrypted));
    }

    private static void CheckCard(
        ChipInReader reader, List<Try> happened, long balance, IReadOnlyList<int> queued)
    {
        reader.PutBack();
        using var card = HeldKeys.Open(reader, CardKeyNumber.Enquiry);
        var newest = card.ReadNewest();
        Assert.Equal(happened.Count == 0 ? Example.Birth : happened[^1].Plan.Record, newest);   // I3, I4, I5
        Assert.Equal(balance, card.ReadBalance());                                              // I5
        Assert.Equal(newest.Counter, card.ReadLastCommit().Tmc);                                // I12
        var profile = happened.FindLast(one => one.Plan.Profile is not null)?.Plan.Profile;
        Assert.Equal(profile ?? Example.Profile, card.ReadProfile());

        var applied = happened.Sum(one =>
            one.Plan.Changes.Sum() - one.Plan.Record.Earned + one.Plan.Record.Redeemed);
        Assert.Equal(queued.Take(newest.LastCardAction).Sum(), applied);                        // I8
    }
}
