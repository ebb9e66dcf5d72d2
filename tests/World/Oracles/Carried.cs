using SmartCardCrm.CardProtocol;
using SmartCardCrm.SyncContract;
using SmartCardCrm.Terminal;

namespace SmartCardCrm.World;

/// <summary>What others did to a card and headquarters had not acknowledged stands, as far as the card's log
/// reaches, in the journal of the terminal that the card comes to.</summary>
internal static class Carried
{
    /// <summary>A sale was completed.</summary>
    public static void Sold(Till till, uint terminal, Presentation presentation)
    {
        if (presentation is not { IsUndisturbed: true, Purchase: { } purchase }
            || purchase is not { Card: { Tampered: false, Imitated: false } card }
            || purchase.Commits is not [{ Record: var written }]
            || written.Circumstances.HasFlag(Circumstances.Centralised))
        {
            return;
        }

        // What came right before a sale of its own, that sale has told.
        var own = card.Commits.Where(c => c.Record.Terminal == terminal).ToLookup(c => c.Record.Counter);
        var others = card.Commits.Where(c => c.Record.Terminal != 0 && IsInReach(c.Record.Counter, written)
            && !own.Contains(c.Record.Counter) && !own.Contains(c.Record.Counter + 1));
        var missing = others.ExceptBy(CarriedBy(till), c => Convert.ToHexString(c.Bytes)).FirstOrDefault();
        Truth.Demand(
            missing is null, "I7",
            $"terminal {terminal} sold to card {card.Uid} and left n {missing?.Record.Counter} in its log");
    }

    /// <summary>Whether the terminal of a card's newest commit had to read this one: the one before it is
    /// told of under the card's own signature.</summary>
    private static bool IsInReach(uint counter, LogRecord newest) =>
        counter > newest.AcknowledgedCounter && counter + 1 < newest.Counter
        && counter + MemberCard.RecordsKept > newest.Counter;

    private static IEnumerable<string> CarriedBy(Till till) =>
        till.Journal.Unsent(0, int.MaxValue, int.MaxValue)
            .Select(entry => EntryBody.Parser.ParseFrom(entry.Body))
            .Where(body => body.CardLog is not null)
            .SelectMany(body => body.CardLog.Records, (_, record) => Convert.ToHexString(record.Span));
}
