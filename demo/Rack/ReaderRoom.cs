using System.Diagnostics;
using SmartCardCrm.Demo.Measuring;
using SmartCardCrm.Demo.Processes;
using SmartCardCrm.Demo.Till;

namespace SmartCardCrm.Demo.Rack;

/// <summary>
/// Between terminals and cards: pcscd with virtual readers, or the terminal's own loopback reader.
/// </summary>
internal sealed class ReaderRoom : IAsyncDisposable
{
    private const int VpcdPortBase = 35963;

    private readonly DirectoryInfo _runtime;
    private readonly Func<IEnumerable<ShopReader>, TerminalSetting> _settingFor;

    private ReaderRoom(
        CardRack rack, DirectoryInfo runtime, IReadOnlyList<IReadOnlyList<ShopReader>> readers,
        Func<IEnumerable<ShopReader>, TerminalSetting> settingFor, bool hasPcscd)
    {
        Rack = rack;
        Readers = readers;
        _runtime = runtime;
        _settingFor = settingFor;
        HasPcscd = hasPcscd;
    }

    public CardRack Rack { get; }

    /// <summary>Each terminal's readers.</summary>
    public IReadOnlyList<IReadOnlyList<ShopReader>> Readers { get; }

    /// <summary>Whether pcscd stands between; else there is none to kill.</summary>
    public bool HasPcscd { get; }

    /// <summary>How a terminal reaches these readers.</summary>
    public TerminalSetting SettingFor(int terminal) => _settingFor(Readers[terminal]);

    /// <summary>With a pcscd of its own, away from any other on this machine.</summary>
    /// <param name="folder">The cards live there.</param>
    /// <param name="terminals">They share the readers evenly.</param>
    /// <param name="slots">1..16: pcscd has no more.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public static async Task<ReaderRoom> WithPcscdAsync(
        ChainFolder folder, int terminals, int slots, CancellationToken cancellation)
    {
        // A socket's path has at most 107 characters: not under the data folder, which may lie deep.
        var runtime = Directory.CreateTempSubdirectory("smartcardcrm-");
        var command = new ChildCommand(
            "readers", BuiltPrograms.VirtualReaders,
            [
                "--dir", runtime.FullName, "--slots", Text(slots), "--", BuiltPrograms.Simulator,
                .. RackArguments(folder, VpcdPortBase, slots),
            ],
            folder.Log("readers"));
        var environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["PCSCLITE_CSOCK_NAME"] = Path.Combine(runtime.FullName, "pcscd", "pcscd.comm"),
        };
        var isTraced = await CanTraceAsync(cancellation);
        return new ReaderRoom(
            await CardRack.StartAsync(command, cancellation), runtime, Spread(terminals, slots, NameInPcscd),
            readers => new TerminalSetting(
                [.. readers.SelectMany(reader => new[] { "--reader", reader.Name })], environment, isTraced),
            hasPcscd: true);
    }

    /// <summary>
    /// Without pcscd: each slot is a port of the terminal, on loopback. Nothing is claimed of PC/SC then.
    /// </summary>
    /// <inheritdoc cref="WithPcscdAsync"/>
    public static async Task<ReaderRoom> OnLoopbackAsync(
        ChainFolder folder, int terminals, int slots, CancellationToken cancellation)
    {
        var portBase = Loopback.FreeRange(slots);
        var command = new ChildCommand(
            "readers", BuiltPrograms.Simulator, RackArguments(folder, portBase, slots),
            folder.Log("readers"));
        return new ReaderRoom(
            await CardRack.StartAsync(command, cancellation),
            Directory.CreateTempSubdirectory("smartcardcrm-"),
            Spread(terminals, slots, slot => $"vpcd:{Text(portBase + slot)}"),
            readers => new TerminalSetting(
                [.. readers.SelectMany(reader => new[] { "--vpcd-port", Text(portBase + reader.Slot) })],
                new Dictionary<string, string>(StringComparer.Ordinal), IsTraced: false),
            hasPcscd: false);
    }

    /// <summary>Kills pcscd; whoever runs it starts it again.</summary>
    public async Task KillPcscdAsync(CancellationToken cancellation)
    {
        var id =
            await File.ReadAllTextAsync(Path.Combine(_runtime.FullName, "pcscd", "pcscd.pid"), cancellation);
        using var pcscd =
            Process.GetProcessById(int.Parse(id.Trim(), System.Globalization.CultureInfo.InvariantCulture));
        pcscd.Kill();
    }

    public async ValueTask DisposeAsync()
    {
        await Rack.DisposeAsync();
        _runtime.Delete(recursive: true);
    }

    // strace may be missing, or tracing forbidden here.
    private static async Task<bool> CanTraceAsync(CancellationToken cancellation)
    {
        try
        {
            using var probe = Process.Start("strace", [.. FsyncLog.StraceArguments("/dev/null"), "true"]);
            await probe.WaitForExitAsync(cancellation);
            return probe.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    private static IReadOnlyList<string> RackArguments(ChainFolder folder, int portBase, int slots) =>
        ["rack", "--port-base", Text(portBase), "--slots", Text(slots), "--home", folder.Cards];

    private static IReadOnlyList<IReadOnlyList<ShopReader>> Spread(
        int terminals, int slots, Func<int, string> nameOf) =>
    [
        .. Enumerable.Range(0, slots)
            .GroupBy(slot => slot * terminals / slots)
            .Select(IReadOnlyList<ShopReader> (own) =>
                [.. own.Select(
                    (slot, place) => new ShopReader(new ReaderIndex(own.Key, place), slot, nameOf(slot)))]),
    ];

    // vpcd gives pcscd two slots for each entry of its configuration.
    private static string NameInPcscd(int slot) =>
        FormattableString.Invariant($"Virtual Reader {slot / 2} 00 0{slot % 2}");

    private static string Text(int number) => FormattableString.Invariant($"{number}");
}
