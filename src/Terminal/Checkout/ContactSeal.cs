using System.Security.Cryptography;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.Loyalty;

namespace SmartCardCrm.Terminal;

/// <summary>Makes customers' phone numbers and addresses unreadable for everybody but headquarters.</summary>
/// <param name="headquarters">The authority's public key. Not owned.</param>
internal sealed class ContactSeal(ECDsa headquarters, FillRandom random)
{
    /// <summary>Base64 of <see cref="SealedContact"/>.</summary>
    public string Seal(Contact contact)
    {
        var once = new byte[32];
        random(once);
        var contactSealed = SealedContact.Seal(headquarters, contact, once);
        CryptographicOperations.ZeroMemory(once);
        return Convert.ToBase64String(contactSealed);
    }
}
