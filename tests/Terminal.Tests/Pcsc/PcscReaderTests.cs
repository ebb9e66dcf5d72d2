using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using SmartCardCrm.Terminal.Pcsc;

namespace SmartCardCrm.Terminal.Tests.Pcsc;

/// <summary>One private pcscd with two virtual slots, unless a test plugs others in, for all tests
/// here.</summary>
public sealed partial class VirtualReaders : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("readers-");

    public VirtualReaders()
    {
        // libpcsclite reads its environment once, at the first call, and not .NET's copy of it.
        _ = SetEnvironment("PCSCLITE_CSOCK_NAME", Path.Combine(_folder.FullName, "pcscd", "pcscd.comm"), 1);
        Rack = RackProcess.BehindPcscd(_folder.FullName, slots: 2);
        Rack.Do("card 04112233445566");
        using var context = new PcscContext();
        Names = context.ReaderNames();
    }

    internal RackProcess Rack { get; }

    public IReadOnlyList<string> Names { get; }

    /// <summary>Its supervisor starts another one at once.</summary>
    public void KillDaemon()
    {
        using var daemon = Process.GetProcessById(DaemonId);
        daemon.Kill();
        daemon.WaitForExit();
    }

    /// <summary>Looks while no daemon runs; its supervisor stands still meanwhile.</summary>
    public T WithoutDaemon<T>(Func<T> look)
    {
        var daemon = DaemonId;
        var supervisor = int.Parse(StatOf(daemon)[3], CultureInfo.InvariantCulture);
        Assert.Equal(0, Signal(supervisor, SignalStop));
        try
        {
            // It goes on for a moment after it was told to stop: long enough to start another daemon.
            Assert.True(SpinWait.SpinUntil(() => StatOf(supervisor)[2] == "T", TimeSpan.FromSeconds(20)));
            Assert.Equal(0, Signal(daemon, SignalKill));
            // Nobody buries it now; its sockets are closed when its last thread has gone.
            Assert.True(SpinWait.SpinUntil(() => IsDead(daemon), TimeSpan.FromSeconds(20)));
            return look();
        }
        finally
        {
            Assert.Equal(0, Signal(supervisor, SignalContinue));
        }
    }

    /// <summary>Another daemon, to which so many virtual readers of two slots each are plugged in.</summary>
    /// <remarks>A running pcscd takes no other virtual readers, and lists one whose driver failed.</remarks>
    public void Plug(int readers)
    {
        var conf = new StringBuilder();
        for (var reader = 0; reader < readers; reader++)
        {
            var driver = Path.Combine(_folder.FullName, "drivers", $"vpcd-{reader}.so");
            if (reader > 0)
                File.Copy(Path.Combine(_folder.FullName, "drivers", "vpcd-0.so"), driver, overwrite: true);
            var port = $"0x{35963 + (2 * reader):X}";
            conf.Append(CultureInfo.InvariantCulture, $"FRIENDLYNAME \"Virtual Reader {reader}\"\n")
                .Append(CultureInfo.InvariantCulture, $"DEVICENAME /dev/null:{port}\n")
                .Append(CultureInfo.InvariantCulture, $"LIBPATH {driver}\nCHANNELID {port}\n\n");
        }

        File.WriteAllText(Path.Combine(_folder.FullName, "conf", "reader.conf"), conf.ToString());
        KillDaemon();
        Assert.True(SpinWait.SpinUntil(() => Listed() == 2 * readers, TimeSpan.FromSeconds(20)));
    }

    // -1 while none answers.
    private static int Listed()
    {
        try
        {
            using var context = new PcscContext();
            return context.ReaderNames().Count;
        }
        catch (PcscException)
        {
            return -1;
        }
    }

    private static bool IsDead(int process) =>
        StatOf(process)[2] == "Z" && Directory.GetDirectories($"/proc/{process}/task").Length == 1;

    // Its id, its name, its state, its parent …
    private static string[] StatOf(int process) => File.ReadAllText($"/proc/{process}/stat").Split(' ');

    // One that was just started has not written its file yet, or its predecessor's is still there.
    private int DaemonId
    {
        get
        {
            var id = 0;
            var file = Path.Combine(_folder.FullName, "pcscd", "pcscd.pid");
            Assert.True(SpinWait.SpinUntil(
                () => File.Exists(file) && TryRead(file, out id) && Directory.Exists($"/proc/{id}"),
                TimeSpan.FromSeconds(20)));
            return id;
        }
    }

    private static bool TryRead(string file, out int id)
    {
        try
        {
            return int.TryParse(
                File.ReadAllText(file).Trim('\0', '\n'), CultureInfo.InvariantCulture, out id);
        }
        catch (FileNotFoundException)
        {
            id = 0;
            return false;
        }
    }

    public void Dispose()
    {
        Rack.Dispose();
        _folder.Delete(recursive: true);
    }

    private const int SignalKill = 9;
    private const int SignalContinue = 18;
    private const int SignalStop = 19;

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Signal(int process, int signal);

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);
}

