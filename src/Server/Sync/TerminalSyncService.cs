using System.Security.Cryptography;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.Options;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.Server.Cards;
using SmartCardCrm.Server.Ledger;
using SmartCardCrm.Server.Relay;
using SmartCardCrm.Server.Taps;
using SmartCardCrm.Server.Terminals;
using SmartCardCrm.Server.Vault;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Server.Sync;

/// <summary>The terminals' calls. Who calls is known from the certificate before any of these runs.</summary>
internal sealed class TerminalSyncService(
    KeyVault vault, RenewalDesk renewals, SaleFinder sales, ExchangeDesk exchange, RelayDesk relay,
    TapDesk taps, LimitsBook limits, RotationBook rotations, IOptions<EnrolmentOptions> options)
    : TerminalSync.TerminalSyncBase
{
    private const int OperationIdLength = 16;

    public override Task<RenewCertificateReply> RenewCertificate(
        RenewCertificateRequest request, ServerCallContext context) =>
        Task.FromResult(new RenewCertificateReply
        {
            Certificate = ByteString.CopyFrom(renewals.Renew(
                TerminalInterceptor.TerminalOf(context), TerminalInterceptor.CertificateOf(context),
                request.Authority.Span)),
        });

    public override Task<CardKeysReply> FetchCardKeys(CardKeysRequest request, ServerCallContext context)
    {
        var terminal = (uint)TerminalInterceptor.TerminalOf(context).Number;
        var holdsKeys = limits.Of(terminal) is not { NeedKeys: false };
        rotations.Given(terminal, holdsKeys);
        if (!holdsKeys)
            return Task.FromResult(new CardKeysReply());
        using var readerIdKey = vault.ReaderIdKey(terminal);
        Span<byte> key = stackalloc byte[ReaderIdKey.Length];
        readerIdKey.CopyTo(key);
        var reply = new CardKeysReply
        {
            ReaderIdKey = ByteString.CopyFrom(key),
            HeldSecondsMost = (uint)TimeSpan.FromHours(options.Value.CardKeyHours).TotalSeconds,
        };
        CryptographicOperations.ZeroMemory(key);
        foreach (var master in vault.TerminalMasters)
        {
            reply.Keys.Add(new CardMasterKey
            {
                KeyNumber = (uint)master.Number,
                Version = master.Version,
                Key = ByteString.CopyFrom(master.Key),
            });
            master.Dispose();
        }

        return Task.FromResult(reply);
    }

    public override Task<FindSaleReply> FindSale(FindSaleRequest request, ServerCallContext context)
    {
        if (request.OperationId.Length != OperationIdLength)
            throw RefusedException.BadRequest("operation-id", "It has 16 bytes.");
        var programme = TerminalInterceptor.TerminalOf(context).Programme;
        return Task.FromResult(sales.Find(programme, Convert.ToHexString(request.OperationId.Span)));
    }

    public override Task Exchange(
        IAsyncStreamReader<TerminalMessage> requestStream, IServerStreamWriter<ServerMessage> responseStream,
        ServerCallContext context) =>
        exchange.ServeAsync(
            requestStream, responseStream, TerminalInterceptor.LineOf(context), context.CancellationToken);

    public override Task Tap(
        IAsyncStreamReader<TapReport> requestStream, IServerStreamWriter<TapCommand> responseStream,
        ServerCallContext context) =>
        taps.ServeAsync(
            requestStream, responseStream, TerminalInterceptor.TerminalOf(context),
            TerminalInterceptor.LineOf(context), context.CancellationToken);

    public override Task Relay(
        IAsyncStreamReader<RelayAnswer> requestStream, IServerStreamWriter<RelayCommand> responseStream,
        ServerCallContext context) =>
        relay.ServeAsync(
            requestStream, responseStream, TerminalInterceptor.LineOf(context), context.CancellationToken);
}
