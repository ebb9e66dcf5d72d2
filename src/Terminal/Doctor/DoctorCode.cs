namespace SmartCardCrm.Terminal.Doctor;

/// <summary>What can be wrong, stable; docs/operations.md explains each. Where the terminal or the server has
/// a code of its own, that one is used.</summary>
internal static class DoctorCode
{
    public const string DataAbsent = "data-absent";
    public const string DataForeign = "data-foreign";
    public const string DataOpen = "data-open";
    public const string DataUnwritable = "data-unwritable";
    public const string DiskLow = "disk-low";
    public const string DiskFull = "disk-full";
    public const string DiskVolatile = "disk-volatile";
    public const string DiskUnsuited = "disk-unsuited";

    public const string NotEnrolled = "not-enrolled";
    public const string EnrolmentUnreadable = "enrolment-unreadable";
    public const string ZoneUnknown = "zone-unknown";

    public const string CertificateUnreadable = "certificate-unreadable";
    public const string CertificateForeign = "certificate-foreign";
    public const string CertificateEarly = "certificate-early";
    public const string CertificateExpires = "certificate-expires";
    public const string CertificateExpired = "certificate-expired";
    public const string AuthorityUnreadable = "authority-unreadable";
    public const string KeyUnreadable = "key-unreadable";
    public const string KeyOpen = "key-open";

    public const string SealedKeysAbsent = "sealed-keys-absent";
    public const string SealedKeysUnreadable = "sealed-keys-unreadable";
    public const string KeysAbsent = "keys-absent";

    public const string JournalKeyAbsent = "journal-key-absent";
    public const string JournalKeyWrong = "journal-key-wrong";
    public const string JournalKeyOpen = "journal-key-open";
    public const string JournalUnreadable = "journal-unreadable";
    public const string JournalDamaged = "journal-damaged";
    public const string JournalNewer = "journal-newer";
    public const string JournalCompacted = "journal-compacted";
    public const string DayOpen = "day-open";
    public const string EntriesWaiting = "entries-waiting";
    public const string DoubtsOpen = "doubts-open";

    public const string RulesAbsent = "rules-absent";
    public const string RulesUnsigned = "rules-unsigned";
    public const string LimitsAbsent = "limits-absent";
    public const string LimitsUnsigned = "limits-unsigned";
    public const string HotlistIncomplete = "hotlist-incomplete";
    public const string HotlistDamaged = "hotlist-damaged";
    public const string ReplicaOld = "replica-old";

    public const string PcscAbsent = "pcsc-absent";
    public const string PcscRefused = "pcsc-refused";
    public const string ReaderNone = "reader-none";
    public const string ReaderAbsent = "reader-absent";

    public const string ClockOff = "clock-off";
    public const string ClockUnsynchronised = "clock-unsynchronised";
    public const string RtcAbsent = "rtc-absent";

    public const string ServerName = "server-name";
    public const string ServerAway = "server-away";
    public const string ServerUntrusted = "server-untrusted";
    public const string ServerRefuses = "server-refuses";
    public const string ServerSlow = "server-slow";
    public const string SyncAway = "sync-away";

    public const string TillApiTaken = "till-api-taken";
    public const string TillApiSilent = "till-api-silent";
    public const string TillApiRefused = "till-api-refused";

    public const string SignalsConfig = "signals-config";
    public const string SignalsReader = "signals-reader";
    public const string GpioAbsent = "gpio-absent";
    public const string GpioRefused = "gpio-refused";
    public const string GpioLibrary = "gpio-library";

    public const string TerminalStopped = "terminal-stopped";
    public const string Fault = "fault";
}

/// <summary>What a check is about: the code of a line where all is well.</summary>
internal static class Subject
{
    public const string Data = "data";
    public const string Disk = "disk";
    public const string Enrolment = "enrolment";
    public const string Certificate = "certificate";
    public const string Authority = "authority";
    public const string Key = "key";
    public const string CardKeys = "card-keys";
    public const string Journal = "journal";
    public const string Outbox = "outbox";
    public const string Rules = "rules";
    public const string Limits = "limits";
    public const string Hotlist = "hotlist";
    public const string Replica = "replica";
    public const string Readers = "readers";
    public const string Clock = "clock";
    public const string Synchronised = "synchronised";
    public const string Server = "server";
    public const string TillApi = "till-api";
    public const string Terminal = "terminal";
    public const string Signals = "signals";
}
