using Microsoft.Extensions.Logging.Abstractions;
using SmartCardCrm.Server.Sync;
using SmartCardCrm.Server.Terminals;
using SmartCardCrm.SyncContract;
using SmartCardCrm.Terminal.Sync;

namespace SmartCardCrm.World;

/// <summary>The line between one terminal and headquarters, with the terminal's sync at one end and the
/// server's at the other.</summary>
internal sealed class NetworkLine(ChainWorld world, TerminalMachine terminal)
{
    // Mostly intent and outcome leave together; not always.
    private static readonly TimeSpan JournalToWire = TimeSpan.FromSeconds(1);

    private readonly BackOff _backOff = new(world.NetworkDice.Fill);
    private Call? _call;
    private bool _connectArranged;
    private bool _pumpArranged;

    /// <summary>Nothing gets through.</summary>
    public bool IsCut { get; private set; }

    /// <summary>How long a message takes at most.</summary>
    public TimeSpan Latency { get; set; } = TimeSpan.FromMilliseconds(40);

    /// <summary>Whether both ends talk and the terminal has been welcomed.</summary>
    public bool IsConnected => _call is { Conversation.WasWelcomed: true };

    /// <summary>The line goes dead; what is on its way may still arrive.</summary>
    public void Cut()
    {
        IsCut = true;
        Break();
    }

    public void Mend()
    {
        IsCut = false;
        Connect();
    }

    /// <summary>The connection ends, and is tried again after a pause.</summary>
    public void Break()
    {
        _call?.Break("Unavailable");
        _call = null;
        Connect();
    }

    /// <summary>Headquarters has revoked the terminal.</summary>
    public void Revoked() => _call?.End(SyncCode.TerminalRevoked);

    /// <summary>Tries to connect after a pause, where there is something to connect.</summary>
    public void Connect()
    {
        if (_connectArranged || _call is not null || IsCut)
            return;
        _connectArranged = true;
        world.Timeline.Deliver(world.Timeline.Now + _backOff.Next(), Dial);
    }

    /// <summary>The journal has grown: the sync thread will look.</summary>
    public void JournalGrew()
    {
        if (_pumpArranged || _call is null)
            return;
        _pumpArranged = true;
        world.Timeline.Deliver(world.Timeline.Now + world.NetworkDice.Within(JournalToWire), Pump);
    }

    /// <summary>Sends what the change feed has.</summary>
    public void Feed() => _call?.Feed();

    private void Dial()
    {
        _connectArranged = false;
        if (_call is not null || IsCut || !terminal.IsUp || terminal.Halted is not null || !world.Server.IsUp)
            return;
        _call = new Call(world, terminal, this);
        _call.Begin();
    }

    private void Pump()
    {
        _pumpArranged = false;
        if (terminal.IsUp)
            _call?.Pump();
    }

    /// <summary>One connection, until either end or the line breaks it.</summary>
    internal sealed class Call
    {
        private readonly ChainWorld _world;
        private readonly TerminalMachine _terminal;
        private readonly NetworkLine _line;
        private readonly ExchangeMachine _machine;
        private DateTimeOffset _upBusy;
        private DateTimeOffset _downBusy;
        private bool _terminalLeft;
        private bool _serverLeft;
        private bool _greeted;

        public Call(ChainWorld world, TerminalMachine terminal, NetworkLine line)
        {
            (_world, _terminal, _line) = (world, terminal, line);
            Conversation = new SyncConversation(
                terminal.Till!, new SyncLine(), () => terminal.Keys.Dispose(), NullLogger.Instance);
            var rooms = world.Server.Rooms!;
            _machine = new ExchangeMachine(terminal.Number, rooms.Database, rooms.Watch, world.Server.Clock);
        }

        public SyncConversation Conversation { get; }

        public void Begin()
        {
            var refusal = _world.Server.Rooms!.Terminals.Find(_terminal.Number) switch
            {
                null => "terminal-unknown",
                { RevokedUs: not null } => "terminal-revoked",
                _ => null,
            };
            if (refusal is null)
                Say(() => Conversation.Begin());
            else
                End(refusal);
        }

