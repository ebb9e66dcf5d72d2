using System.Runtime.ExceptionServices;
using Microsoft.Data.Sqlite;
using SmartCardCrm.Server.Taps;
using SmartCardCrm.SyncContract;
using SmartCardCrm.Terminal;
using SmartCardCrm.Terminal.Relay;

namespace SmartCardCrm.World;

/// <summary>Headquarters, as one terminal reaches it to have a card driven.</summary>
internal sealed class CentralHeadquarters(ChainWorld world, TerminalMachine terminal) : IHeadquarters
{
    public bool IsReachable => terminal.Line.IsConnected && world.Server.IsUp;

    public ITapSession Open(ICardConnection card) =>
        IsReachable
            ? CentralTap.Open(
                new CentralLine(world, terminal), card, terminal.Till!, ChainWorld.ProfileOf(terminal))
            : throw new HeadquartersAwayException("There is no line.");
}

/// <summary>
/// One call, with the terminal's end on the world's own thread and the server's on another: only one of them
/// ever runs, so that the same seed gives the same run. It may break at each message.
/// </summary>
internal sealed class CentralLine : ITapLine, ITapLink
{
    private readonly ChainWorld _world;
    private readonly TerminalMachine _terminal;
    private readonly ServerRooms _rooms;
    private readonly Queue<TapReport> _reports = [];
    private readonly Queue<TapCommand> _commands = [];
    private readonly SemaphoreSlim _serversTurn = new(0);
    private readonly SemaphoreSlim _terminalsTurn = new(0);
    private Thread? _server;
    private bool _isUnderWay;
    private bool _isBroken;
    private bool _hasEnded;
    private ExceptionDispatchInfo? _unforeseen;

    public CentralLine(ChainWorld world, TerminalMachine terminal)
    {
        (_world, _terminal, _rooms) = (world, terminal, world.Server.Rooms!);
    }

    public void Send(TapReport report)
    {
        Pass();
        _world.Digest.Mix((ulong)report.CalculateSize());
        _reports.Enqueue(report);
        _isUnderWay |= report.ContentCase
            is TapReport.ContentOneofCase.Serve or TapReport.ContentOneofCase.Settle;
    }

    public TapCommand Receive()
    {
        if (_commands.Count == 0)
            LetServerRun();
        Pass();
        if (!_commands.TryDequeue(out var command))
            throw new HeadquartersAwayException("The server has ended the call.");
        _world.Digest.Mix((ulong)command.CalculateSize());
        _isUnderWay &= command.End is null;
        if (command.End is null && _terminal.Reader.Present is { } presentation)
            presentation.Questions++;
        return command;
    }

    void ITapLink.Say(TapCommand command) => _commands.Enqueue(command);

    TapReport? ITapLink.Next()
    {
        while (_reports.Count == 0 && !_isBroken)
        {
            _terminalsTurn.Release();
            _serversTurn.Wait();
            _world.Disks.TakeOver();
        }

        return _reports.TryDequeue(out var report) ? report : null;
    }

    public void Dispose()
    {
        _isBroken = true;
        if (_isUnderWay && _terminal.Reader.Present is { } presentation)
            presentation.WasInterrupted = true;
        if (_server is { } server)
        {
            if (!_hasEnded)
                LetServerRun();
            server.Join();
        }

        _serversTurn.Dispose();
        _terminalsTurn.Dispose();
    }

    // Each message takes its time, and is lost with the line.
    private void Pass()
    {
        if (_isBroken)
            throw new HeadquartersAwayException("The line is broken.");
        _world.PassWithin(_terminal.Line.Latency);
        var breaks = _world.Plan.Faults.HasFlag(Fault.Network) && _world.NetworkDice.Chance(0.004);
        if (!breaks && !_terminal.Line.IsCut && _world.Server.Rooms == _rooms && _world.Server.IsUp)
            return;
        if (breaks)
            _world.Strike(Fault.Network);
        _isBroken = true;
        throw new HeadquartersAwayException("The line broke.");
    }

    private void LetServerRun()
    {
        if (_hasEnded)
            return;
        if (_server is null)
        {
            _server = new Thread(Drive) { Name = "headquarters", IsBackground = true };
            _server.Start();
        }
        else
        {
            _serversTurn.Release();
        }

        _terminalsTurn.Wait();
        _world.Disks.TakeOver();
        // It may have died of a sync of its own.
        if (_hasEnded)
            _world.Server.Bury();
        _unforeseen?.Throw();
    }

    private void Drive()
    {
        _world.Disks.TakeOver();
        try
        {
            new DrivenTap(this, ChainWorld.ProfileOf(_terminal), new DrivenTapRooms(
                new CentralBooks(_rooms.Database, _rooms.Sales, _rooms.Limits), new VaultKeys(_world.Vault),
                _world.ServerTaps)).Run();
        }
        catch (Exception wrong) when (wrong is TapLostException || _isBroken || !_world.Server.IsUp)
        {
            // The terminal has noticed, or will.
        }
        catch (SqliteException) when (_world.Server.Disk.Full)
        {
            // The call ends, and nothing more is decided in it.
        }
        catch (Exception wrong)
        {
            _unforeseen = ExceptionDispatchInfo.Capture(wrong);
        }
        finally
        {
            _hasEnded = true;
            _terminalsTurn.Release();
        }
    }
}
