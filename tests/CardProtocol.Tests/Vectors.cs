using System.Text.Json;

namespace SmartCardCrm.CardProtocol.Tests;

/// <summary>Test vectors in <c>tests/vectors</c>: one file per source, each vector with its
/// section.</summary>
internal static class Vectors
{
    /// <summary>The folder that holds the solution.</summary>
    public static string Root { get; } = FindRoot(AppContext.BaseDirectory);

    public static JsonElement Open(string file)
    {
        var text = File.ReadAllText(Path.Combine(Root, "tests", "vectors", file));
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }

    /// <summary>File and section of every vector of a kind, as the rows of a theory.</summary>
    public static TheoryData<string, string> Sections(string kind, params string[] files)
    {
        var sections = new TheoryData<string, string>();
        foreach (var file in files)
        {
            foreach (var vector in Open(file).GetProperty(kind).EnumerateArray())
                sections.Add(file, vector.Text("section"));
        }

        return sections;
    }

    public static JsonElement Find(string file, string kind, string section) =>
        Open(file).GetProperty(kind).EnumerateArray().Single(vector => vector.Text("section") == section);

    public static string Text(this JsonElement vector, string name) =>
        vector.GetProperty(name).GetString() ?? throw new FormatException($"{name} is null.");

    public static byte[] Bytes(this JsonElement vector, string name) =>
        Convert.FromHexString(vector.GetProperty(name).GetString() ?? "");

    public static string[] Lines(this JsonElement vector, string name) =>
        [.. vector.GetProperty(name).EnumerateArray().Select(line => line.GetString() ?? "")];

    private static string FindRoot(string? folder) =>
        folder is null ? throw new DirectoryNotFoundException("SmartCardCrm.sln")
        : File.Exists(Path.Combine(folder, "SmartCardCrm.sln")) ? folder
        : FindRoot(Path.GetDirectoryName(folder));
}
