using System.Security.Cryptography.X509Certificates;

namespace SmartCardCrm.Server.Vault;

/// <summary>What the server shows at the terminals' door: made anew in good time, for it may run for years.
/// Safe for many threads.</summary>
/// <param name="host">The name or address by which terminals reach it.</param>
internal sealed class ServerCertificate(TerminalAuthority authority, string host, TimeProvider clock)
{
    private readonly Lock _gate = new();
    private X509Certificate2? _current;
    private ReadOnlyMemory<byte> _authority;

    /// <summary>With its key. A former one may still be shaking hands, and is left to the
    /// collector.</summary>
    public X509Certificate2 Current
    {
        get
        {
            lock (_gate)
            {
                if (_current is null || Certificates.IsDue(_current, clock.GetUtcNow())
                    || !_authority.Span.SequenceEqual(authority.Certificate.Span))
                {
                    // In this order: whoever takes over in between has one made anew.
                    _authority = authority.Certificate;
                    _current = authority.IssueForServer(host);
                }

                return _current;
            }
        }
    }
}
