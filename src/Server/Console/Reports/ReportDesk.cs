using SmartCardCrm.Server.Reports;
using SmartCardCrm.Server.Storage;

namespace SmartCardCrm.Server.Console.Reports;

/// <summary>What somebody asks a report.</summary>
/// <param name="Name">The report's, which is known.</param>
/// <param name="From">As of <see cref="ReportRoom.Of"/>, and so are the others.</param>
public sealed record ReportQuestion(
    string Name, DateOnly? From, DateOnly? Through, int Days, long? Card);

/// <summary>A report's answer as far as people turn its pages.</summary>
/// <param name="Rows">The first, at most <see cref="Page.CountMost"/>.</param>
/// <param name="Total">How many there are.</param>
/// <param name="Bars">Of all of them; none where no picture helps.</param>
public sealed record ReportAnswer(
    IReadOnlyList<IReadOnlyList<object?>> Rows, long Total, IReadOnlyList<ReportBar> Bars);

/// <summary>Keeps what reports have answered, so that a page with a long one can be left and come back
/// to.</summary>
internal sealed class ReportDesk(ReportRoom room, TimeProvider clock)
{
    private readonly KeptAnswers<ReportQuestion, ReportAnswer> _answers = new(
        question => Ask(room, question), clock);

    /// <inheritdoc cref="KeptAnswers{TQuestion, TAnswer}.Of"/>
    public KeptAnswer<ReportAnswer> Of(ReportQuestion question) => _answers.Of(question);

    private static ReportAnswer Ask(ReportRoom room, ReportQuestion question)
    {
        var table = room.Of(question.Name, question.From, question.Through, question.Days, question.Card)!;
        var bars = ReportRoom.Find(question.Name)!.Bars;
        return new ReportAnswer(
            [.. table.Rows.Take((int)Page.CountMost)], table.Rows.Count,
            bars is null ? [] : ReportBar.Of(table, bars));
    }
}
