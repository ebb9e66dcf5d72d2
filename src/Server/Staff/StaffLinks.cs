namespace SmartCardCrm.Server.Staff;

/// <summary>Addresses that are given to people of the staff.</summary>
internal static class StaffLinks
{
    /// <summary>Where somebody sets his password. The code stands behind the #, so that no browser sends it
    /// and no proxy logs it.</summary>
    public static string ToInvitation(HttpRequest request, string code) =>
        $"{request.Scheme}://{request.Host}/invitation#{code}";
}
