namespace SmartCardCrm.CardProtocol;

/// <summary>The DESFire status bytes that we act on: the second byte, after 91.</summary>
public static class CardStatus
{
    public const byte ApplicationNotFound = 0xA0;
    public const byte AuthenticationError = 0xAE;

    internal const byte Ok = 0x00;
    internal const byte SignatureOk = 0x90;
    internal const byte PermissionDenied = 0x9D;
    internal const byte AdditionalFrame = 0xAF;
    internal const byte BoundaryError = 0xBE;

    /// <summary>The name that DESFire documents give a status, or "unknown status".</summary>
    internal static string NameOf(byte status) => status switch
    {
        Ok => "OPERATION_OK",
        0x0B => "COMMAND_NOT_FOUND",
        0x0C => "NO_CHANGES",
        0x0E => "OUT_OF_EEPROM",
        0x1C => "ILLEGAL_COMMAND_CODE",
        0x1E => "INTEGRITY_ERROR",
        0x40 => "NO_SUCH_KEY",
        0x7E => "LENGTH_ERROR",
        SignatureOk => "SIGNATURE_OK",
        PermissionDenied => "PERMISSION_DENIED",
        0x9E => "PARAMETER_ERROR",
        ApplicationNotFound => "APPLICATION_NOT_FOUND",
        0xAD => "AUTHENTICATION_DELAY",
        AuthenticationError => "AUTHENTICATION_ERROR",
        AdditionalFrame => "ADDITIONAL_FRAME",
        BoundaryError => "BOUNDARY_ERROR",
        0xCA => "COMMAND_ABORTED",
        0xCE => "COUNT_ERROR",
        0xDE => "DUPLICATE_ERROR",
        0xEE => "MEMORY_ERROR",
        0xF0 => "FILE_NOT_FOUND",
        _ => "unknown status",
    };
}
