namespace SmartCardCrm.World;

/// <summary>Mistakes in the chip's language and in making a card.</summary>
internal static class CardBugs
{
    private const string Channel = "src/CardProtocol/SecureMessaging/Ev2Channel.cs";
    private const string TransactionPlan = "src/CardProtocol/MemberCard/TransactionPlan.cs";
    private const string MemberCard = "src/CardProtocol/MemberCard/MemberCard.cs";

    public static IReadOnlyList<PlantedBug> All { get; } =
    [
        new("answer-mac-ignored", "An answer is believed whose MAC is wrong.",
            Channel, "if (!CryptographicOperations.FixedTimeEquals(expected, mac))",
            "if (!$bug && !CryptographicOperations.FixedTimeEquals(expected, mac))", 5),
        new("member-file-kept", "The member file that a card action asks for is not written.",
            TransactionPlan, "            Profile = change.Profile,",
            "            Profile = $bug ? null : change.Profile,", 5),
        new("log-read-backwards", "Records that come in one answer are taken in the wrong order.",
            MemberCard, "for (var i = count - 1; i >= 0; i--)",
            "foreach (var i in $bug ? Enumerable.Range(0, count) : Enumerable.Range(0, count).Reverse())",
            30),
    ];
}
