using System.Text.Json;
using System.Text.Json.Serialization;

namespace SmartCardCrm.Terminal.Doctor;

/// <summary>How bad it is.</summary>
[JsonConverter(typeof(VerdictJson))]
internal enum Verdict
{
    Ok = 0,

    /// <summary>The terminal sells, but somebody should see to it.</summary>
    Warn = 1,

    /// <summary>The terminal serves no card, or will not soon, or its secrets lie open.</summary>
    Fail = 2,
}

/// <summary>What one check saw.</summary>
/// <param name="Code">Stable: a subject where all is well, else one of <see cref="DoctorCode"/> or a code
/// that the terminal or the server stops with.</param>
/// <param name="Seen">For people, one line.</param>
/// <param name="Advice">What to do, a line each: a command where there is one. Empty where all is
/// well.</param>
internal sealed record Finding(Verdict Verdict, string Code, string Seen, IReadOnlyList<string> Advice)
{
    public static Finding Ok(string subject, string seen) => new(Verdict.Ok, subject, seen, []);

    public static Finding Warn(string code, string seen, params IReadOnlyList<string> advice) =>
        new(Verdict.Warn, code, seen, advice);

    public static Finding Fail(string code, string seen, params IReadOnlyList<string> advice) =>
        new(Verdict.Fail, code, seen, advice);
}

/// <summary>In lower case, as the lines for people have it.</summary>
internal sealed class VerdictJson() : JsonStringEnumConverter<Verdict>(JsonNamingPolicy.CamelCase);
