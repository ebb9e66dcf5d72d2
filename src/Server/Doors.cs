using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace SmartCardCrm.Server;

/// <summary>The server's two endpoints. What is meant for one is not found at the other.</summary>
internal enum Door
{
    /// <summary>Browsers and the operator's REST calls.</summary>
    People,

    /// <summary>gRPC with mutual TLS under the terminals' own authority.</summary>
    Terminals,
}

/// <summary>Keeps the two doors apart on one pipeline.</summary>
internal static class Doors
{
    /// <summary>Marks what a listener accepts as having come through a door.</summary>
    public static void Leads(this ListenOptions listener, Door door) =>
        listener.Use(next => connection =>
        {
            connection.Features.Set(new CameThrough(door));
            return next(connection);
        });

    /// <summary>Says at which door an endpoint stands; without it, at the people's.</summary>
    public static TBuilder At<TBuilder>(this TBuilder endpoint, Door door)
        where TBuilder : IEndpointConventionBuilder =>
        endpoint.WithMetadata(new StandsAt(door));

    /// <summary>Answers 404 where request and endpoint are at different doors. Stands after
    /// routing.</summary>
    public static void UseDoors(this WebApplication app) =>
        app.Use((context, next) =>
        {
            var came = context.Features.Get<CameThrough>()?.Door ?? Door.People;
            var stands = context.GetEndpoint()?.Metadata.GetMetadata<StandsAt>()?.Door ?? Door.People;
            if (came == stands)
                return next(context);

            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        });

    private sealed record CameThrough(Door Door);

    private sealed record StandsAt(Door Door);
}