/// <summary>Tests that share the one pcscd a process can have.</summary>
[CollectionDefinition(Name)]
public sealed class OnePcscd : ICollectionFixture<VirtualReaders>
{
    public const string Name = "virtual readers";
}

/// <summary>Readers of a real pcscd, with cards in software behind vpcd.</summary>
[Collection(OnePcscd.Name)]
public sealed class PcscReaderTests : CardReaderContract, IDisposable
{
    private readonly VirtualReaders _readers;
    private readonly PcscReader _reader;

    public PcscReaderTests(VirtualReaders readers)
    {
        _readers = readers;
        _reader = Open(readers.Names[0]);
    }

    private protected override ICardReader Reader => _reader;

    [Fact]
    public void Every_slot_is_listed_and_other_slots_stay_empty()
    {
        using var other = Open(_readers.Names[1]);

        Put();

        Assert.Equal(2, _readers.Names.Count);
        Assert.IsType<CardPresence.Absent>(other.Look());
        Take();
    }

    [Fact]
    public void A_card_is_one_users_at_a_time()
    {
        using var rival = Open(_reader.Name);
        Put();
        rival.Look();

        using (Connect())
            Assert.Null(rival.TryConnect());

        using (var later = rival.TryConnect())
            Assert.NotNull(later);
        Take();
    }

    [Fact]
    public void A_pcscd_that_was_killed_and_started_again_is_found_again()
    {
        var before = Put();
        using var connection = Connect();

        _readers.KillDaemon();

        Assert.Throws<CardProtocol.CardLostException>(() => Send(connection, "906A000000"));
        connection.Dispose();
        Until(() => Reader.Look() is CardPresence.Present);
        var after = Assert.IsType<CardPresence.Present>(Reader.Look());
        Assert.True(after.Insertion > before.Insertion);
        using (var again = Connect())
            Assert.Equal(Card, again.Uid.ToString());
        Take();
    }

    [Fact]
    public void A_killed_pcscd_shows_as_an_unavailable_reader()
    {
        Until(() => Reader.Look() is CardPresence.Absent);

        _readers.KillDaemon();

        Assert.IsType<CardPresence.Unavailable>(Reader.Look());
        Until(() => Reader.Look() is CardPresence.Absent);
    }

    [Fact]
    public void A_reader_that_is_not_plugged_in_is_unavailable_and_may_be_waited_for()
    {
        using var missing = Open("Some Reader 00 00");

        Assert.IsType<CardPresence.Unavailable>(missing.Look());
        Assert.Null(missing.TryConnect());
        missing.Wake();
        missing.Wait(TimeSpan.FromHours(1));
    }

    [Fact]
    public void What_cannot_be_woken_is_seen_and_not_opened_and_one_card_alone_is_fine_again()
    {
        Until(() => Reader.Look() is CardPresence.Absent);

        _readers.Rack.Do("mute 0");
        Until(() => Reader.Look() is CardPresence.Present);

        Assert.Null(Reader.TryConnect());
        Assert.IsType<CardPresence.Present>(Reader.Look());
        Take();
        Put();
        using (var one = Connect())
            Assert.Equal(Card, one.Uid.ToString());
        Take();
    }

    [Fact]
    public void An_interruption_is_seen_however_short_it_was()
    {
        using var other = Open(_reader.Name);
        Put();
        _readers.KillDaemon();
        while (other.Look() is not CardPresence.Present)
            other.Wait(TimeSpan.FromMilliseconds(200));

        Reader.Wait(TimeSpan.FromSeconds(5));

        Assert.IsType<CardPresence.Unavailable>(Reader.Look());
        Until(() => Reader.Look() is CardPresence.Present);
        Take();
    }

    public void Dispose() => _reader.Dispose();

    private protected override void Insert() => _readers.Rack.Do($"insert 0 {Card}");

    private protected override void Remove() => _readers.Rack.Do("remove 0");

    private static PcscReader Open(string name) => new(name, TimeProvider.System, NullLogger.Instance);
}
