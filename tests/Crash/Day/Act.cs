using SmartCardCrm.Crash.Blows;

namespace SmartCardCrm.Crash.Day;

/// <summary>One thing that happens in a day, until the terminal is at rest again.</summary>
/// <param name="Name">Lower case with hyphens.</param>
/// <param name="Play">Lets it happen.</param>
internal sealed record Act(string Name, Func<Shop, Task> Play)
{
    /// <summary>Whose calls are struck in it.</summary>
    public IReadOnlyList<string> Struck { get; init; } = [Threads.Tap, Threads.Worker];

    /// <summary>Baskets that are sold in it.</summary>
    public int Sales { get; init; } = 1;

    /// <summary>It needs what the act before it has left: a sale to undo, a line that was cut.</summary>
    public bool GoesOn { get; init; }

    /// <summary>Headquarters cannot be reached at its end.</summary>
    public bool LeavesLineCut { get; init; }

    /// <summary>It takes seconds, and is left out where nothing is struck in it.</summary>
    public bool IsLong { get; init; }

    /// <summary>It begins with a terminal that was closed.</summary>
    public bool BeginsClosed { get; init; }

    /// <summary>The terminal is started in it.</summary>
    public bool IsStart => Struck.All(Threads.IsOfStart);
}
