using System.Security.Cryptography;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.Loyalty;
using SmartCardCrm.Server.Cards;

namespace SmartCardCrm.Server.Tests.Chain;

/// <summary>A chain's masters, fixed, so that a failure repeats.</summary>
internal sealed class TestSecrets : ICardSecrets
{
    public const byte Version = 1;

    public static readonly KeyVersions Versions = new(Version, Version, Version, Version);

    public static CardKey SaleKey(Uid uid) => Master(CardKeyNumber.Sale).DeriveFor(uid);

    public static PersonalisationKeys KeysFor(Uid uid) =>
        new(uid, Enum.GetValues<CardKeyNumber>().Select(Master));

    public CardKey TransactionMacKey(Uid uid, byte version) =>
        Master(CardKeyNumber.TransactionMac).DeriveFor(uid);

    public ReaderIdKey ReaderIdKey(uint terminal) => CardProtocol.ReaderIdKey.Derive(Filled(0x77), terminal);

    /// <summary>What terminals seal contacts for.</summary>
    public ECDsa Authority { get; } = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    /// <summary>What goes wrong where nobody foresaw it.</summary>
    public Exception? Breaks { get; set; }

    public Contact? OpenContact(ReadOnlySpan<byte> contactSealed)
    {
        if (Breaks is not null)
            throw Breaks;
        using var key = ECDiffieHellman.Create(Authority.ExportParameters(includePrivateParameters: true));
        return SealedContact.TryOpen(key, contactSealed);
    }

    public byte[] Sign(ReadOnlySpan<byte> document) => new byte[DocumentSignature.Length];

    private static MasterKey Master(CardKeyNumber number) =>
        new(number, Version, Filled((byte)(0x10 + number)));

    private static byte[] Filled(byte value) => [.. Enumerable.Repeat(value, 16)];
}
