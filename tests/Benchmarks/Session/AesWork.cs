using System.Security.Cryptography;

namespace SmartCardCrm.Benchmarks.Session;

/// <summary>How much AES there is in something.</summary>
/// <param name="Keys">Keys set up.</param>
/// <param name="DecryptionKeys">Of these, how many for decryption too.</param>
/// <param name="Blocks">Blocks encrypted or decrypted.</param>
internal readonly record struct AesWork(int Keys, int DecryptionKeys, int Blocks)
{
    private const int MacLength = 8;
    private const int PrefixLength = 7;

    /// <summary>From a master key to an open session.</summary>
    /// <remarks>Keys: the master, the card's, two of the session. Blocks: subkeys 1 and input 2 for the
    /// derivation; 1 + 2 + 2 for three cryptograms; subkeys 1 and two inputs of 2 for the session keys;
    /// subkeys 1 for the MAC key.</remarks>
    public static AesWork OfOpening => new(4, 1, 3 + 5 + 5 + 1);

    /// <summary>One command and its answer in the session, as they went over the air.</summary>
    public static AesWork Of(ReadOnlySpan<byte> command, int answerLength)
    {
        var sent = command[4] - MacLength;
        var got = answerLength - 2 - MacLength;
        var header = command[1] is 0x8B or 0xAB ? 7 : 1;
        var isMacOnly = command[1] is 0xC8 or 0xC7;
        var encrypted = isMacOnly || sent == header ? 0 : 1 + ((sent - header) / 16);
        var decrypted = isMacOnly || got == 0 ? 0 : 1 + (got / 16);
        return new AesWork(0, 0, encrypted + decrypted + MacBlocks(sent) + MacBlocks(got));
    }

    public static AesWork operator +(AesWork one, AesWork other) => new(
        one.Keys + other.Keys, one.DecryptionKeys + other.DecryptionKeys, one.Blocks + other.Blocks);

    private static int MacBlocks(int length) => (PrefixLength + length + 15) / 16;
}

/// <summary>Does so much AES, as the platform does it, and nothing else.</summary>
internal sealed class BareAes : IDisposable
{
    private readonly byte[] _block = new byte[16];
    private readonly byte[] _key = new byte[16];
    private readonly Aes _kept = Aes.Create();
    private readonly ICryptoTransform _encryptor;

    public BareAes()
    {
        _kept.Mode = CipherMode.ECB;
        _kept.Padding = PaddingMode.None;
        _encryptor = _kept.CreateEncryptor();
    }

    public void Run(AesWork work)
    {
        for (var key = 0; key < work.Keys; key++)
        {
            using var aes = Aes.Create();
            aes.Mode = CipherMode.ECB;
            aes.Padding = PaddingMode.None;
            aes.SetKey(_key);
            using var encryptor = aes.CreateEncryptor();
            using var decryptor = key < work.DecryptionKeys ? aes.CreateDecryptor() : null;
        }

        for (var block = 0; block < work.Blocks; block++)
            _encryptor.TransformBlock(_block, 0, 16, _block, 0);
    }

    public void Dispose()
    {
        _encryptor.Dispose();
        _kept.Dispose();
    }
}
