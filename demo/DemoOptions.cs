namespace SmartCardCrm.Demo;

/// <summary>What the command line asks for; <c>./run.sh --help</c> explains each.</summary>
internal sealed record DemoOptions
{
    /// <summary>pcscd knows no more readers.</summary>
    public const int ReadersMost = 16;

    /// <summary>A file of purchases; null for shoppers of our own.</summary>
    public FileInfo? Replay { get; init; }

    public int? Members { get; init; }

    public int? Sales { get; init; }

    public int? Readers { get; init; }

    public int? Terminals { get; init; }

    public required DirectoryInfo Folder { get; init; }

    public bool Chaos { get; init; }

    public ulong Seed { get; init; }

    /// <summary>End after the summary instead of staying open.</summary>
    public bool Exit { get; init; }

    public bool WithoutPcscd { get; init; }

    /// <summary>The playground is not opened in a browser by itself.</summary>
    public bool NoBrowser { get; init; }

    /// <summary>A run with an end and a summary; else open for business until Ctrl-C.</summary>
    public bool HasEnd => Replay is not null || Exit || Chaos || Sales is not null;

    public int ReaderCount => Readers ?? (HasEnd ? ReadersMost : 4);

    public int TerminalCount => Math.Min(Terminals ?? (HasEnd ? 4 : 2), ReaderCount);
}
