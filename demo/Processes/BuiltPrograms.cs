namespace SmartCardCrm.Demo.Processes;

/// <summary>
/// Where the build has put the programs of the chain: beside this one, in the same configuration.
/// </summary>
internal static class BuiltPrograms
{
    public static string Terminal => Find("Terminal", "SmartCardCrm.Terminal");

    public static string Server => Find("Server", "SmartCardCrm.Server");

    public static string Simulator => Find("hardware-sim", "SmartCardCrm.Simulator");

    /// <summary>The script that runs a pcscd of its own.</summary>
    public static string VirtualReaders => Path.Combine(Root, "hardware-sim", "virtual-readers.sh");

    // artifacts/bin/Demo/release/ → the root.
    private static string Root =>
        Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "..", ".."));

    private static string Find(string project, string program)
    {
        var configuration = Path.GetFileName(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        var path = Path.Combine(Root, "artifacts", "bin", project, configuration, program);
        return File.Exists(path)
            ? path
            : throw new FileNotFoundException($"{project} is not built: no {path}. ./run.sh builds it.",
                path);
    }
}
