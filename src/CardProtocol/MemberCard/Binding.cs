namespace SmartCardCrm.CardProtocol;

/// <summary>What makes a prepared card somebody's, decided and stored before the first command.</summary>
/// <param name="Profile">File 2 as born.</param>
/// <param name="Birth">The first record: kind Birth, counter 1.</param>
/// <param name="ReaderId">Who commits the birth, signed for this card and counter 1.</param>
public sealed record BindingPlan(MemberProfile Profile, LogRecord Birth, ReaderId ReaderId)
{
    internal TransactionPlan Transaction => new(Birth, ReaderId) { Profile = Profile };
}

/// <summary>Gives a prepared card to a member, by its birth: the last step of <see cref="Personalisation"/>,
/// which a shop can take alone and without a network, since it needs the terminal's two keys only.</summary>
/// <remarks>Run again with the same plan after any <see cref="CardLostException"/>.</remarks>
public static class Binding
{
    /// <param name="channel">The card. Not owned.</param>
    /// <param name="plan">The same at every attempt.</param>
    /// <param name="enquiry">The card's enquiry key. Not owned.</param>
    /// <param name="sale">The card's sale key. Not owned.</param>
    /// <param name="random">Fresh randomness for the handshakes.</param>
    /// <returns>Counter 1, its MAC, its steps; not verified here. Where an earlier attempt lost the answer to
    /// its commit, the last step lacks what the card answered to CommitReaderID: the holder of its
    /// transaction MAC key adds it with <see cref="Complete"/>.</returns>
    /// <exception cref="CardRefusedException">A0 or F0: the card is not prepared.</exception>
    /// <exception cref="CardForeignException">It had another birth, or was used since.</exception>
    /// <exception cref="CardNotTrustedException">An answer is not the card's.</exception>
    public static CommitEvidence Run(
        ICardChannel channel, BindingPlan plan, CardKey enquiry, CardKey sale, FillRandom random)
    {
        MustBeBirth(plan.Birth);
        using (var card = MemberCard.Open(channel, enquiry, CardKeyNumber.Enquiry, random))
        {
            var last = card.ReadLastCommit();
            if (last.Tmc > 1)
                throw Foreign(CardForeignReason.InUse, "The card has been used since its birth.");
            if (last.Tmc == 1)
            {
                return card.ReadNewest() == plan.Birth
                    ? new CommitEvidence(last, [.. plan.Transaction.Steps])
                    : throw Foreign(CardForeignReason.OtherContent, "The card had another birth.");
            }
        }

        return Commit(channel, plan, sale, random);
    }

    /// <summary>Adds to a birth what its card answered and nobody heard; a birth that lacks nothing stays as
    /// it is.</summary>
    /// <param name="birth">As <see cref="Run"/> gave it.</param>
    /// <param name="uid">The card.</param>
    /// <param name="transactionMac">The card's transaction MAC key.</param>
    public static CommitEvidence Complete(CommitEvidence birth, Uid uid, CardKey transactionMac)
    {
        var committing = birth.Steps[^1];
        if (committing.Data.Length != ReaderId.Length)
            return birth;

        var data = new byte[ReaderId.Length + EncryptedReaderId.Length];
        committing.Data.Span.CopyTo(data);
        TransactionMac.EncryptPrevious(transactionMac, uid, birth.Proof.Tmc, previous: default)
            .CopyTo(data.AsSpan(ReaderId.Length));
        var completed = new TransactionStep(committing.Header, data);
        return birth with { Steps = [.. birth.Steps.SkipLast(1), completed] };
    }

    internal static void MustBeBirth(LogRecord record)
    {
        if (record is not { Kind: LogKind.Birth, Counter: 1 })
            throw new ArgumentException("The first record is a birth with counter 1.", nameof(record));
    }

    private static CommitEvidence Commit(
        ICardChannel channel, BindingPlan plan, CardKey sale, FillRandom random)
    {
        using var card = MemberCard.Open(channel, sale, CardKeyNumber.Sale, random);
        plan.Transaction.Stage(card);
        var proof = card.Commit();
        return new CommitEvidence(proof, card.Steps);
    }

    private static CardForeignException Foreign(CardForeignReason reason, string message) =>
        new(reason, message);
}
