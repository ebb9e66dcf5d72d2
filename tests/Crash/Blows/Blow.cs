using System.Globalization;

namespace SmartCardCrm.Crash.Blows;

/// <summary>What befalls a system call.</summary>
internal enum Fault
{
    /// <summary>The process is killed as it makes the call.</summary>
    Kill,

    /// <summary>The call fails once with an input/output error.</summary>
    Eio,

    /// <summary>The call, and each later one of its kind on its thread, finds the disk full.</summary>
    Enospc,
}

/// <summary>
/// The threads of a terminal that write into its data folder. strace counts calls thread by thread.
/// </summary>
internal static class Threads
{
    /// <summary>The one that starts the program and opens the journal.</summary>
    public const string Main = "main";

    /// <summary>Whichever writes down, at the start, where the terminal answers.</summary>
    public const string Endpoints = "endpoints";

    /// <summary>Whichever puts a renewed certificate down.</summary>
    public const string Renewal = "renewal";

    /// <summary>Whichever wipes the card keys of a terminal that was opened.</summary>
    public const string Wipe = "wipe";

    /// <summary>Whichever seals card keys that have come anew.</summary>
    public const string Seal = "seal";

    /// <summary>The tap loop of the reader.</summary>
    public const string Tap = "tap";

    /// <summary>The thread pool's, held to one: calls of the till, sync, and the end.</summary>
    public const string Worker = "worker";

    /// <summary>The idle checkpoint's.</summary>
    public const string Idle = "idle";

    /// <summary>Those that are known by nothing but the file they write. A line that names two files is the
    /// first one's.</summary>
    public static IReadOnlyList<string> OfFiles => [Endpoints, Renewal, Seal, Wipe];

    /// <summary>Whether calls of this thread are struck from the first moment of a process on.</summary>
    public static bool IsOfStart(string thread) => thread is Main || OfFiles.Contains(thread);

    /// <summary>Which of them goes by this name in the kernel's list; null for any other.</summary>
    public static string? OfKernelName(string name) => name switch
    {
        "tap 00" => Tap,
        ".NET TP Worker" => Worker,
        "journal-idle" => Idle,
        _ => null,
    };
}

/// <summary>Calls of one kind that one thread makes in one act of the day.</summary>
/// <param name="Act">From 1.</param>
/// <param name="ActName">What happens there.</param>
/// <param name="Thread">One of <see cref="Threads"/>.</param>
/// <param name="Call">pwrite64, fsync …</param>
internal sealed record Place(int Act, string ActName, string Thread, string Call)
{
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Act:000}-{ActName}/{Thread}/{Call}");
}

/// <summary>One case: the call that is struck, and how.</summary>
/// <param name="Place">Where.</param>
/// <param name="Number">Which of the calls there, from 1.</param>
/// <param name="Fault">What befalls it.</param>
internal sealed record Blow(Place Place, int Number, Fault Fault)
{
    /// <summary>What strace is to do to the call.</summary>
    public string Injection => Fault switch
    {
        Fault.Kill => FormattableString.Invariant($"inject={Place.Call}:signal=KILL:when={Number}"),
        Fault.Eio => FormattableString.Invariant($"inject={Place.Call}:error=EIO:when={Number}"),
        _ => FormattableString.Invariant($"inject={Place.Call}:error=ENOSPC:when={Number}+"),
    };

    /// <summary>The case's name: ACT/THREAD/CALL/NUMBER/FAULT.</summary>
    public override string ToString() =>
        $"{Place}/{Number.ToString(CultureInfo.InvariantCulture)}/{WordOf(Fault)}";

    /// <summary>Reads a case's name; null where it is none.</summary>
    public static Blow? TryParse(string name)
    {
        var parts = name.Split('/');
        if (parts.Length != 5 || parts[0].Length < 5 || parts[0][3] != '-'
            || !int.TryParse(parts[0].AsSpan(0, 3), CultureInfo.InvariantCulture, out var act)
            || !int.TryParse(parts[3], CultureInfo.InvariantCulture, out var number) || number < 1
            || !Enum.TryParse<Fault>(parts[4], ignoreCase: true, out var fault)
            || !Strace.Calls.Contains(parts[2], StringComparer.Ordinal))
        {
            return null;
        }

        return new Blow(new Place(act, parts[0][4..], parts[1], parts[2]), number, fault);
    }

    private static string WordOf(Fault fault) => fault switch
    {
        Fault.Kill => "kill",
        Fault.Eio => "eio",
        _ => "enospc",
    };
}
