using SmartCardCrm.Server.Cards;

namespace SmartCardCrm.Server.Operator;

/// <summary>Why something is not done to a card, as callers are told.</summary>
internal static class CardProblems
{
    public static IResult Of(string code) => code switch
    {
        "already-blocked" => Conflict(code, "The card is blocked already."),
        "not-blocked" => Conflict(code, "The card is not blocked."),
        "card-not-active" => Conflict(code, "The card is neither active nor blocked."),
        "already-retired" => Conflict(code, "The card is out of use already."),
        "already-waiting" => Conflict(code, "The card's points wait to be carried over already."),
        "card-holds-points" => Conflict(code, "The card has points; carry them over to its member."),
        "reason-unknown" => Problems.BadRequest(
            code,
            $"Reasons to block are {List(BlockReason.OfBlocking)}; to unblock "
            + $"{List(BlockReason.OfUnblocking)}; to replace {List(RetirementReason.OfReplacing)}; to retire "
            + $"{List(RetirementReason.OfRetiring)}."),
        "by-length" => Problems.BadRequest(code, "Who does it has 1 to 64 characters."),
        "offer-range" => Problems.BadRequest(
            code, "An offer has a number from 1, 1 to 255 uses, a kind of 0 to 255, a last day before 2179."),
        "offers-full" => Conflict(code, "The card has eight offers."),
        "offer-unknown" => Problems.NotFound(code, "The card has no such offer."),
        "member-not-anonymous" => Conflict(code, "It is known whose card it is."),
        "member-anonymous" => Conflict(code, "Nobody knows who that member is."),
        "card-programme" => Conflict(code, "Card and member are of two programmes."),
        "member-unknown" => Problems.NotFound(code, "There is no such member."),
        "batch-size" => Problems.BadRequest(code, "A batch has 1 to 100,000 cards."),
        "origin-length" => Problems.BadRequest(code, "The origin has 1 to 64 characters."),
        "not-a-bench" => Conflict(code, "Factory cards are not prepared at that terminal."),
        "bench-busy" => Conflict(code, "A batch is being worked on at that terminal."),
        "batch-unknown" => Problems.NotFound(code, "There is no such batch."),
        "programme-unknown" => Problems.NotFound(code, "There is no such programme."),
        "card-unknown" => CardCalls.Unknown(),
        _ => throw new System.Diagnostics.UnreachableException(code),
    };

    private static string List(IReadOnlyList<string> reasons) => string.Join(", ", reasons);

    private static IResult Conflict(string code, string title) =>
        Problems.Of(StatusCodes.Status409Conflict, code, title);
}
