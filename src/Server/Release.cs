using System.Reflection;

namespace SmartCardCrm.Server;

/// <summary>Which release of the server this is.</summary>
internal static class Release
{
    public static string Text { get; } =
        typeof(Release).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()
            ?.InformationalVersion ?? "unknown";
}
