namespace SmartCardCrm.Taps;

/// <summary>Who this terminal is and where it stands, as enrolment said.</summary>
/// <param name="Number">One incarnation of a journal; never 0, which is the server's own.</param>
/// <param name="Programme">The programme's number.</param>
/// <param name="Store">The store's number; a sale may name another.</param>
/// <param name="StoreZone">The store's time zone; expiry is reckoned in it, business dates default to
/// it.</param>
internal sealed record TerminalProfile(uint Number, uint Programme, uint Store, TimeZoneInfo StoreZone);
