using System.Security.Cryptography;
using System.Text;

namespace SmartCardCrm.Loyalty.Tests;

public sealed class ContactTests
{
    [Theory]
    [InlineData("+1 (555) 010-0199", "+15550100199")]
    [InlineData(" 8.495.123-45-67 ", "84951234567")]
    [InlineData("Anna.Ada@Example.ORG", "anna.ada@example.org")]
    public void People_write_it_as_they_like(string written, string text) =>
        Assert.Equal(text, Contact.TryParse(written)?.Text);

    [Theory]
    [InlineData("")]
    [InlineData("1234")]
    [InlineData("1234567890123456")]
    [InlineData("12+345678")]
    [InlineData("٠١٢٣٤٥٦")]
    [InlineData("@example.org")]
    [InlineData("anna@")]
    [InlineData("a@b@c")]
    [InlineData("an na@example.org")]
    public void What_is_neither_number_nor_address_is_refused(string written) =>
        Assert.Null(Contact.TryParse(written));

    [Fact]
    public void Only_the_key_it_was_sealed_for_opens_it()
    {
        using var headquarters = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var opening = ECDiffieHellman.Create(headquarters.ExportParameters(true));
        using var other = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        var contact = Contact.TryParse("+15550100199")!.Value;
        var sealedOnce = SealedContact.Seal(headquarters, contact, Once(1));

        Assert.Equal(contact, SealedContact.TryOpen(opening, sealedOnce));
        Assert.Null(SealedContact.TryOpen(other, sealedOnce));
        Assert.NotEqual(sealedOnce, SealedContact.Seal(headquarters, contact, Once(2)));
        Assert.DoesNotContain("5550100199", Encoding.Latin1.GetString(sealedOnce), StringComparison.Ordinal);
    }

    [Fact]
    public void A_changed_byte_or_another_length_opens_nothing()
    {
        using var headquarters = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var opening = ECDiffieHellman.Create(headquarters.ExportParameters(true));
        var contactSealed = SealedContact.Seal(
            headquarters, Contact.TryParse("anna@example.org")!.Value, Once(1));
        for (var i = 0; i < contactSealed.Length; i++)
        {
            var changed = contactSealed.ToArray();
            changed[i] ^= 1;
            Assert.Null(SealedContact.TryOpen(opening, changed));
            Assert.Null(SealedContact.TryOpen(opening, contactSealed.AsSpan(0, i)));
        }
    }

    private static byte[] Once(byte seed) => SHA256.HashData([seed]);
}
