namespace SmartCardCrm.Loyalty;

/// <summary>How a customer without a card is found: a phone number or an e-mail address, in the one form in
/// which both sides compare them.</summary>
/// <param name="Text">Digits, with a plus sign before them where the customer gave one; or an address in
/// small letters.</param>
public readonly record struct Contact(string Text)
{
    public const int LengthMost = 254;

    public bool IsEmail => Text.Contains('@', StringComparison.Ordinal);

    /// <summary>Reads what people write: spaces, hyphens, dots and brackets in a number do not
    /// count.</summary>
    /// <returns>Null where it is neither a number of 5 to 15 digits nor an address.</returns>
    public static Contact? TryParse(string text)
    {
        var trimmed = text.Trim();
        if (trimmed.Contains('@', StringComparison.Ordinal))
            return IsAddress(trimmed) ? new Contact(trimmed.ToLowerInvariant()) : null;
        var number = new string([.. trimmed.Where(c => !" -.()".Contains(c, StringComparison.Ordinal))]);
        var digits = number.StartsWith('+') ? number[1..] : number;
        return digits.Length is >= 5 and <= 15 && digits.All(char.IsAsciiDigit) ? new Contact(number) : null;
    }

    private static bool IsAddress(string text) =>
        text.Length <= LengthMost && text.IndexOf('@', StringComparison.Ordinal) is var at && at > 0
        && at < text.Length - 1 && text.LastIndexOf('@') == at
        && !text.Any(c => char.IsControl(c) || char.IsWhiteSpace(c));
}
