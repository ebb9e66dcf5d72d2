using System.Diagnostics;

namespace SmartCardCrm.Architecture.Tests;

/// <summary>The files that git knows, and those it would add, read from the root of the repository.</summary>
internal static class Tree
{
    /// <summary>The folder that holds SmartCardCrm.sln, found upwards from the test's own folder.</summary>
    public static string Root { get; } = FindRoot(AppContext.BaseDirectory);

    /// <summary>Paths relative to the root, with forward slashes.</summary>
    public static IReadOnlyList<string> Files { get; } = ListFiles();

    /// <summary>Hand-written C# and Razor files.</summary>
    public static IEnumerable<string> Sources => Files.Where(f => Path.GetExtension(f) is ".cs" or ".razor");

    public static string[] Lines(string file) => File.ReadAllLines(Path.Combine(Root, file));

    private static string FindRoot(string? folder) =>
        folder is null ? throw new DirectoryNotFoundException("SmartCardCrm.sln")
        : File.Exists(Path.Combine(folder, "SmartCardCrm.sln")) ? folder
        : FindRoot(Path.GetDirectoryName(folder));

    private static string[] ListFiles()
    {
        var start = new ProcessStartInfo("git", ["ls-files", "--cached", "--others", "--exclude-standard"])
        {
            WorkingDirectory = Root,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        using var git = Process.Start(start) ?? throw new InvalidOperationException("git does not start");
        var files = git.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        git.WaitForExit();
        Assert.Equal(0, git.ExitCode);
        return [.. files.Where(f => File.Exists(Path.Combine(Root, f)))];
    }
}
