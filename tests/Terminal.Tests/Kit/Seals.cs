using System.Security.Cryptography;

namespace SmartCardCrm.Terminal.Tests.Kit;

/// <summary>Databases under one key, which is everybody's.</summary>
internal static class Seals
{
    public static JournalFile At(string path) => new(path, New());

    public static JournalSeal New(byte filling = 7)
    {
        var key = new byte[JournalSeal.KeyLength];
        Array.Fill(key, filling);
        return new JournalSeal(key, RandomNumberGenerator.Fill);
    }
}
