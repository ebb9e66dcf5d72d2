using System.Diagnostics;

namespace SmartCardCrm.World;

/// <summary>Makes a test build of the chain with all planted bugs in it, each behind a switch. What is
/// shipped stays free of them.</summary>
internal static class Planting
{
    /// <summary>What the world is built from.</summary>
    private static readonly string[] Folders = ["src", "hardware-sim", "tests/World"];

    private static readonly string[] Files =
    [
        "global.json", "Directory.Build.props", "Directory.Packages.props", ".editorconfig",
        "BannedSymbols.txt", "tests/Directory.Build.props",
    ];

    // Rooms that know nothing of each other have a switch each; terminal and server have that of the taps.
    private static readonly string[] Rooms = ["CardProtocol", "Loyalty", "Taps"];

    private const string SwitchFile =
        """
        namespace SmartCardCrm;

        /// <summary>Which planted bug is switched on: the one that the environment names.</summary>
        internal static class Planted
        {
            private static readonly string? Name = System.Environment.GetEnvironmentVariable("PLANTED");

            public static bool Is(string name) => name == Name;
        }

        """;

    /// <summary>Copies the sources and plants all bugs in the copy.</summary>
    /// <param name="root">The repository.</param>
    /// <param name="folder">Where the copy goes; made where there is none. An earlier copy there is
    /// replaced, its build output kept.</param>
    /// <exception cref="InvalidOperationException">A bug has no single place in the sources.</exception>
    public static void CopyTo(string root, string folder)
    {
        foreach (var part in Folders)
        {
            var copy = Path.Combine(folder, part);
            if (Directory.Exists(copy))
                Directory.Delete(copy, recursive: true);
            CopyFolder(Path.Combine(root, part), copy);
        }

        foreach (var file in Files)
            File.Copy(Path.Combine(root, file), Path.Combine(folder, file), overwrite: true);
        foreach (var room in Rooms)
            File.WriteAllText(Path.Combine(folder, "src", room, "Planted.cs"), SwitchFile);
        foreach (var bug in PlantedBugs.All)
        {
            var file = Path.Combine(folder, bug.File);
            File.WriteAllText(file, bug.PlantIn(File.ReadAllText(file)));
        }
    }

    /// <summary>Builds a copy: Release, without the checks that its sources have passed already.</summary>
    /// <returns>The world's program in it, for <c>dotnet</c> to run.</returns>
    /// <exception cref="InvalidOperationException">It does not build; the compiler has said why.</exception>
    public static string Build(string folder)
    {
        var start = new ProcessStartInfo("dotnet",
        [
            "build", "tests/World", "-c", "Release", "-v", "quiet", "-nologo",
            "-p:TreatWarningsAsErrors=false", "-p:WarningLevel=0", "-p:RunAnalyzers=false",
            "-p:EnforceCodeStyleInBuild=false", "-p:GenerateDocumentationFile=false",
        ])
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
        };
        using var build = Process.Start(start)
            ?? throw new InvalidOperationException("dotnet does not start.");
        build.WaitForExit();
        return build.ExitCode == 0
            ? Path.Combine(folder, "artifacts", "bin", "World", "release", "SmartCardCrm.World.dll")
            : throw new InvalidOperationException($"The planted copy in {folder} does not build.");
    }

    private static void CopyFolder(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.EnumerateFiles(from))
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        foreach (var folder in Directory.EnumerateDirectories(from))
        {
            if (Path.GetFileName(folder) is not ("bin" or "obj"))
                CopyFolder(folder, Path.Combine(to, Path.GetFileName(folder)));
        }
    }
}
