using System.Text.Json;
using System.Text.Json.Serialization;
using SmartCardCrm.Server.Vault;

namespace SmartCardCrm.Server.Commands;

/// <summary>Where a running server is found: the file <c>endpoints.json</c> in its data folder.</summary>
/// <param name="Console">Browsers and REST, without a slash at the end.</param>
/// <param name="Grpc">Terminals.</param>
/// <param name="Pid">Its process.</param>
internal sealed record Endpoints(string Console, string Grpc, int Pid)
{
    private const string FileName = "endpoints.json";

    /// <summary>The doors of a started server, with the ports it really got.</summary>
    public static Endpoints Of(WebApplication app)
    {
        // Kestrel lists them in the order in which they were set up: people, terminals.
        var urls = app.Urls.ToArray();
        return new Endpoints(urls[0], urls[1], Environment.ProcessId);
    }

    /// <exception cref="CommandException">No server has run on this folder.</exception>
    public static Endpoints Read(string dataFolder)
    {
        var path = Path.Combine(dataFolder, FileName);
        if (!File.Exists(path))
            throw new CommandException("server-away", $"No server has run on {dataFolder}.");
        return JsonSerializer.Deserialize(File.ReadAllBytes(path), EndpointsJson.Default.Endpoints)
            ?? throw new CommandException("server-away", $"{path} says nothing.");
    }

    public void Write(string dataFolder) =>
        PrivateFile.Replace(
            Path.Combine(dataFolder, FileName),
            JsonSerializer.SerializeToUtf8Bytes(this, EndpointsJson.Default.Endpoints));
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(Endpoints))]
internal sealed partial class EndpointsJson : JsonSerializerContext;
