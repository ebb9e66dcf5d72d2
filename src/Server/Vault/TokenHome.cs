using System.Text.Json;
using System.Text.Json.Serialization;

namespace SmartCardCrm.Server.Vault;

/// <summary>Which token holds a chain's keys: <c>vault.token</c> in the data folder, beside no
/// vault.</summary>
/// <param name="Module">The PKCS#11 library of the token's maker, a path.</param>
/// <param name="Token">The token's label.</param>
internal sealed record TokenHome(string Module, string Token)
{
    public const string FileName = "vault.token";

    /// <summary>Null where the data folder has none.</summary>
    /// <exception cref="VaultException">The file is not ours.</exception>
    public static TokenHome? Load(string data)
    {
        var path = Path.Combine(data, FileName);
        if (!File.Exists(path))
            return null;
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), TokenJson.Default.TokenHome);
        }
        catch (JsonException wrong)
        {
            throw new VaultException("token-unreadable", $"{path}: {wrong.Message}", wrong);
        }
    }

    public void Save(string data) => PrivateFile.Replace(
        Path.Combine(data, FileName), JsonSerializer.SerializeToUtf8Bytes(this, TokenJson.Default.TokenHome));
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(TokenHome))]
internal sealed partial class TokenJson : JsonSerializerContext;
