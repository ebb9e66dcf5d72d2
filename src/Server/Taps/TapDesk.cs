using System.Security.Cryptography;
using Grpc.Core;
using Microsoft.Extensions.Options;
using SmartCardCrm.Server.Relay;
using SmartCardCrm.Server.Terminals;
using SmartCardCrm.Server.Vault;
using SmartCardCrm.SyncContract;
using SmartCardCrm.Taps;

namespace SmartCardCrm.Server.Taps;

/// <summary>Takes the calls of terminals that let headquarters decide: a thread for each, while the card lies
/// on the reader.</summary>
internal sealed partial class TapDesk(
    CentralBooks books, KeyVault vault, IOptions<RelayOptions> options, TimeProvider clock,
    ILogger<TapDesk> log)
{
    private readonly DrivenTapRooms _rooms = new(
        books, new VaultKeys(vault), new TapSurroundings(clock, RandomNumberGenerator.Fill, log));

    /// <summary>Serves one call until the terminal ends it.</summary>
    /// <exception cref="RefusedException">The terminal says what nobody understands.</exception>
    public async Task ServeAsync(
        IAsyncStreamReader<TapReport> from, IServerStreamWriter<TapCommand> to, Terminals.Terminal terminal,
        Line line, CancellationToken cancellation)
    {
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(line.Ended, cancellation);
        using var link = new TapLink(to, TimeSpan.FromMilliseconds(options.Value.IdleMs), ends.Token);
        var hearing = link.HearAsync(from);
        try
        {
            await Task.Factory.StartNew(
                () => Drive(link, terminal), CancellationToken.None, TaskCreationOptions.LongRunning,
                TaskScheduler.Default);
            ends.Token.ThrowIfCancellationRequested();
        }
        finally
        {
            await ends.CancelAsync();
            await hearing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Drive(TapLink link, Terminals.Terminal terminal)
    {
        try
        {
            var profile = new TerminalProfile(
                (uint)terminal.Number, (uint)terminal.Programme, (uint)terminal.Store,
                TimeZoneInfo.FindSystemTimeZoneById(terminal.StoreZone));
            new DrivenTap(link, profile, _rooms).Run();
        }
        catch (TapLostException lost)
        {
            LogLost(terminal.Number, lost.Message);
        }
        catch (FormatException malformed)
        {
            throw RefusedException.BadRequest("tap-malformed", malformed.Message);
        }
    }

    [LoggerMessage(LogLevel.Information, "The tap that terminal {Terminal} lent ended early: {Reason}")]
    private partial void LogLost(long terminal, string reason);
}
