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
        var expected = entries[0].Sequence;
        foreach (var entry in entries)
        {
            if (entry.Sequence != expected
                || !entry.ChainHash.Span.SequenceEqual(After(before, expected, entry.Body.Span)))
            {
                return false;
            }

            before = entry.ChainHash.Span;
            expected++;
        }

        return true;
    }

    /// <summary>The chain hash of an entry, 32 bytes.</summary>
    /// <param name="before">That of the entry before it, 32 bytes.</param>
    public static byte[] After(ReadOnlySpan<byte> before, uint sequence, ReadOnlySpan<byte> body)
    {
        var covered = new byte[Length + sizeof(uint) + body.Length];
        before.CopyTo(covered);
        BinaryPrimitives.WriteUInt32LittleEndian(covered.AsSpan(Length), sequence);
        body.CopyTo(covered.AsSpan(Length + sizeof(uint)));
        return SHA256.HashData(covered);
    }
}
