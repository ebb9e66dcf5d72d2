using System.Diagnostics;
using SmartCardCrm.CardProtocol;

namespace SmartCardCrm.Server.Relay;

/// <summary>What is wrong with a card that is driven from here.</summary>
internal static class CardFailure
{
    /// <summary>A stable code.</summary>
    public static string CodeOf(CardException wrong) => wrong switch
    {
        CardRefusedException => "card-refused",
        CardNotTrustedException => "card-not-trusted",
        CardForeignException { Reason: CardForeignReason.NotDesfire } => "card-not-desfire",
        CardForeignException { Reason: CardForeignReason.UnknownLayout } => "card-layout-unknown",
        CardForeignException { Reason: CardForeignReason.UnknownKeys } => "card-keys-unknown",
        CardForeignException { Reason: CardForeignReason.OtherContent } => "card-content-other",
        CardForeignException { Reason: CardForeignReason.InUse } => "card-in-use",
        CardForeignException { Reason: CardForeignReason.UnsuitableProduct } => "card-unsuitable",
        _ => throw new UnreachableException(),
    };
}
