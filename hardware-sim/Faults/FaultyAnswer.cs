namespace SmartCardCrm.Simulator.Faults;

/// <summary>How answers arrive that something has happened to.</summary>
internal static class FaultyAnswer
{
    private const int StatusLength = 2;
    private const int BitsPerByte = 8;

    /// <param name="answer">As the chip gave it. May be changed.</param>
    /// <param name="fault">Of a kind that does not touch answers: nothing happens.</param>
    /// <param name="isNative">One status byte begins the answer; else two end it.</param>
    public static byte[] Of(byte[] answer, CardFault fault, bool isNative)
    {
        switch (fault.Kind)
        {
            case FaultKind.Cut:
                return answer[..Math.Min(fault.Number, answer.Length)];
            case FaultKind.Flip when answer.Length > 0:
                var bit = fault.Number % (answer.Length * BitsPerByte);
                answer[bit / BitsPerByte] ^= (byte)(1 << (bit % BitsPerByte));
                return answer;
            case FaultKind.WrongMac when isNative && answer.Length > 1:
                answer[^1] ^= 0x01;
                return answer;
            case FaultKind.WrongMac when !isNative && answer.Length > StatusLength:
                answer[^(StatusLength + 1)] ^= 0x01;
                return answer;
            default:
                return answer;
        }
    }
}
