using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Terminal.Tests.Doctor;

/// <summary>A server at a real TLS port that answers the two calls of a doctor, in gRPC's own
/// bytes.</summary>
internal sealed class TlsServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly byte[] _authority;

    private TlsServer(WebApplication app, byte[] authority) => (_app, _authority) = (app, authority);

    public Uri Address { get; private set; } = new("https://127.0.0.1");

    public ConcurrentQueue<string> Calls { get; } = new();

    /// <summary>The code with which calls that need a certificate are refused; null where they are
    /// not.</summary>
    public string? Refusal { get; set; }

    public bool Answers { get; set; } = true;

    /// <summary>What its clock says; null for the truth.</summary>
    public DateTimeOffset? Date { get; set; }

    public bool SawClientCertificate { get; private set; }

    public static async Task<TlsServer> Start(X509Certificate2 certificate, byte[] authority)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listener =>
        {
            listener.Protocols = HttpProtocols.Http2;
            listener.UseHttps(https =>
            {
                https.ServerCertificate = certificate;
                https.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
                https.ClientCertificateValidation = (_, _, _) => true;
            });
        }));
        var app = builder.Build();
        var server = new TlsServer(app, authority);
        app.Run(server.Answer);
        await app.StartAsync();
        server.Address = new Uri(app.Urls.Single());
        return server;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task Answer(HttpContext context)
    {
        Calls.Enqueue(context.Request.Path);
        if (Date is { } date)
            context.Response.Headers.Date = date.ToString("r", CultureInfo.InvariantCulture);
        context.Response.ContentType = "application/grpc";
        if (!Answers)
        {
            context.Response.Headers["grpc-status"] = "12";
            return;
        }

        if (context.Request.Path.Value!.EndsWith("FetchAuthority", StringComparison.Ordinal))
        {
            await Write(context, new AuthorityReply { Authority = ByteString.CopyFrom(_authority) });
            return;
        }

        SawClientCertificate = context.Connection.ClientCertificate is not null;
        if (Refusal is { } code)
        {
            context.Response.Headers["grpc-status"] = "7";
            context.Response.Headers["grpc-message"] = code;
            context.Response.Headers["error-text"] = "No.";
            return;
        }

        await Write(context, new CardKeysReply { ReaderIdKey = ByteString.CopyFrom(new byte[16]) });
    }

    private static async Task Write(HttpContext context, IMessage message)
    {
        var body = message.ToByteArray();
        var frame = new byte[5 + body.Length];
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(1), (uint)body.Length);
        body.CopyTo(frame, 5);
        await context.Response.Body.WriteAsync(frame);
        context.Response.AppendTrailer("grpc-status", "0");
    }
}
