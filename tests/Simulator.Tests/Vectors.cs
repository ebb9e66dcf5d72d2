using System.Text.Json;
using SmartCardCrm.Simulator.Chip.Memory;
using SmartCardCrm.Simulator.Chip.Messaging;

namespace SmartCardCrm.Simulator.Tests;

/// <summary>The files of tests/vectors, as JSON; hex strings become bytes.</summary>
internal static class Vectors
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "vectors");

    public static JsonElement Read(string file) =>
        JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder, file))).RootElement;

    public static byte[] Bytes(this JsonElement element, string name) =>
        Convert.FromHexString(element.GetProperty(name).GetString() ?? new string('0', 32));

    public static string Text(this JsonElement element, string name) =>
        element.GetProperty(name).GetString()!;

    public static int Number(this JsonElement element, string name) => element.GetProperty(name).GetInt32();

    /// <summary>Command and answer in turn.</summary>
    public static byte[][] Exchange(this JsonElement element) =>
    [
        .. element.GetProperty("exchange").EnumerateArray()
            .Select(line => Convert.FromHexString(line.GetString()![2..])),
    ];

    public static CommMode Mode(this JsonElement element) =>
        Enum.Parse<CommMode>(element.Text("mode"), ignoreCase: true);

    /// <summary>A session in the middle of its life, from the session keys that the vector prints.</summary>
    public static Ev2Channel Channel(JsonElement session, int counter) => new(
        keyNumber: 0,
        new Ev2SessionKeys(new AesCmac(session.Bytes("encryptionKey")), new AesCmac(session.Bytes("macKey"))),
        session.Bytes("identifier"),
        (ushort)counter);
}
