using System.Net;
using SmartCardCrm.Terminal.Pcsc;
using SmartCardCrm.Terminal.Sync;
using SmartCardCrm.Terminal.TillApi;

namespace SmartCardCrm.Terminal.Doctor;

/// <summary>The Till API, and what the running terminal says of itself.</summary>
internal static class TillCheck
{
    public static IEnumerable<Finding> Judge(TillSight till, string data)
    {
        yield return Listener(till);
        if (till is { Running: false })
        {
            yield return Finding.Warn(
                DoctorCode.TerminalStopped, "The terminal does not run.",
                "sudo systemctl enable --now smartcardcrm-terminal",
                $"Or, to see it work: terminal serve --data {data}");
        }

        if (till.Health is not { } health)
            yield break;
        yield return Serving(health, data);
        if (!health.Connected && health.StoppedBecause is null)
        {
            yield return Finding.Warn(
                DoctorCode.SyncAway, "The terminal has no connection to the server at this moment.",
                "See the line server. If that one is ok: journalctl -u smartcardcrm-terminal | grep sync-");
        }

        // That no reader is there is a line of its own.
        foreach (var fault in health.Faults.Where(f => !Says(f, ReaderBoard.NoReader)))
            yield return Fault(fault);
    }

    private static Finding Fault(string fault) =>
        Says(fault, SyncCode.JournalCompacted)
            ? Finding.Warn(
                DoctorCode.JournalCompacted, fault,
                "The server's book was restored from a backup older than --keep-days. Is there a newer one?",
                "Else: keep this folder aside, for what was not sent is only there, and enrol anew.")
            : Finding.Warn(
                DoctorCode.Fault, fault,
                "A light or switch: is it wired as signals.json says? terminal signals test --help",
                "The clock: see the line clock. It goes away by itself when it works again.");

    private static bool Says(string fault, string code) => fault.StartsWith(code, StringComparison.Ordinal);

    private static Finding Listener(TillSight till) => till switch
    {
        { PortTaken: true } => Finding.Fail(
            DoctorCode.TillApiTaken, $"Another program has {till.Address}.",
            FormattableString.Invariant($"Which one? sudo ss -ltnp 'sport = :{till.Address.Port}'"),
            "Or serve elsewhere: terminal serve --urls http://127.0.0.1:5281, and tell the till."),
        { Running: false } => Finding.Ok(
            Subject.TillApi, $"{till.Address} is free"),
        { Status: HttpStatusCode.Unauthorized } => Finding.Fail(
            DoctorCode.TillApiRefused, "till-api.key is not the key that the running terminal knows.",
            "It reads the file at its start: systemctl restart smartcardcrm-terminal",
            "Give the till the key that is in the file now."),
        { Failure: { } failure } => Finding.Fail(
            DoctorCode.TillApiSilent, $"Somebody has the data folder, and {till.Address} says: {failure}",
            "It starts, or `terminal signals test` runs: ask again in a minute.",
            "Else: journalctl -u smartcardcrm-terminal -n 50; systemctl restart smartcardcrm-terminal"),
        _ => Finding.Ok(Subject.TillApi, $"answers at {till.Address}"),
    };

    private static Finding Serving(HealthAnswer health, string data) => health switch
    {
        { StoppedBecause: { } code } => StopCheck.Of(code, data),
        { Ready: true } => Finding.Ok(Subject.Terminal, "serves cards"),
        { RuleSetVersion: null } => Finding.Fail(
            DoctorCode.RulesAbsent, "No rule set yet: nothing is sold.",
            "It comes with the first connection to the server: see the line server."),
        _ => Finding.Fail(
            DoctorCode.KeysAbsent, "The terminal has no card keys: no card is served.",
            "They come with the first connection to the server: see the line server."),
    };
}