        public void Pump() => Say(() => Conversation.JournalGrew());

        /// <summary>The server says something.</summary>
        public void Answer(ServerMessage message)
        {
            if (_serverLeft)
                return;
            _world.Digest.Mix((ulong)message.CalculateSize());
            _downBusy = Later(_downBusy);
            _world.Timeline.Deliver(_downBusy, () => Hear(message));
        }

        /// <summary>The server ends the call.</summary>
        public void End(string code)
        {
            _serverLeft = true;
            _downBusy = Later(_downBusy);
            _world.Timeline.Deliver(_downBusy, () => Break(code));
        }

        /// <summary>The terminal's end is gone, or learns that the server's is.</summary>
        public void Break(string code)
        {
            if (_terminalLeft)
                return;
            _terminalLeft = true;
            // What is on its way may still arrive, after the next call has begun.
            _serverLeft |= !_world.NetworkDice.Chance(0.5);
            if (_terminal.IsUp)
                _terminal.Guarded(() => Close(code));
            _line.Left(this);
        }

        public void Feed()
        {
            if (!_greeted || _serverLeft)
                return;
            do
            {
                if (_machine.NextFeed() is { } feed)
                    Answer(feed);
            }
            while (!_machine.HasAllOfFeed);
        }

        private bool Close(string code)
        {
            Conversation.Failed(code);
            return true;
        }

        private void Hear(ServerMessage message)
        {
            if (_terminalLeft || !_terminal.IsUp)
                return;
            if (_terminal.Reader.Present is { } presentation)
                presentation.WasInterrupted = true;
            Say(() => Conversation.Received(message));
            if (message.Feed is { } feed && _terminal.IsUp)
                _world.Told(_terminal, feed);
        }

        private void Say(Func<IReadOnlyList<TerminalMessage>> talk)
        {
            if (_terminalLeft || !_terminal.IsUp)
                return;
            IReadOnlyList<TerminalMessage> messages = [];
            var goesOn = _terminal.Guarded(() =>
            {
                messages = talk();
                return true;
            });
            foreach (var message in messages)
                Send(message);
            if (Conversation.WentWell)
                _line._backOff.Reset();
            if (goesOn && Conversation.EndCode is { } code)
                Break(code);
            _terminal.Bury();
        }

        private void Send(TerminalMessage message)
        {
            _world.Digest.Mix((ulong)message.CalculateSize());
            _upBusy = Later(_upBusy);
            _world.Timeline.Deliver(_upBusy, () => Arrive(message));
            if (message.Batch is not null && _world.DeliversTwice())
                _world.Timeline.Deliver(_upBusy, () => Arrive(message));
        }

        private void Arrive(TerminalMessage message)
        {
            if (_serverLeft || !_world.Server.IsUp)
                return;
            try
            {
                _world.Server.Guarded(() => Take(message));
            }
            catch (RefusedException refused)
            {
                _world.Story.Note(
                    Column.Server, "server refuses terminal {0}: {1}", _terminal.Number, refused.Code);
                Answer(ExchangeMachine.Refusal(refused.Code, refused.Message));
                _serverLeft = true;
            }

            _world.Server.Bury();
        }

        private void Take(TerminalMessage message)
        {
            if (_greeted)
            {
                if (_machine.Received(message) is { } delivery)
                    _world.Server.Take(delivery, this);
                return;
            }

            Answer(_machine.Begin(message));
            _greeted = true;
            Feed();
        }

        // In order, one way at a time.
        private DateTimeOffset Later(DateTimeOffset busy)
        {
            var arrival = _world.Timeline.Now + _world.NetworkDice.Within(_line.Latency);
            return arrival > busy ? arrival : busy;
        }
    }

    private void Left(Call call)
    {
        if (call.Conversation.EndCode is { } code && SyncCode.StopsSelling(code))
            terminal.Halt(code);
        if (_call == call)
            _call = null;
        Connect();
    }
}
