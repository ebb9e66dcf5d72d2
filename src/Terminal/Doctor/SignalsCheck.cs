using System.Runtime.InteropServices;
using SmartCardCrm.Terminal.Signals;

namespace SmartCardCrm.Terminal.Doctor;

/// <summary>What this machine has for lights and switches.</summary>
/// <param name="Chips">Devices like /dev/gpiochip0.</param>
/// <param name="Refused">Why the chip cannot be opened; null where it can.</param>
internal sealed record GpioSight(IReadOnlyList<string> Chips, string? Refused, bool HasLibrary)
{
    // In the order in which releases of Debian and Raspberry Pi OS have them.
    private static readonly string[] Libraries = ["libgpiod.so.3", "libgpiod.so.2", "libgpiod.so.1"];

    public static GpioSight Look(int? chip)
    {
        var chips = Directory.Exists("/dev") ? Directory.GetFiles("/dev", "gpiochip*") : [];
        var asked = FormattableString.Invariant($"/dev/gpiochip{chip ?? 0}");
        return new GpioSight(chips, chips.Contains(asked) ? TryOpen(asked) : null, Libraries.Any(CanLoad));
    }

    private static string? TryOpen(string device)
    {
        try
        {
            using var _ = new FileStream(device, FileMode.Open, FileAccess.ReadWrite);
            return null;
        }
        catch (UnauthorizedAccessException refused)
        {
            return refused.Message;
        }
        catch (IOException)
        {
            return null;                                             // no stream, as devices are
        }
    }

    private static bool CanLoad(string library)
    {
        if (!NativeLibrary.TryLoad(library, out var handle))
            return false;
        NativeLibrary.Free(handle);
        return true;
    }
}

/// <summary>Lights, buzzer and tamper switch, as signals.json has them.</summary>
internal static class SignalsCheck
{
    /// <param name="path">signals.json.</param>
    /// <param name="named">The readers that the terminal is to have; empty for whatever there is.</param>
    /// <param name="there">Those that the running terminal uses; empty where they are not known.</param>
    /// <param name="look">Sees what the machine has.</param>
    public static IEnumerable<Finding> Judge(
        string path, IReadOnlyList<string> named, IReadOnlyList<string> there, Func<int?, GpioSight> look)
    {
        if (TryLoad(path, named, out var wrong) is not { } file)
        {
            yield return wrong is null
                ? Finding.Ok(Subject.Signals, "none: there is no signals.json")
                : Finding.Fail(
                    DoctorCode.SignalsConfig, wrong, $"Edit {path}, then: terminal signals test --help");
            yield break;
        }

        if (file.Driver == SignalsPlan.Gpio && Gpio(look(file.Chip), file.Chip) is { } trouble)
            yield return trouble;
        else
            yield return Finding.Ok(
                Subject.Signals, FormattableString.Invariant($"{file.Sets.Count} sets by {file.Driver}")
                    + (file.Tamper is null ? ", no tamper switch" : ", a tamper switch"));
        foreach (var reader in file.Sets.Select(s => s.Reader).OfType<string>())
        {
            if (there.Count > 0 && !there.Contains(reader, StringComparer.Ordinal))
                yield return Strange(reader, there);
        }
    }

    private static Finding Strange(string reader, IReadOnlyList<string> there) => Finding.Warn(
        DoctorCode.SignalsReader, $"signals.json has lights for \"{reader}\", which has not been plugged in.",
        $"Plug it in. Is it spelled as `terminal readers` has it? There are: {string.Join(", ", there)}");

    private static Finding? Gpio(GpioSight gpio, int? chip) => gpio switch
    {
        { Chips.Count: 0 } => Finding.Warn(
            DoctorCode.GpioAbsent, "This machine has no GPIO: /dev/gpiochip* is not there.",
            "On a PC: remove signals.json, or set its driver to \"console\"."),
        _ when chip is { } number && !gpio.Chips.Contains($"/dev/gpiochip{number}") => Finding.Warn(
            DoctorCode.GpioAbsent, FormattableString.Invariant($"There is no /dev/gpiochip{number}."),
            $"Set \"chip\" in signals.json to one of: {string.Join(", ", gpio.Chips)}"),
        { Refused: { } refused } => Finding.Warn(
            DoctorCode.GpioRefused, refused,
            $"sudo usermod -aG gpio {Environment.UserName}; then start the terminal again"),
        { HasLibrary: false } => Finding.Warn(
            DoctorCode.GpioLibrary, "libgpiod is not installed.", "sudo apt-get install gpiod"),
        _ => null,
    };

    private static SignalsFile? TryLoad(string path, IReadOnlyList<string> named, out string? wrong)
    {
        wrong = null;
        try
        {
            if (SignalsFile.Load(path) is not { } file)
                return null;
            _ = SignalsPlan.Of(file, named.Count > 0 ? named : null);
            return file;
        }
        catch (Exception broken)
            when (broken is SignalsFileException or IOException or UnauthorizedAccessException)
        {
            wrong = broken.Message;
            return null;
        }
    }
}
