namespace SmartCardCrm.CardProtocol;

/// <summary>The steps that <see cref="MemberCard"/> will add, for whoever writes down what is to happen
/// before it sends anything.</summary>
public static class PlannedSteps
{
    /// <summary>As <see cref="MemberCard.Credit"/> and <see cref="MemberCard.Debit"/> will add it.</summary>
    /// <param name="points">Above zero for a credit, below for a debit; not zero.</param>
    public static TransactionStep ChangePoints(int points) => points > 0
        ? TransactionStep.Of(new Credit(CardLayout.Points, points), [])
        : TransactionStep.Of(new Debit(CardLayout.Points, -points), []);

    /// <summary>As <see cref="MemberCard.Append"/> will add it.</summary>
    public static TransactionStep Append(LogRecord record) =>
        TransactionStep.Of(MemberCard.Writing(record), []);

    /// <summary>As <see cref="MemberCard.CommitReaderId"/> will add it, but for the encrypted previous id,
    /// which only the card knows.</summary>
    public static TransactionStep CommitReaderId(ReaderId id) =>
        TransactionStep.Of(new CommitReaderID(id), []);
}
