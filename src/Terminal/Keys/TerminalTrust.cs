using SmartCardCrm.Terminal.Keys;

namespace SmartCardCrm.Terminal;

/// <summary>Whom this terminal believes, and what speaks for it.</summary>
/// <param name="Headquarters">Whose word counts. Not owned.</param>
/// <param name="Certificate">This terminal's, DER.</param>
/// <param name="Sign">ECDSA with SHA-256 by the certificate's key, r ‖ s.</param>
internal sealed record TerminalTrust(
    TrustedAuthorities Headquarters, ReadOnlyMemory<byte> Certificate, Func<byte[], byte[]> Sign);
