using System.Runtime.InteropServices;

namespace SmartCardCrm.World;

/// <summary>The few calls to SQLite that no package offers. The library is the one that SQLitePCLRaw loads,
/// so what is registered here holds for sqlite-net and Microsoft.Data.Sqlite.</summary>
internal static unsafe partial class NativeSqlite
{
    private const string Library = "e_sqlite3";

    /// <summary>Makes a file system known to SQLite, which keeps the pointer as long as the process
    /// lives.</summary>
    /// <returns>0, or an error of <see cref="SqliteCode"/>.</returns>
    [LibraryImport(Library, EntryPoint = "sqlite3_vfs_register")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int RegisterVfs(NativeVfs* vfs, int makeDefault);

    /// <summary>Sets an option of the library, before its first use.</summary>
    /// <param name="option">One of <see cref="SqliteConfig"/>.</param>
    /// <param name="value">Ignored by options that take none.</param>
    /// <returns>0, or an error of <see cref="SqliteCode"/>.</returns>
    [LibraryImport(Library, EntryPoint = "sqlite3_config")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Configure(int option, int value = 0);

    /// <summary>Fills a buffer from SQLite's own generator; with nothing to fill, makes it take a new seed
    /// from the default file system at its next use.</summary>
    [LibraryImport(Library, EntryPoint = "sqlite3_randomness")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial void Randomness(int count, void* buffer);
}

/// <summary>sqlite3_vfs of sqlite3.h, version 2; what is null is never called by what we run.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeVfs
{
    public int Version;
    public int FileSize;
    public int PathLengthMost;
    public NativeVfs* Next;
    public byte* Name;
    public void* Custom;
    public delegate* unmanaged[Cdecl]<NativeVfs*, byte*, NativeFile*, int, int*, int> Open;
    public delegate* unmanaged[Cdecl]<NativeVfs*, byte*, int, int> Delete;
    public delegate* unmanaged[Cdecl]<NativeVfs*, byte*, int, int*, int> Access;
    public delegate* unmanaged[Cdecl]<NativeVfs*, byte*, int, byte*, int> FullPathname;
    public void* OpenLibrary;
    public void* LibraryError;
    public void* LibrarySymbol;
    public void* CloseLibrary;
    public delegate* unmanaged[Cdecl]<NativeVfs*, int, byte*, int> Randomness;
    public delegate* unmanaged[Cdecl]<NativeVfs*, int, int> Sleep;
    public void* CurrentTime;
    public void* LastError;
    public delegate* unmanaged[Cdecl]<NativeVfs*, long*, int> CurrentTimeMs;
}

/// <summary>sqlite3_file as ours: SQLite allocates it, <c>xOpen</c> fills it.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeFile
{
    /// <summary>Null where the open failed: SQLite then does not close it.</summary>
    public NativeIoMethods* Methods;

    /// <summary>A <c>GCHandle</c> of the <see cref="OpenFile"/>.</summary>
    public nint Opened;
}

/// <summary>sqlite3_io_methods of sqlite3.h, version 2: with shared memory, without memory mapping.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeIoMethods
{
    public int Version;
    public delegate* unmanaged[Cdecl]<NativeFile*, int> Close;
    public delegate* unmanaged[Cdecl]<NativeFile*, byte*, int, long, int> Read;
    public delegate* unmanaged[Cdecl]<NativeFile*, byte*, int, long, int> Write;
    public delegate* unmanaged[Cdecl]<NativeFile*, long, int> Truncate;
    public delegate* unmanaged[Cdecl]<NativeFile*, int, int> Sync;
    public delegate* unmanaged[Cdecl]<NativeFile*, long*, int> FileSize;
    public delegate* unmanaged[Cdecl]<NativeFile*, int, int> Lock;
    public delegate* unmanaged[Cdecl]<NativeFile*, int, int> Unlock;
    public delegate* unmanaged[Cdecl]<NativeFile*, int*, int> CheckReservedLock;
    public delegate* unmanaged[Cdecl]<NativeFile*, int, void*, int> FileControl;
    public delegate* unmanaged[Cdecl]<NativeFile*, int> SectorSize;
    public delegate* unmanaged[Cdecl]<NativeFile*, int> DeviceCharacteristics;
    public delegate* unmanaged[Cdecl]<NativeFile*, int, int, int, void**, int> ShmMap;
    public delegate* unmanaged[Cdecl]<NativeFile*, int, int, int, int> ShmLock;
    public delegate* unmanaged[Cdecl]<NativeFile*, void> ShmBarrier;
    public delegate* unmanaged[Cdecl]<NativeFile*, int, int> ShmUnmap;
}

/// <summary>Result codes of sqlite3.h, as a file system gives them.</summary>
internal static class SqliteCode
{
    public const int Ok = 0;
    public const int Busy = 5;
    public const int NotFound = 12;
    public const int Full = 13;
    public const int CannotOpen = 14;
    public const int ReadFailed = 10 | (1 << 8);
    public const int ShortRead = 10 | (2 << 8);
    public const int WriteFailed = 10 | (3 << 8);
    public const int SyncFailed = 10 | (4 << 8);
    public const int TruncateFailed = 10 | (6 << 8);
    public const int SizeFailed = 10 | (7 << 8);
    public const int DeleteFailed = 10 | (10 << 8);
    public const int AccessFailed = 10 | (13 << 8);
    public const int CheckReservedFailed = 10 | (14 << 8);
    public const int LockFailed = 10 | (15 << 8);
    public const int CloseFailed = 10 | (16 << 8);
    public const int ShmLockFailed = 10 | (20 << 8);
    public const int ShmMapFailed = 10 | (21 << 8);
    public const int DeleteNoEntry = 10 | (23 << 8);
}

/// <summary>Options of <c>sqlite3_config</c>.</summary>
internal static class SqliteConfig
{
    /// <summary>Connections do not guard themselves against two threads.</summary>
    public const int MultiThread = 2;

    /// <summary>Whether memory in use is counted: 0 or 1.</summary>
    public const int MemoryStatus = 9;
}

/// <summary>Flags of <c>xOpen</c>, <c>xShmLock</c> and <c>xDeviceCharacteristics</c>.</summary>
internal static class SqliteFlag
{
    public const int OpenReadOnly = 1;
    public const int OpenCreate = 4;
    public const int OpenDeleteOnClose = 8;
    public const int ShmUnlock = 1;
    public const int ShmShared = 4;
    public const int PowersafeOverwrite = 0x1000;
}
