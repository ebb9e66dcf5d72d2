namespace SmartCardCrm.World.Tests;

/// <summary>The sources that this test was built from.</summary>
internal static class Repository
{
    /// <summary>The folder that holds SmartCardCrm.sln, found upwards from the test's own folder.</summary>
    public static string Root { get; } = Find(AppContext.BaseDirectory);

    private static string Find(string? folder) =>
        folder is null ? throw new DirectoryNotFoundException("SmartCardCrm.sln")
        : File.Exists(Path.Combine(folder, "SmartCardCrm.sln")) ? folder
        : Find(Path.GetDirectoryName(folder));
}
