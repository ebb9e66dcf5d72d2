using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using SmartCardCrm.Server.Vault;

namespace SmartCardCrm.Server.Operator;

/// <summary>What a program on the server's own machine shows to be let in: a file that only the server's user
/// can read.</summary>
internal sealed class AccessToken
{
    private readonly byte[] _hash;

    private AccessToken(string token) => _hash = Hash(token);

    /// <summary>Reads the token, or makes one where there is none.</summary>
    public static AccessToken OpenOrCreate(string path)
    {
        if (!File.Exists(path))
        {
            var token = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
            PrivateFile.Replace(path, Encoding.ASCII.GetBytes(token));
        }

        return new AccessToken(File.ReadAllText(path).Trim());
    }

    public bool Is(string presented) => CryptographicOperations.FixedTimeEquals(_hash, Hash(presented));

    private static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));
}
