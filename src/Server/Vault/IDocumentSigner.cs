namespace SmartCardCrm.Server.Vault;

/// <summary>Signs what terminals decide by, as <see cref="Loyalty.DocumentSignature"/> says.</summary>
internal interface IDocumentSigner
{
    /// <summary>A signature, r ‖ s.</summary>
    byte[] Sign(ReadOnlySpan<byte> document);
}
