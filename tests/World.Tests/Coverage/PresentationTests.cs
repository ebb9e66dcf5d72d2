namespace SmartCardCrm.World.Tests;

/// <summary>A place of a tap is named by what the tap is then doing.</summary>
public sealed class PresentationTests
{
    [Fact]
    public void A_sale_after_a_settling_that_headquarters_ended_is_counted_from_its_own_session()
    {
        var presentation = new Presentation(
            purchase: null, Operation.Settle, new Mishap(MishapKind.CutAfter, "Authenticate.2"));
        Send(presentation, Operation.Settle, [0x5A, 0x71, 0xAF, 0xAB]);

        // The proof, which is not needed any more, and the sale.
        Send(presentation, Operation.Redeem, [0x5A, 0x71, 0xAF, 0xAD]);
        Send(presentation, Operation.Redeem, [0x5A, 0x71, 0xAF, 0xAB]);

        Assert.Null(presentation.Struck);
    }

    [Fact]
    public void A_session_that_the_settling_itself_begins_anew_is_its_second()
    {
        var presentation = new Presentation(
            purchase: null, Operation.Settle, new Mishap(MishapKind.CutAfter, "Authenticate.2"));
        Send(presentation, Operation.Settle, [0x5A, 0x71, 0xAF, 0xAB]);

        Send(presentation, Operation.Settle, [0x5A, 0x71]);

        Assert.Equal("settle Authenticate.2 CutAfter", presentation.Struck);
    }

    private static void Send(Presentation presentation, string operation, byte[] instructions)
    {
        presentation.Becomes(operation);
        foreach (var instruction in instructions)
            presentation.Exchanged(instruction);
    }
}
