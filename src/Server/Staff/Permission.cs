using Microsoft.AspNetCore.Authorization;

namespace SmartCardCrm.Server.Staff;

/// <summary>Names the permission that a page or call asks for.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class PermissionAttribute(Resource resource, Access access)
    : Attribute, IAuthorizationRequirement, IAuthorizationRequirementData
{
    public Resource Resource => resource;

    public Access Access => access;

    public IEnumerable<IAuthorizationRequirement> GetRequirements() => [this];
}

/// <summary>Says that a page or call is for everybody who is signed in, whatever his roles.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class ForAllStaffAttribute : Attribute;

/// <summary>Decides whether who is signed in has the permission that is asked for.</summary>
internal sealed class PermissionCheck : AuthorizationHandler<PermissionAttribute>
{
    protected override Task HandleRequirementAsync(
        AuthorizationHandlerContext context, PermissionAttribute requirement)
    {
        if (context.User.May(requirement.Resource, requirement.Access))
            context.Succeed(requirement);
        return Task.CompletedTask;
    }
}

/// <summary>Puts permissions on endpoints, and sees to it that each has one.</summary>
internal static class Permissions
{
    /// <summary>A group whose calls all ask for this.</summary>
    public static RouteGroupBuilder For(this RouteGroupBuilder group, Resource resource, Access access) =>
        group.MapGroup("").WithMetadata(new PermissionAttribute(resource, access));

    // The framework's own, which says of files that they are not there.
    private const string NoFile = "{**path:file}";

    /// <summary>Endpoints of people's door that neither name a permission nor say that they need none. What
    /// stands below /_ is the framework's own, for pages that were let in.</summary>
    public static IReadOnlyList<string> Missing(IEndpointRouteBuilder app) =>
        [.. app.DataSources.SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()
            .Where(endpoint => !IsSettled(endpoint.Metadata))
            .Select(endpoint => endpoint.RoutePattern.RawText ?? "")
            .Where(route => route != NoFile && !route.StartsWith("/_", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)];

    /// <exception cref="InvalidOperationException">An endpoint names no permission.</exception>
    public static void Demand(IEndpointRouteBuilder app)
    {
        if (Missing(app) is { Count: > 0 } missing)
        {
            throw new InvalidOperationException(
                $"These name no permission: {string.Join(", ", missing)}.");
        }
    }

    private static bool IsSettled(EndpointMetadataCollection metadata) =>
        metadata.GetMetadata<IAllowAnonymous>() is not null
        || metadata.GetMetadata<PermissionAttribute>() is not null
        || metadata.GetMetadata<ForAllStaffAttribute>() is not null;
}
