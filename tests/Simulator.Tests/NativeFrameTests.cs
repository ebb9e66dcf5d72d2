using SmartCardCrm.Simulator.Chip;

namespace SmartCardCrm.Simulator.Tests;

/// <summary>Native frames as they are, without the ISO wrapping: a reader passes them on to a DESFire.
/// </summary>
public sealed class NativeFrameTests
{
    private readonly DesfireChip _chip = DesfireChip.Factory("ev3-4k", TestCard.Uid, TestCard.Counting());

    [Fact]
    public void A_frame_is_an_opcode_and_its_parameters_and_the_answer_begins_with_the_status()
    {
        Assert.Equal("AF04010133001805", Send("60"));
        Assert.Equal("AF04010103001805", Send("AF"));
        Assert.Equal("0004A1B2C3D4E5F6", Send("AF")[..16]);
        Assert.Equal("00", Send("CAF543520981"));
        Assert.Equal("00F54352", Send("6A"));
        Assert.Equal("A0", Send("5A123456"));
        Assert.Equal("00", Send("5AF54352"));
        Assert.Equal("40", Send("7105 00"));
    }

    [Fact]
    public void A_session_goes_on_in_either_form()
    {
        _chip.Memory.Keys[0] = TestCard.AesKey(TestCard.Key(0));
        var reader = new TestReader(_chip);
        reader.Authenticate(0, TestCard.Key(0));
        var wrapped = reader.Wrap(0x6E, [], [], Chip.Memory.CommMode.Mac);

        var answer = _chip.Transmit([wrapped[1], .. wrapped[5..^1]]);

        Assert.Equal("00001400", Convert.ToHexString(answer)[..8]);
        Assert.Equal(1 + 3 + 8, answer.Length);
    }

    [Theory]
    [InlineData("ev3-4k", "80CA9F7F00", "6E00")]
    [InlineData("ev3-4k", "A0", "6700")]
    [InlineData("ev3-4k", "00", "6700")]
    [InlineData("ev3-4k", "90", "6700")]
    [InlineData("ev3-4k", "FF", "6700")]
    [InlineData("ev1-4k", "710000", "1C")]
    [InlineData("ntag424", "60", "6700")]
    [InlineData("ntag424", "60000000", "6E00")]
    public void What_is_no_frame_of_this_product_is_refused(string profile, string sent, string answer) =>
        Assert.Equal(answer, Convert.ToHexString(
            DesfireChip.Factory(profile, TestCard.Uid, TestCard.Counting())
                .Transmit(Convert.FromHexString(sent))));

    private string Send(string frame) => Convert.ToHexString(
        _chip.Transmit(Convert.FromHexString(frame.Replace(" ", "", StringComparison.Ordinal))));
}
