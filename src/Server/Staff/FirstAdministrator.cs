using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace SmartCardCrm.Server.Staff;

/// <summary>
/// The one-time link by which the first administrator comes in. While nobody may log in, each start of the
/// server makes a new one; it ends with its use or with the process.
/// </summary>
/// <remarks>The code stands behind the # of the link, so that no browser sends it and no proxy logs
/// it.</remarks>
internal sealed class FirstAdministrator
{
    private readonly Lock _lock = new();
    private byte[]? _hash;

    /// <summary>Makes a code; an earlier one is void.</summary>
    /// <returns>What the link carries. It is kept nowhere.</returns>
    public string NewCode()
    {
        var code = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(24));
        lock (_lock)
            _hash = Hash(code);
        return code;
    }

    /// <summary>Does something once for the right code; the code is void when it succeeded.</summary>
    /// <returns>False where the code is wrong, used up, or <paramref name="once"/> said no.</returns>
    public bool TryUse(string code, Func<bool> once)
    {
        lock (_lock)
        {
            if (_hash is null || !CryptographicOperations.FixedTimeEquals(_hash, Hash(code)) || !once())
                return false;
            _hash = null;
            return true;
        }
    }

    private static byte[] Hash(string code) => SHA256.HashData(Encoding.UTF8.GetBytes(code));
}
