namespace SmartCardCrm.Server.Console.Parts;

/// <summary>What a form's field says of itself beside its value.</summary>
internal static class Field
{
    /// <summary>Attributes that tell a screen reader what is wrong, or none.</summary>
    /// <param name="isWrong">Whether anything is.</param>
    /// <param name="problem">Id of the text that says it.</param>
    public static Dictionary<string, object>? Wrong(bool isWrong, string problem) =>
        isWrong
            ? new(StringComparer.Ordinal) { ["aria-invalid"] = "true", ["aria-describedby"] = problem }
            : null;
}
