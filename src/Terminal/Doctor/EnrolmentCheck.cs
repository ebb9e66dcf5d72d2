using System.Text.Json;
using SmartCardCrm.Terminal.Keys;

namespace SmartCardCrm.Terminal.Doctor;

/// <summary>Whether this folder is a terminal of a chain, and of which.</summary>
internal static class EnrolmentCheck
{
    /// <param name="terminal">Who it is; null where that cannot be told.</param>
    public static Finding Judge(DataFolder data, string path, out EnrolledTerminal? terminal)
    {
        terminal = null;
        try
        {
            terminal = EnrolledTerminal.Load(data);
        }
        catch (Exception wrong) when (wrong is JsonException or IOException or UnauthorizedAccessException)
        {
            return Finding.Fail(
                DoctorCode.EnrolmentUnreadable, $"{data.Enrolment}: {wrong.Message}",
                "Restore terminal.json from a backup of this very terminal, or enrol anew in an empty "
                    + "folder.");
        }

        return terminal is null ? NotEnrolled(path) : Judge(terminal);
    }

    public static Finding Judge(EnrolledTerminal terminal) =>
        TimeZoneInfo.TryFindSystemTimeZoneById(terminal.StoreZone, out _)
            ? Finding.Ok(
                Subject.Enrolment,
                FormattableString.Invariant(
                    $"terminal {terminal.Terminal} of store {terminal.Store} ({terminal.StoreZone}), ")
                + $"\"{terminal.Name}\", server {terminal.Server}")
            : Finding.Fail(
                DoctorCode.ZoneUnknown, $"This machine does not know the zone {terminal.StoreZone}.",
                "sudo apt-get install --reinstall tzdata");

    private static Finding NotEnrolled(string path) => Finding.Fail(
        DoctorCode.NotEnrolled, "This folder belongs to no terminal yet.",
        "At the server: server terminal token --data DIR --name \"Till 3\" --store 1 --zone Europe/Riga "
            + "> till-3.token",
        $"Here: terminal enrol --data {path} --server https://HOST:5443 --name \"Till 3\" "
            + "--token-file till-3.token");
}
