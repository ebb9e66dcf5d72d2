using SmartCardCrm.Simulator.Chip.Memory;
using SmartCardCrm.Simulator.Chip.Messaging;

namespace SmartCardCrm.Simulator.Chip.Commands;

/// <summary>The first message of each authentication; the second is <see cref="Handshake.Finish"/>.</summary>
internal static class Authentication
{
    private const byte LrpCapability = 2;

    public static IEnumerable<Command> Commands =>
    [
        new(0x71, Protection.None, Ev2First) { LengthLeast = 2, LengthMost = 8 },
        new(0x77, Protection.None, Ev2NonFirst) { Length = 1 },
    ];

    private static Answer Ev2First(ChipState card, Call call)
    {
        var capabilities = call.Bytes[2..];
        RefusedException.When(capabilities.Length != call.Bytes[1], Status.LengthError);
        var wantsLrp = capabilities.Length > 0 && (capabilities[0] & LrpCapability) != 0;
        RefusedException.When(wantsLrp, Status.PermissionDenied);
        var handshake = new Ev2Handshake(call.Bytes[0], AesKey(card, call.Bytes[0]), DrawRndB(card))
        {
            ReaderCapabilities = capabilities.ToArray(),
        };
        if (OpenPoints.FirstAuthenticationAborts)
            card.AbortTransaction();

        return Start(card, handshake);
    }

    private static Answer Ev2NonFirst(ChipState card, Call call)
    {
        if (card.Session is not Ev2Channel before)
            throw new RefusedException(Status.PermissionDenied);

        var handshake = new Ev2Handshake(call.Bytes[0], AesKey(card, call.Bytes[0]), DrawRndB(card))
        {
            Continues = (before.Identifier.ToArray(), before.Counter),
        };
        return Start(card, handshake);
    }

    private static Answer Start(ChipState card, Ev2Handshake handshake)
    {
        card.EndSession();
        card.Handshake = handshake;
        return handshake.Challenge();
    }

    private static byte[] AesKey(ChipState card, byte number)
    {
        var key = Keys.Find(card, number);
        RefusedException.When(key.Type != KeyType.Aes, OpenPoints.KeyNotUsable);
        return key.Value;
    }

    private static byte[] DrawRndB(ChipState card)
    {
        var rndB = new byte[AesCmac.BlockLength];
        card.Random(rndB);
        return rndB;
    }
}
