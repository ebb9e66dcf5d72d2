using System.Security.Cryptography;
using SmartCardCrm.CardProtocol;

namespace SmartCardCrm.Server.Vault;

/// <summary>Where the chain's keys lie, and what is done with them there: in memory, out of a sealed file; or
/// in a token that most of them never leave. For many threads.</summary>
internal interface IVaultKeys : IDisposable
{
    /// <summary>They belong to the vault.</summary>
    IReadOnlyList<MasterKey> Masters { get; }

    /// <summary>The keys that headquarters speaks with, the oldest first; one or more. They belong to the
    /// vault.</summary>
    IReadOnlyList<AuthorityKey> Authorities { get; }

    /// <summary>The key with which a terminal signs its reader ids. The caller disposes of it.</summary>
    ReaderIdKey ReaderIdKey(uint terminal);

    /// <summary>A master that terminals hold: enquiry or sale. The caller disposes of it.</summary>
    VaultMaster Reveal(CardKeyNumber number, byte version);
}

/// <summary>The key of a terminal authority and its certificate. For many threads.</summary>
/// <param name="certificate">DER, self-signed; terminals pin it.</param>
internal abstract class AuthorityKey(ReadOnlyMemory<byte> certificate) : IDisposable
{
    public ReadOnlyMemory<byte> Certificate => certificate;

    /// <summary>SHA-256 of the certificate, hexadecimal: by it the book and people name the
    /// authority.</summary>
    public string Fingerprint { get; } = Convert.ToHexString(SHA256.HashData(certificate.Span));

    /// <summary>Signs certificates and documents. The caller disposes of it.</summary>
    public abstract ECDsa OpenSigner();

    /// <summary>Opens what was sealed for headquarters. The caller disposes of it.</summary>
    public abstract ECDiffieHellman OpenAgreement();

    public abstract void Dispose();
}
