namespace SmartCardCrm.World;

/// <summary>Mistakes in a tap, and in what a terminal does about its doubts.</summary>
internal static class TapBugs
{
    private const string Tap = "src/Taps/Tap.cs";
    private const string Keyed = "src/Taps/KeyedTap.cs";
    private const string Desk = "src/Terminal/Checkout/CheckoutDesk.cs";
    private const string Recovery = "src/Terminal/Checkout/CheckoutRecovery.cs";
    private const string Settling = "src/CardProtocol/MemberCard/UnansweredCommit.cs";
    private const string Plan = "src/Taps/OperationPlan.cs";
    private const string Courier = "src/Taps/Courier.cs";
    private const string Decider = "src/Taps/CardDecider.cs";

    public static IReadOnlyList<PlantedBug> All { get; } =
    [
        new("expired-is-redeemed", "Points that have expired are redeemed.",
            Decider, "var withheld = expiry.Withheld(asked.Place.Today, balance);",
            "var withheld = $bug ? 0 : expiry.Withheld(asked.Place.Today, balance);", 20),
        new("own-card-forgotten", "A till takes a copy of what a card was before it served it.",
            Decider, "?? WithOurs(reading, sight, asked.Place.Terminal)",
            "?? ($bug ? null : WithOurs(reading, sight, asked.Place.Terminal))", 12),
        new("expiring-not-spent-first", "What is spent leaves what expires next as it was.",
            Decider, "expiry.AfterSpending(asked.Place.Today, terms.Spent)",
            "expiry.AfterSpending(asked.Place.Today, $bug ? 0 : terms.Spent)", 12),
        new("courier-one-record-short", "The lowest record that headquarters lacks is not read.",
            Courier, "Math.Min(unheard + 2, MemberCard.RecordsKept)",
            "Math.Min(unheard + ($bug ? 1u : 2u), MemberCard.RecordsKept)", 12),
        new("courier-for-the-own", "Only what the terminal did itself is carried.",
            Courier, "!isOwn(session.Uid, record)", "isOwn(session.Uid, record) == $bug", 12),
        new("post-before-commit", "The till is told of a sale once its commit is sent, answered or not.",
            Tap, "return new CheckoutState.InDoubt(plan.Sequence);",
            """
            return $bug
                ? new CheckoutState.Completed(CheckoutResult.Of(plan.Intent, plan.Terms))
                : new CheckoutState.InDoubt(plan.Sequence);
            """, 3),
        new("bad-answer-taken-for-no", "A commit that is answered with an error did not happen.",
            Tap, "_journal.Append(Entries.Doubt(plan.Sequence, previous));",
            """
            if ($bug && wrong is not CardLostException)
            {
                _journal.Append(Entries.Failure(plan.Sequence, RetryCode.CardRefused));
                return new CheckoutState.PresentAgain(RetryCode.CardRefused);
            }

            _journal.Append(Entries.Doubt(plan.Sequence, previous));
            """, 8),
        new("no-answer-taken-for-no", "A commit that is not answered did not happen.",
            Tap, "var proof = card.Commit();",
            """
            CommitProof proof;
            try
            {
                proof = card.Commit();
            }
            catch (CardLostException) when ($bug)
            {
                _journal.Append(Entries.Failure(plan.Sequence, RetryCode.CardLost));
                return new CheckoutState.PresentAgain(RetryCode.CardLost);
            }

            """, 5),
        new("balance-not-read", "The balance is taken from the record instead of from the chip.",
            Tap, "var (newest, balance) = card.ReadState();",
            """
            var (newest, balance) = $bug ? (card.ReadNewest(), 0) : card.ReadState();
            balance = $bug ? newest.BalanceAfter : balance;
            """, 1),
        new("member-file-read-at-every-sale", "A sale reads a file that it does not need.",
            Tap, "return Decide(reading, checkout, card.Steps, now) switch",
            """
            if ($bug)
                card.ReadProfile();
            return Decide(reading, checkout, card.Steps, now) switch
            """, 1),
        new("settling-reads-in-proof", "What settling read stays in the proof of the sale after it.",
            Keyed, "if (_hasSettled)", "if (_hasSettled && !$bug)", 5),
        new("retry-a-debit", "A tap in doubt is tried again like one that did nothing.",
            Desk, "if (result is CheckoutState.InDoubt)",
            """
            if ($bug && result is CheckoutState.InDoubt)
                result = new CheckoutState.PresentAgain(RetryCode.CardLost);
            if (result is CheckoutState.InDoubt)
            """, 5),
        new("doubt-times-out", "A checkout in doubt runs out of time as if no card had come.",
            Desk, "if (checkout.State is CheckoutState.InDoubt doubt)",
            "if (checkout.State is CheckoutState.InDoubt doubt && !$bug)", 8),
        new("abandonment-not-journaled", "A till gives up a doubt and nobody writes it down.",
            Desk, "_journal.Append(Entries.Abandonment(doubt.IntentSequence));",
            "if (!$bug) _journal.Append(Entries.Abandonment(doubt.IntentSequence));", 8),
        new("restart-forgets-the-try", "After a restart a checkout is served anew, whatever its tap did.",
            Recovery, "if (trace is null)", "if (trace is null || $bug)", 8),
        new("settled-by-counter-alone", "A doubt is over once the card's counter has moved, by whomever.",
            Settling, "record.Terminal == Terminal && record.Sequence == Sequence",
            "$bug || (record.Terminal == Terminal && record.Sequence == Sequence)", 8),
        new("settled-one-record-short", "Settling reads one record too few, and so looks at the wrong one.",
            Settling, "_ => Found(readLog((int)since)[^1]),",
            "_ => Found(readLog((int)since - ($bug ? 1 : 0))[^1]),", 8),
        new("settled-past-the-log", "A record that the log no longer keeps never was.",
            Settling, "> LogReaches => DoubtVerdict.Open,", "> LogReaches when !$bug => DoubtVerdict.Open,",
            12) { Recipe = "--faults tear,network --members 3 --terminals 8" },
        new("card-action-twice", "A tap applies card actions and leaves the card's number of the last one.",
            Plan, "Decision.Actions is [.., var last] ? (ushort)last.Number",
            "Decision.Actions is [.., var last] && !$bug ? (ushort)last.Number", 8),
        new("card-action-in-record-only", "Card actions are in the record, but not on the chip.",
            Plan, "[.. Decision.Actions.Select(a => a.Points)",
            "[.. Decision.Actions.Where(_ => !$bug).Select(a => a.Points)", 8),
    ];
}
