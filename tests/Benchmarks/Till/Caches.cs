namespace SmartCardCrm.Benchmarks.Till;

/// <summary>The processor's caches.</summary>
internal static class Caches
{
    private const int SweptBytes = 64 << 20;
    private static readonly byte[] Swept = new byte[SweptBytes];

    /// <summary>Fills them with something else.</summary>
    public static void Sweep()
    {
        for (var at = 0; at < Swept.Length; at += 64)
            Swept[at] ^= 1;
    }
}
