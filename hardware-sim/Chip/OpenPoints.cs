using SmartCardCrm.Simulator.Chip.Memory;
using SmartCardCrm.Simulator.Chip.Messaging;

namespace SmartCardCrm.Simulator.Chip;

/// <summary>
/// What public documents leave open or contradict each other about. Each point is named here, so that a test
/// on a physical card changes one line.
/// </summary>
internal static class OpenPoints
{
    public const Status LinearFileFull = Status.BoundaryError;
    public const Status NoSuchRecord = Status.BoundaryError;
    public const Status ReaderIdMissing = Status.PermissionDenied;
    public const Status ReaderIdTwice = Status.PermissionDenied;
    public const Status ReaderIdWithoutSession = Status.PermissionDenied;
    public const Status TransactionMacNotAvailable = Status.PermissionDenied;

    /// <summary>SetConfiguration that would take back what cannot be.</summary>
    public const Status ConfigurationIsOneWay = Status.PermissionDenied;

    /// <summary>Asking for LRP messaging instead of AES.</summary>
    public const Status LrpNotOffered = Status.PermissionDenied;

    /// <summary>Read_Sig without a session from a card that hides its UID.</summary>
    public const Status SignatureHidden = Status.CommandNotFound;

    /// <summary>Opening a session, or writing in AF frames, where SetConfiguration turned it off.</summary>
    public const Status MessagingDisabled = Status.PermissionDenied;

    /// <summary>Opening a session with a key that failed too often.</summary>
    public const Status KeyBlocked = Status.PermissionDenied;

    /// <summary>After 50 failures in a row an NTAG lets some attempts pass by before it looks at one: 2 to 5
    /// were seen.</summary>
    public const int AttemptsTurnedAway = 3;

    /// <summary>EV2 authentication with a key that is not AES.</summary>
    public const Status KeyNotUsable = Status.PermissionDenied;

    /// <summary>SelectApplication of two of which one is the PICC level, or the same twice.</summary>
    public const Status NotTwoApplications = Status.ParameterError;

    /// <summary>How the transactions of a second application are proven is not published: one with a
    /// transaction MAC file can only be the first, and what is done in the second is in no proof.</summary>
    public const Status SecondMustNotProve = Status.PermissionDenied;

    /// <summary>File commands while the PICC level is selected.</summary>
    public const Status NoApplicationSelected = Status.PermissionDenied;

    /// <summary>
    /// An answer that does not fit the 256 bytes of a single APDU of the second opcode set.
    /// </summary>
    public const Status AnswerTooLong = Status.LengthError;

    /// <summary>
    /// ClearRecordFile: DESFire Light lets the Write right do it, EV1 sources only ReadWrite.
    /// </summary>
    public const FileRight MayClearRecords = FileRight.ReadWrite;

    /// <summary>
    /// RestoreTransfer: the right in the target; in the source, any right to read the value is enough.
    /// </summary>
    public const FileRight MayRestore = FileRight.ReadWrite;

    /// <summary>The TMC at which the card stops transacting; a configurable limit is not offered.</summary>
    public const uint TransactionMacLimit = uint.MaxValue;

    /// <summary>
    /// Zeros that follow record content in the TMI. The documents show none, because DESFire Light records
    /// are multiples of 16 bytes; we pad as after file content.
    /// </summary>
    public static int TmiPaddingAfter(int length) => (16 - (length % 16)) % 16;

    /// <summary>
    /// Turning SDM on sets its counter to 0; other settings of a file that has it on leave it, or a limit
    /// could never be below it.
    /// </summary>
    public static int CounterAfterChange(StandardFile file, SdmSettings? settings) =>
        settings is not null && file.Sdm is null ? 0 : file.ReadCounter;

    /// <summary>Short id of a file in ISO commands: its number, and 0 is nobody's.</summary>
    public static int ShortId(CardFile file) => file.Number;

    /// <summary>
    /// Record by its number in ISO commands, from 1: ISO 7816-4 counts cyclic files from the newest and
    /// linear ones from the oldest.
    /// </summary>
    public static byte[] IsoRecord(RecordFile file, int number) =>
        file.Records[file.Cyclic ? ^number : number - 1];

    /// <summary>A session of the first generation lives on after an error that is no wrong MAC; only the
    /// transaction is over: libfreefare's test of D40 goes on in it, those of EV1 do not.</summary>
    public static bool OutlivesError(SecureChannel? session, Status status) =>
        session is LegacyChannel && status != Status.IntegrityError;

    /// <summary>AuthenticateEV2First in an open transaction starts over; NonFirst keeps it.</summary>
    public static bool FirstAuthenticationAborts => true;

    /// <summary>
    /// Bytes of user memory an object takes: blocks of 32, the content twice where it is transacted.
    /// The real chip's overhead per object is not published.
    /// </summary>
    public static int MemoryTaken(int contentLength, int copies) =>
        32 + ((contentLength + 31) / 32 * 32 * copies);
}
