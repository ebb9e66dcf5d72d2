using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.HighLevelAPI;

namespace SmartCardCrm.Server.Vault;

/// <summary>An authority whose key stays in the token.</summary>
/// <param name="line">Not owned.</param>
/// <param name="key">The private key.</param>
/// <param name="certificate">DER.</param>
internal sealed class TokenAuthority(TokenLine line, IObjectHandle key, byte[] certificate)
    : AuthorityKey(certificate)
{
    private const int CoordinateLength = 32;

    private readonly ECParameters _public = PublicOf(certificate);

    public override ECDsa OpenSigner() => new TokenEcdsa(line, key, _public);

    public override ECDiffieHellman OpenAgreement() => new TokenEcdh(line, key, _public);

    // The token keeps it.
    public override void Dispose() { }

    private static ECParameters PublicOf(byte[] certificate)
    {
        using var open = X509CertificateLoader.LoadCertificate(certificate);
        using var key = open.GetECDsaPublicKey()
            ?? throw new VaultException(
                "token-other-keys", "An authority's certificate has another kind of key.");
        return key.ExportParameters(includePrivateParameters: false);
    }

    private static ECParameters Only(ECParameters publicKey, bool includePrivate) => includePrivate
        ? throw new CryptographicException("The key does not leave the token.")
        : publicKey;

    /// <summary>The platform's ECDSA, whose signatures the token makes.</summary>
    private sealed class TokenEcdsa : ECDsa
    {
        private readonly TokenLine _line;
        private readonly IObjectHandle _key;
        private readonly ECParameters _public;

        public TokenEcdsa(TokenLine line, IObjectHandle key, ECParameters publicKey)
        {
            (_line, _key, _public) = (line, key, publicKey);
            KeySizeValue = 8 * CoordinateLength;
        }

        public override KeySizes[] LegalKeySizes => [new KeySizes(KeySizeValue, KeySizeValue, 0)];

        /// <inheritdoc/>
        /// <returns>r ‖ s, as PKCS#11 has it.</returns>
        public override byte[] SignHash(byte[] hash) => _line.With(session =>
            session.Sign(TokenLine.Mechanism(CKM.CKM_ECDSA), _key, hash));

        public override bool VerifyHash(byte[] hash, byte[] signature)
        {
            using var open = Create(_public);
            return open.VerifyHash(hash, signature);
        }

        public override ECParameters ExportParameters(bool includePrivateParameters) =>
            Only(_public, includePrivateParameters);
    }

    /// <summary>The platform's key agreement, whose secret the token reckons.</summary>
    private sealed class TokenEcdh : ECDiffieHellman
    {
        private readonly TokenLine _line;
        private readonly IObjectHandle _key;
        private readonly ECParameters _public;

        public TokenEcdh(TokenLine line, IObjectHandle key, ECParameters publicKey)
        {
            (_line, _key, _public) = (line, key, publicKey);
            KeySizeValue = 8 * CoordinateLength;
        }

        public override KeySizes[] LegalKeySizes => [new KeySizes(KeySizeValue, KeySizeValue, 0)];

        public override ECDiffieHellmanPublicKey PublicKey
        {
            get
            {
                using var open = Create(_public);
                return open.PublicKey;
            }
        }

        public override byte[] DeriveRawSecretAgreement(ECDiffieHellmanPublicKey otherPartyPublicKey)
        {
            var point = otherPartyPublicKey.ExportParameters().Q;
            return _line.With(session =>
            {
                var secret = session.DeriveKey(
                    TokenLine.Agreement([0x04, .. point.X!, .. point.Y!]), _key,
                    TokenLine.Attributes(
                        (CKA.CKA_CLASS, CKO.CKO_SECRET_KEY), (CKA.CKA_KEY_TYPE, CKK.CKK_GENERIC_SECRET),
                        (CKA.CKA_TOKEN, false), (CKA.CKA_SENSITIVE, false), (CKA.CKA_EXTRACTABLE, true),
                        (CKA.CKA_VALUE_LEN, (ulong)CoordinateLength)));
                var value = session.GetAttributeValue(secret, [CKA.CKA_VALUE])[0].GetValueAsByteArray();
                session.DestroyObject(secret);
                return value;
            });
        }

        public override ECParameters ExportParameters(bool includePrivateParameters) =>
            Only(_public, includePrivateParameters);
    }
}
