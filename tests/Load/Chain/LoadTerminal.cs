using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Google.Protobuf;
using Grpc.Net.Client;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.SyncContract;
using SmartCardCrm.Terminal.Sync;

namespace SmartCardCrm.Load.Chain;

/// <summary>A terminal without readers: its certificate, its journal in memory, and who it signs as. One
/// thread sells, another may send.</summary>
internal sealed class LoadTerminal(uint number, X509Certificate2 certificate, ReaderIdKey readerKey)
    : IOutbox
{
    private readonly Lock _lock = new();
    private readonly List<JournalEntry> _entries = [];

    public uint Number => number;

    public X509Certificate2 Certificate => certificate;

    /// <summary>Whom its server's certificate is from.</summary>
    public required X509Certificate2 Authority { get; init; }

    /// <summary>A channel of its own to the server.</summary>
    public GrpcChannel Connect(Uri server) => GrpcChannel.ForAddress(server, new GrpcChannelOptions
    {
        DisposeHttpClient = true,
        HttpHandler = new SocketsHttpHandler
        {
            SslOptions =
            {
                ClientCertificates = [certificate],
                LocalCertificateSelectionCallback = (_, _, _, _, _) => certificate,
                CertificateChainPolicy = new X509ChainPolicy
                {
                    TrustMode = X509ChainTrustMode.CustomRootTrust,
                    CustomTrustStore = { Authority },
                    RevocationMode = X509RevocationMode.NoCheck,
                },
            },
        },
    });

    /// <summary>There is something new to send.</summary>
    public event Action? Grew;

    /// <summary>While true, what is written waits to be sent, as without a network.</summary>
    public bool Holds
    {
        get;
        set
        {
            field = value;
            if (!value)
                Grew?.Invoke();
        }
    }

    public uint Head
    {
        get
        {
            lock (_lock)
                return (uint)_entries.Count;
        }
    }

    public ByteString? HashOf(uint sequence)
    {
        lock (_lock)
            return sequence == 0 ? ByteString.CopyFrom(new byte[32]) : _entries[(int)sequence - 1].ChainHash;
    }

    public IReadOnlyList<JournalEntry> Entries(uint after, int most, int bytesMost)
    {
        lock (_lock)
        {
            var taken = 0;
            var bytes = 0;
            while (after + taken < _entries.Count && taken < most
                && (taken == 0 || bytes + _entries[(int)after + taken].Body.Length <= bytesMost))
            {
                bytes += _entries[(int)after + taken++].Body.Length;
            }

            return _entries.GetRange((int)after, taken);
        }
    }

    public ReaderId Sign(Uid card, uint counter) => readerKey.Sign(card, number, Head + 1, counter);

    public uint Write(EntryBody body)
    {
        body.ProtocolVersion = 1;
        uint sequence;
        lock (_lock)
        {
            sequence = (uint)_entries.Count + 1;
            var before = _entries.Count == 0 ? new byte[32] : _entries[^1].ChainHash.ToByteArray();
            _entries.Add(Chained(before, sequence, body.ToByteString()));
        }

        if (!Holds)
            Grew?.Invoke();
        return sequence;
    }

    private static JournalEntry Chained(byte[] before, uint sequence, ByteString body)
    {
        var covered = new byte[before.Length + sizeof(uint) + body.Length];
        before.CopyTo(covered, 0);
        BinaryPrimitives.WriteUInt32LittleEndian(covered.AsSpan(before.Length), sequence);
        body.CopyTo(covered, before.Length + sizeof(uint));
        return new JournalEntry
        {
            Sequence = sequence,
            Body = body,
            ChainHash = ByteString.CopyFrom(SHA256.HashData(covered)),
        };
    }
}
