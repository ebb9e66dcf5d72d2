namespace SmartCardCrm.Loyalty;

/// <summary>An amount of money in minor units (cents) of an ISO 4217 currency.</summary>
/// <param name="Minor">Minor units; negative for money given back.</param>
/// <param name="Currency">Three capital letters. <c>default</c> has none and equals no real amount.</param>
public readonly record struct Money(long Minor, string Currency);
