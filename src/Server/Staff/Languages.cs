namespace SmartCardCrm.Server.Staff;

/// <summary>The languages that people can choose; the first is the default.</summary>
internal static class Languages
{
    public static readonly string[] All = ["en", "ru"];

    public static void UseLanguages(this WebApplication app) =>
        app.UseRequestLocalization(options => options
            .SetDefaultCulture(All[0])
            .AddSupportedCultures(All)
            .AddSupportedUICultures(All));
}
