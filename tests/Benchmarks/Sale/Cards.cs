using System.Diagnostics;
using SmartCardCrm.Simulator.Faults;
using SmartCardCrm.Simulator.Reader;

namespace SmartCardCrm.Benchmarks.Sale;

/// <summary>
/// A member's card to be and an echo card on two virtual readers, in a process of their own.
/// </summary>
internal static class Cards
{
    public const string MemberUid = "04112233445566";
    private const int MemberPort = 35963;
    private const int EchoPort = 35965;

    /// <summary>Serves both until standard input ends.</summary>
    public static int Serve()
    {
        using var member = new VpcdSlot(MemberPort, (_, _) => { });
        using var echo = new VpcdSlot(EchoPort, (_, _) => { });
        member.TryInsert(SimulatedCard.Factory("ev3-4k", Convert.FromHexString(MemberUid)));
        echo.TryInsert(new EchoCard());
        Console.In.ReadToEnd();
        return 0;
    }

    /// <summary>Starts this same program as the cards' process; closing its input ends it.</summary>
    public static Process Start()
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, [typeof(Cards).Assembly.Location, "cards"])
        {
            RedirectStandardInput = true,
            UseShellExecute = false,
        };
        return Process.Start(start) ?? throw new InvalidOperationException(start.FileName);
    }
}
