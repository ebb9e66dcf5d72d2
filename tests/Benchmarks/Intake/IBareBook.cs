namespace SmartCardCrm.Benchmarks.Intake;

/// <summary>A book to which rows are written with what its engine does quickest, and nothing else.</summary>
internal interface IBareBook : IDisposable
{
    /// <summary>Writes rows, in as many transactions as there were.</summary>
    void Write(IReadOnlyList<TableRows> tables);
}
