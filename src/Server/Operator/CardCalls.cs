using System.Globalization;
using System.Security.Claims;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.Server.Audit;
using SmartCardCrm.Server.Members;
using SmartCardCrm.Server.Relay;
using SmartCardCrm.Server.Reports;
using SmartCardCrm.Server.Staff;
using SmartCardCrm.Server.Sync;
using SmartCardCrm.Server.Terminals;

namespace SmartCardCrm.Server.Operator;

/// <summary>Body of <c>POST /api/cards/issue</c>. Reader: empty or missing for whichever gets a
/// card.</summary>
internal sealed record AskedIssue(long Member, uint Terminal, string Reader = "");

/// <summary>A card with its newest transactions, and what it tells of those that nobody has
/// reported.</summary>
internal sealed record CardAnswer(
    CardRow Card, IReadOnlyList<TransactionRow> History, IReadOnlyList<TransactionRow> Unreported);

/// <summary>A card's state for comparing it with the chip.</summary>
/// <param name="Uid">14 hex digits.</param>
/// <param name="CardNumber">As people know it.</param>
/// <param name="Balance">The fold of its postings.</param>
/// <param name="Counter">Highest counter with no hole below it.</param>
internal sealed record LedgerCard(string Uid, long CardNumber, long Balance, long Counter);

/// <summary>Cards, and issuing them.</summary>
internal static class CardCalls
{
    public static void Map(RouteGroupBuilder api)
    {
        var cards = api.For(Resource.Cards, Access.Read);
        var issuing = api.For(Resource.Issuing, Access.Change);
        cards.MapGet("/cards", (CardList cards, string? text, int skip = 0, int take = 100) =>
            cards.List(text, Math.Max(skip, 0), BookCalls.Most(take)));
        cards.MapGet("/cards/{id}", Card);
        cards.MapGet("/ledger/cards", LedgerCards);
        issuing.MapPost("/cards/issue", Issue);
        issuing.MapGet("/jobs", IReadOnlyList<IssueProgress> (
            IssueDesk desk, TerminalBook terminals, ClaimsPrincipal user) =>
            [.. desk.Jobs.Where(job => terminals.Find(job.Request.Terminal, user.Scope!) is not null)]);
        issuing.MapGet("/jobs/{id:guid}", (
            Guid id, IssueDesk desk, TerminalBook terminals, ClaimsPrincipal user) =>
            desk.Find(id, terminals, user.Scope!) is { } job ? Results.Ok(job) : NoJob());
        issuing.MapDelete("/jobs/{id:guid}", (
            Guid id, IssueDesk desk, TerminalBook terminals, ClaimsPrincipal user) =>
            desk.Find(id, terminals, user.Scope!) is not null && desk.Cancel(id)
                ? Results.NoContent()
                : NoJob());
    }

    /// <summary>The card of a number, or of a UID in 14 hex digits; null where there is none.</summary>
    public static CardRow? Find(string id, CardList cards) =>
        Uid.TryParse(id, out var uid) ? cards.FindByUid(uid.ToString())
        : long.TryParse(id, CultureInfo.InvariantCulture, out var number) ? cards.Find(number)
        : null;

    public static IResult Unknown() => Problems.NotFound("card-unknown", "There is no such card.");

    /// <summary>Changes a card, and has terminals told.</summary>
    /// <param name="card">Null where there is none.</param>
    /// <param name="bell">Rung when it is changed.</param>
    /// <param name="change">Of the card with this number; returns why not, or null.</param>
    public static IResult Change(CardRow? card, FeedBell bell, Func<long, string?> change)
    {
        if (card is null)
            return Unknown();
        if (change(card.Number) is { } refusal)
            return CardProblems.Of(refusal);
        bell.Ring();
        return Results.NoContent();
    }

    private static IResult Card(
        string id, CardList cards, TransactionList transactions, UnreportedList unreported, int take = 100)
    {
        if (Find(id, cards) is not { } card)
            return Unknown();
        var history = transactions.OfCard(card.Number, 0, BookCalls.Most(take));
        return Results.Ok(new CardAnswer(card, history.Rows, unreported.OfCard(card.Number)));
    }

    private static IReadOnlyList<LedgerCard> LedgerCards(CardList cards) =>
        [.. cards.List(null, 0, int.MaxValue).Rows
            .Select(card => new LedgerCard(card.Uid, card.Number, card.Balance, card.AcknowledgedCounter))];

    private static IResult Issue(
        AskedIssue asked, IssueDesk desk, MemberBook members, TerminalBook terminals, HttpContext context)
    {
        if (members.Find(asked.Member) is null)
            return Problems.NotFound("member-unknown", "There is no such member.");
        if (terminals.Find(asked.Terminal, context.User.Scope!) is not { RevokedUs: null })
            return Problems.NotFound("terminal-unknown", "There is no such terminal, or it was revoked.");

        var job = desk.Start(new IssueRequest(
            asked.Member, asked.Terminal, asked.Reader, AuditActor.Of(context)));
        return Results.Accepted($"/api/jobs/{job.Id}", job);
    }

    private static IResult NoJob() => Problems.NotFound("job-unknown", "There is no such job.");
}
