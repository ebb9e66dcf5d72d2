using System.Security.Cryptography;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.Loyalty;
using SmartCardCrm.Terminal.Keys;

namespace SmartCardCrm.Terminal;

/// <summary>Makes customers' phone numbers and addresses unreadable for everybody but headquarters.</summary>
/// <param name="headquarters">Whose public key it is done with. Not owned.</param>
internal sealed class ContactSeal(TrustedAuthorities headquarters, FillRandom random)
{
    /// <summary>Base64 of <see cref="SealedContact"/>.</summary>
    public string Seal(Contact contact)
    {
        var once = new byte[32];
        random(once);
        var contactSealed = SealedContact.Seal(headquarters.Newest, contact, once);
        CryptographicOperations.ZeroMemory(once);
        return Convert.ToBase64String(contactSealed);
    }
}
