using System.Buffers.Binary;
using System.Security.Cryptography;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Server.Sync;

/// <summary>The hash chain that makes a journal one story: each entry's hash covers the one before.</summary>
/// <remarks><c>SHA-256(hash before(32) ‖ sequence u32 little-endian ‖ body)</c>; before the first stand 32
/// zero bytes.</remarks>
internal static class JournalChain
{
    private const int Length = SHA256.HashSizeInBytes;

    /// <summary>What stands before the first entry: 32 zero bytes.</summary>
    public static byte[] Beginning => new byte[Length];

    /// <summary>Whether entries follow each other, and the hash before, without a hole.</summary>
    /// <param name="before">The chain hash of the entry before the first of these, 32 bytes.</param>
    /// <param name="entries">At least one.</param>
    public static bool Holds(ReadOnlySpan<byte> before, IReadOnlyList<JournalEntry> entries)
    {
        Span<byte> hash = stackalloc byte[Length];
        before.CopyTo(hash);
        var expected = entries[0].Sequence;
        foreach (var entry in entries)
        {
            Append(hash, entry);
            if (entry.Sequence != expected || !hash.SequenceEqual(entry.ChainHash.Span))
                return false;
            expected++;
        }

        return true;
    }

    private static void Append(Span<byte> hash, JournalEntry entry)
    {
        var covered = new byte[Length + sizeof(uint) + entry.Body.Length];
        hash.CopyTo(covered);
        BinaryPrimitives.WriteUInt32LittleEndian(covered.AsSpan(Length), entry.Sequence);
        entry.Body.Span.CopyTo(covered.AsSpan(Length + sizeof(uint)));
        SHA256.HashData(covered, hash);
    }
}
