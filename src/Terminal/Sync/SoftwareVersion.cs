using System.Reflection;

namespace SmartCardCrm.Terminal.Sync;

/// <summary>What this program calls itself towards the server.</summary>
internal static class SoftwareVersion
{
    public static string Text { get; } =
        typeof(SoftwareVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()
            ?.InformationalVersion ?? "unknown";
}
