using SmartCardCrm.Terminal.Sync;

namespace SmartCardCrm.Terminal.Doctor;

/// <summary>Why a terminal serves no card, and the way out.</summary>
internal static class StopCheck
{
    /// <summary>Every code with which health says that no card is served.</summary>
    public static IReadOnlyList<string> Codes { get; } =
    [
        StopCode.Tamper, StopCode.KeysExpired, SyncCode.TerminalUnknown, SyncCode.TerminalRevoked,
        SyncCode.ProtocolVersion, SyncCode.JournalBehind, SyncCode.JournalDiffers,
    ];

    /// <param name="code">What stops it.</param>
    /// <param name="data">The data folder.</param>
    public static Finding Of(string code, string data) =>
        Finding.Fail(code, Meaning(code), Advice(code, data));

    private static string Meaning(string code) => code switch
    {
        StopCode.Tamper => "The housing was opened, and nobody has released the terminal.",
        StopCode.KeysExpired => "The card keys were held for as long as the server allows; it was away.",
        SyncCode.TerminalUnknown => "The server knows no terminal with this certificate.",
        SyncCode.TerminalRevoked => "This terminal was revoked at the server.",
        SyncCode.ProtocolVersion => "The server does not speak this release's protocol.",
        SyncCode.JournalBehind => "The server has entries that this journal lacks: an old copy of the disk.",
        SyncCode.JournalDiffers => "This journal is not the one that the server knows under this number.",
        _ => "No card is served.",
    };

    private static IReadOnlyList<string> Advice(string code, string data) => code switch
    {
        StopCode.Tamper =>
        [
            $"When somebody has looked at the machine and closed it: terminal release-tamper --data {data}",
            "Where it may have been changed: revoke it at the server and enrol it anew.",
        ],
        StopCode.KeysExpired =>
            ["Bring the network back: see the lines server. The terminal asks again by itself."],
        SyncCode.TerminalUnknown =>
        [
            "Is it the right server? Was the server's book restored from before the enrolment?",
            .. Anew,
        ],
        SyncCode.TerminalRevoked => ["A revocation is for good, also where it was a mistake.", .. Anew],
        SyncCode.ProtocolVersion => ["Update terminal or server, whichever is older; then start it again."],
        SyncCode.JournalBehind or SyncCode.JournalDiffers =>
        [
            "Bring back the newest copy of the data folder, if there is one, and start the terminal again.",
            "Otherwise keep this folder aside: what it has not sent is only there.",
            .. Anew,
        ],
        _ => ["See docs/operations.md."],
    };

    private static readonly string[] Anew =
    [
        "Enrol anew in an empty folder: server terminal token …, then terminal enrol --data NEW …",
    ];
}
