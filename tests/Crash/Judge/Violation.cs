namespace SmartCardCrm.Crash.Judge;

/// <summary>What must never be.</summary>
/// <param name="invariant">I2 … I12, or <c>liveness</c>: something did not come to its end.</param>
/// <param name="seen">What was seen instead.</param>
internal sealed class Violation(string invariant, string seen) : Exception($"{invariant}: {seen}");
