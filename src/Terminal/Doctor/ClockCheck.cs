using SmartCardCrm.Terminal.Sync;

namespace SmartCardCrm.Terminal.Doctor;

/// <summary>What can be known of this machine's clock.</summary>
/// <param name="Ahead">Its time less the server's; null where the server did not say.</param>
/// <param name="Synchronised">Null where nobody can tell.</param>
/// <param name="IsPi">Raspberry Pis have no clock of their own, but for the 5 with its battery.</param>
internal sealed record ClockSight(TimeSpan? Ahead, bool? Synchronised, bool HasRtc, bool IsPi)
{
    /// <param name="ahead">As the server's answer had it.</param>
    public static async Task<ClockSight> Look(TimeSpan? ahead, CancellationToken cancellation) => new(
        ahead,
        await Programs.Ask("timedatectl", ["show", "-p", "NTPSynchronized", "--value"], cancellation) switch
        {
            "yes" => true,
            "no" => false,
            _ => null,
        },
        File.Exists("/dev/rtc0"), IsRaspberryPi("/proc/device-tree/model"));

    private static bool IsRaspberryPi(string model) =>
        File.Exists(model)
        && File.ReadAllText(model).StartsWith("Raspberry Pi", StringComparison.Ordinal);
}

/// <summary>Whether this machine knows the time, and will after a power cut.</summary>
internal static class ClockCheck
{
    private static readonly TimeSpan FailFrom = TimeSpan.FromHours(1);

    private const string SetIt =
        "sudo apt-get install systemd-timesyncd && sudo timedatectl set-ntp true; then: timedatectl";

    public static IEnumerable<Finding> Judge(ClockSight clock)
    {
        yield return clock.Ahead switch
        {
            null => Finding.Ok(Subject.Clock, "cannot be compared: the server did not answer"),
            { } ahead when ahead.Duration() <= ClockWatch.DifferenceMost =>
                Finding.Ok(Subject.Clock, "as the server's"),
            { } ahead when ahead.Duration() < FailFrom => Finding.Warn(
                DoctorCode.ClockOff, $"{ClockWatch.Difference(ahead)} the server's", SetIt),
            { } ahead => Finding.Fail(
                DoctorCode.ClockOff, $"{ClockWatch.Difference(ahead)} the server's", SetIt,
                "Or by hand: sudo timedatectl set-ntp false; sudo timedatectl set-time 'YYYY-MM-DD HH:MM'"),
        };
        yield return clock.Synchronised switch
        {
            true => Finding.Ok(Subject.Synchronised, "by NTP"),
            false => Finding.Warn(
                DoctorCode.ClockUnsynchronised, "The clock is not synchronised by NTP.", SetIt,
                "A shop's firewall must let UDP port 123 out, or name a server of your own: "
                    + "/etc/systemd/timesyncd.conf"),
            null => Finding.Ok(Subject.Synchronised, "cannot be told: timedatectl does not answer"),
        };
        if (clock is { IsPi: true, HasRtc: false })
        {
            yield return Finding.Warn(
                DoctorCode.RtcAbsent, "No clock with a battery: after a power cut time comes from NTP alone.",
                "Where the network may be away, fit one: the battery of a Pi 5, or a DS3231 with",
                "dtoverlay=i2c-rtc,ds3231 in /boot/firmware/config.txt");
        }
    }
}
