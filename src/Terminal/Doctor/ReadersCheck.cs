using SmartCardCrm.Terminal.Pcsc;
using SmartCardCrm.Terminal.TillApi;

namespace SmartCardCrm.Terminal.Doctor;

/// <summary>What the PC/SC service says.</summary>
/// <param name="Failure">Null where it answers.</param>
internal sealed record PcscSight(PcscCode? Failure, IReadOnlyList<string> Names)
{
    public static PcscSight Look()
    {
        try
        {
            using var context = new PcscContext();
            return new PcscSight(null, context.ReaderNames());
        }
        catch (PcscException failed)
        {
            return new PcscSight(failed.Code, []);
        }
    }
}

/// <summary>Card readers: the service, and those that this terminal is to have.</summary>
internal static class ReadersCheck
{
    /// <summary>A terminal at work: its own readers count, whatever else is plugged in.</summary>
    public static IEnumerable<Finding> Judge(ReadersAnswer running, PcscSight pcsc)
    {
        var gone = running.Readers.Where(r => !r.Available).Select(r => r.Name).ToList();
        var there = running.Readers.Where(r => r.Available).Select(r => r.Name).ToList();
        if (there.Count > 0)
            yield return Finding.Ok(Subject.Readers, string.Join(", ", there));
        if ((gone.Count > 0 || there.Count == 0) && Service(pcsc) is { } service)
            yield return service;
        else if (running.Readers.Count == 0)
            yield return NotTakenUp;
        foreach (var name in gone)
            yield return Absent(name, pcsc.Names);
    }

    /// <summary>A terminal that does not run.</summary>
    /// <param name="wanted">As <c>serve --reader</c> names them; empty for whatever there is.</param>
    public static IEnumerable<Finding> Judge(IReadOnlyList<string> wanted, PcscSight pcsc)
    {
        if (Service(pcsc) is { } service)
        {
            yield return service;
            yield break;
        }

        if (pcsc.Names.Count > 0)
            yield return Finding.Ok(Subject.Readers, string.Join(", ", pcsc.Names));
        foreach (var name in wanted.Except(pcsc.Names, StringComparer.Ordinal))
            yield return Absent(name, pcsc.Names);
    }

    private static Finding? Service(PcscSight pcsc) => pcsc switch
    {
        { Failure: PcscCode.SecurityViolation } => Finding.Fail(
            DoctorCode.PcscRefused, $"pcscd does not let {Environment.UserName} use readers.",
            "Install the rule that lets the terminal's user in: docs/operations.md, \"PC/SC\".",
            "Then: sudo systemctl restart polkit pcscd"),
        { Failure: { } code } => Finding.Fail(
            DoctorCode.PcscAbsent, $"PC/SC says {code}.",
            "sudo apt-get install pcscd libccid && sudo systemctl enable --now pcscd.socket"),
        { Names.Count: 0 } => Finding.Fail(
            DoctorCode.ReaderNone, "pcscd runs and sees no reader.",
            "Plug it in: the terminal takes it up by itself. Does lsusb list it? Its driver: sudo "
                + "apt-get install libccid, or the maker's.",
            "An ACR122 or another reader with a PN533: the kernel must leave it alone, docs/operations.md."),
        _ => null,
    };

    private static Finding NotTakenUp => Finding.Fail(
        DoctorCode.ReaderNone, "The terminal has not taken up the reader that is plugged in.",
        "It does so within a second or two: ask again.",
        "Else: journalctl -u smartcardcrm-terminal | grep reader-");

    private static Finding Absent(string name, IReadOnlyList<string> there) => Finding.Fail(
        DoctorCode.ReaderAbsent, $"\"{name}\" is not there.",
        "Plug it in. Is it spelled as `terminal readers` has it?"
            + (there.Count > 0 ? $" There are: {string.Join(", ", there)}" : ""));
}
