using System.Globalization;
using SmartCardCrm.Terminal.Keys;

namespace SmartCardCrm.Terminal.Signals;

/// <summary>
/// Whether the housing was opened. Broken, the terminal serves no card and holds no card keys, over restarts,
/// until somebody releases it with a command; then it fetches keys anew.
/// </summary>
internal sealed partial class TamperSeal(
    DataFolder data, CheckoutDesk desk, CardKeyDelivery keys, TimeProvider clock, ILogger<TamperSeal> log)
{
    private readonly Lock _gate = new();
    private bool _broken;
    private bool _written;

    /// <summary>Whether a terminal with this folder was opened and not released.</summary>
    public static bool IsBroken(DataFolder data) => File.Exists(data.Tampered);

    /// <summary>Forgets that it was opened.</summary>
    /// <returns>Whether it had been.</returns>
    public static bool Release(DataFolder data)
    {
        var broken = IsBroken(data);
        File.Delete(data.Tampered);
        return broken;
    }

    /// <summary>The housing is open.</summary>
    public void Break()
    {
        lock (_gate)
        {
            if (_broken)
                return;
            Close();
            LogTampered();
            Write();
            keys.WipeDisk();
        }
    }

    /// <summary>Heeds what was written before this start.</summary>
    public void Remember()
    {
        lock (_gate)
        {
            if (!IsBroken(data))
                return;
            _written = true;
            Close();
            keys.WipeDisk();
            LogStillTampered();
        }
    }

    /// <summary>Sees whether somebody has released the terminal.</summary>
    public void Look()
    {
        lock (_gate)
        {
            if (!_broken)
                return;
            if (!_written)
            {
                Write();
            }
            else if (!IsBroken(data))
            {
                (_broken, _written) = (false, false);
                LogReleased();
                keys.Allow();
                desk.Resume(StopCode.Tamper);
            }
        }
    }

    private void Close()
    {
        _broken = true;
        desk.Stop(StopCode.Tamper);
        keys.Bar();
    }

    // Where the disk refuses, the keys are gone all the same, and it is tried again.
    private void Write()
    {
        try
        {
            PrivateFile.Replace(data.Tampered, System.Text.Encoding.UTF8.GetBytes(
                clock.GetUtcNow().ToString("O", CultureInfo.InvariantCulture) + "\n"));
            _written = true;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            LogUnwritten(failure.Message);
        }
    }

    [LoggerMessage(
        LogLevel.Critical, "tamper: the housing was opened; card keys are wiped", EventName = "tamper")]
    private partial void LogTampered();

    [LoggerMessage(
        LogLevel.Critical, "tamper: the housing was opened before this start, and nobody has released the "
        + "terminal", EventName = "tamper-standing")]
    private partial void LogStillTampered();

    [LoggerMessage(LogLevel.Warning, "tamper-released", EventName = "tamper-released")]
    private partial void LogReleased();

    [LoggerMessage(
        LogLevel.Critical, "tamper-unwritten reason={Reason}", EventName = "tamper-unwritten")]
    private partial void LogUnwritten(string reason);
}
