using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace SmartCardCrm.Server.Backup;

/// <summary>One file of a backup.</summary>
/// <param name="Name">In the backup's folder.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Sha256">Hexadecimal.</param>
internal sealed record BackedUpFile(string Name, long Bytes, string Sha256)
{
    public static BackedUpFile Of(string folder, string name)
    {
        using var file = File.OpenRead(Path.Combine(folder, name));
        return new BackedUpFile(name, file.Length, Convert.ToHexString(SHA256.HashData(file)));
    }
}

/// <summary>What a backup consists of. It is written last: a folder without it is none.</summary>
/// <param name="Software">The release that made it.</param>
/// <param name="TakenAt">When it was begun: it has all that was in the book by then.</param>
/// <param name="Book">The name of the book's file.</param>
internal sealed record BackupManifest(
    string Software, DateTimeOffset TakenAt, string Book, IReadOnlyList<BackedUpFile> Files)
{
    public const string FileName = "backup.json";

    // Somebody may have written it who wants other files read and written.
    private bool IsSound =>
        Files.All(file => file?.Name is { Length: > 0 } name && Path.GetFileName(name) == name)
        && Files.Any(file => file.Name == Book);

    public byte[] Encode() => JsonSerializer.SerializeToUtf8Bytes(this, BackupJson.Default.BackupManifest);

    /// <summary>Reads it, and compares all files with it.</summary>
    /// <exception cref="BackupException">It is not there or not readable, or a file is not as it
    /// was.</exception>
    public static BackupManifest Read(string folder)
    {
        var manifest = Decode(Path.Combine(folder, FileName));
        foreach (var file in manifest.Files)
        {
            if (!File.Exists(Path.Combine(folder, file.Name)) || BackedUpFile.Of(folder, file.Name) != file)
            {
                throw new BackupException(
                    "backup-damaged", $"{file.Name} in {folder} is missing, or is not what was backed up.");
            }
        }

        return manifest;
    }

    private static BackupManifest Decode(string path)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), BackupJson.Default.BackupManifest)
                is { IsSound: true } manifest
                    ? manifest
                    : throw new JsonException("It names no book, or files elsewhere.");
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new BackupException(
                "backup-absent", $"There is no whole backup here: {path}: {wrong.Message}", wrong);
        }
    }
}

/// <summary>A backup cannot be made or used. The message is for people, the code for scripts.</summary>
internal sealed class BackupException(string code, string message, Exception? inner = null)
    : Exception(message, inner)
{
    public string Code => code;
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(BackupManifest))]
internal sealed partial class BackupJson : JsonSerializerContext;
