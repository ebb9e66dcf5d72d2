using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using SmartCardCrm.Server.Storage;

namespace SmartCardCrm.Server.DayCertificates;

/// <summary>
/// A hash over all postings, carried on from certificate to certificate: SHA-256 over the hash before (32
/// bytes, zeros before the first) and, for each posting since, in order: id, programme, account, owner,
/// points, contra, terminal, sequence and posted_us (64 bits each, little-endian) and the currency (3 bytes).
/// </summary>
internal static class LedgerHash
{
    public static readonly string None = new('0', 64);

    private const int PostingsAtOnce = 20_000;

    /// <summary>Carries a hash on, reading a page at a time.</summary>
    /// <param name="database">The book.</param>
    /// <param name="before">The hash through the posting before.</param>
    /// <param name="after">That posting.</param>
    /// <param name="through">The last one that counts.</param>
    public static string After(Database database, string before, long after, long through)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Convert.FromHexString(before));
        while (after < through)
        {
            var rows = database.Read(db => db.List<PostingRow>(
                """
                SELECT id, programme, currency, account, owner, points, contra, terminal, sequence, posted_us
                FROM posting WHERE id > @after AND id <= @through ORDER BY id LIMIT @PostingsAtOnce
                """,
                new { after, through, PostingsAtOnce }));
            foreach (var row in rows)
                row.AddTo(hash);
            after = rows is [.., var last] ? last.Id : through;
        }

        return Convert.ToHexString(hash.GetHashAndReset());
    }

    private sealed record PostingRow
    {
        public long Id { get; init; }
        public long Programme { get; init; }
        public string Currency { get; init; } = "";
        public long Account { get; init; }
        public long Owner { get; init; }
        public long Points { get; init; }
        public long Contra { get; init; }
        public long Terminal { get; init; }
        public long Sequence { get; init; }
        public long PostedUs { get; init; }

        public void AddTo(IncrementalHash hash)
        {
            Span<byte> bytes = stackalloc byte[sizeof(long)];
            foreach (var value in (ReadOnlySpan<long>)
                [Id, Programme, Account, Owner, Points, Contra, Terminal, Sequence, PostedUs])
            {
                BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
                hash.AppendData(bytes);
            }

            hash.AppendData(Encoding.ASCII.GetBytes(Currency));
        }
    }
}
