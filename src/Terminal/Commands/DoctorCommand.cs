using System.CommandLine;
using SmartCardCrm.Terminal.Doctor;

namespace SmartCardCrm.Terminal.Commands;

/// <summary><c>terminal doctor</c>: what is wrong here, and what to do.</summary>
internal static class DoctorCommand
{
    private const int SomethingFails = 1;

    public static Command Make(TimeProvider clock)
    {
        var data = CommonOptions.DataFolder();
        var url = CommonOptions.TillApi();
        url.Description = "Where the Till API is to answer, as `terminal serve` has it; a terminal that "
            + "runs is found by itself.";
        var readers = CommonOptions.Readers();
        var journalKey = CommonOptions.JournalKey();
        var json = new Option<bool>("--json") { Description = "For machines: verdict, code, seen, advice." };
        var command = new Command(
            "doctor",
            """
            Look at everything a terminal needs, and say what to fix: folder and disk, enrolment,
            certificate and keys, journal and rules, clock, server, readers, signals, Till API. It changes
            nothing, and the terminal may run meanwhile. Ask as the user the terminal runs as.

            Each check is a line: ok, warn (it sells, but see to it) or fail (it serves no card, or will not
            soon), a code that does not change between releases, and what was seen; below it, what to do.
            docs/operations.md has a table of the codes. Exit code: 0, or 1 where something fails.

              sudo -u smartcardcrm terminal doctor --data /var/lib/smartcardcrm-terminal
              terminal doctor --data DIR --reader "ACS ACR1252 1S CL Reader 00 00"
              terminal doctor --data DIR --json
            """)
        {
            data, url, readers, journalKey, json,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            var worst = Verdict.Ok;
            var failed = await CommandLine.Guarded(async () =>
            {
                var options = new DoctorOptions(
                    parsed.GetRequiredValue(data).FullName, parsed.GetRequiredValue(url),
                    parsed.GetRequiredValue(readers))
                {
                    JournalKey = parsed.GetValue(journalKey)?.FullName,
                };
                var report = Report.Of(await new Examination(options, clock).Run(cancellation));
                worst = report.Worst;
                foreach (var line in parsed.GetValue(json) ? [report.ToJson()] : report.Lines())
                    await Console.Out.WriteLineAsync(line);
            });
            return worst == Verdict.Fail ? SomethingFails : failed;
        });
        return command;
    }
}
