using System.Security.Cryptography;
using Google.Protobuf;
using SmartCardCrm.Terminal.Keys;
using SmartCardCrm.Terminal.Signals;

namespace SmartCardCrm.Terminal.Doctor;

/// <summary>Card keys on the disk, and whether the terminal was opened.</summary>
internal static class CardKeysCheck
{
    public static Finding Judge(DataFolder data, EnrolledTerminal terminal, string path)
    {
        if (TamperSeal.IsBroken(data))
            return StopCheck.Of(StopCode.Tamper, path);
        if (terminal.CardKeys == CardKeyStorage.Memory)
            return Finding.Ok(Subject.CardKeys, "in memory only; the server gives them at each start");
        try
        {
            return SealedCardKeys.Load(data, terminal.Terminal) is { } kept
                ? Finding.Ok(
                    Subject.CardKeys,
                    $"sealed on the disk, {kept.Keys.Count} of them: for development and small shops")
                : Finding.Warn(
                    DoctorCode.SealedKeysAbsent, "There are no sealed card keys yet.",
                    "They come with the first connection to the server: start the terminal, see server.");
        }
        catch (Exception wrong) when (wrong is CryptographicException or InvalidProtocolBufferException
            or IOException or UnauthorizedAccessException)
        {
            return Finding.Fail(
                DoctorCode.SealedKeysUnreadable, $"{data.SealedCardKeys}: {wrong.Message}",
                "The file is damaged or another terminal's. Stop the terminal, then: rm "
                    + data.SealedCardKeys,
                "Start it again with a network: it fetches and seals new ones.");
        }
    }
}
