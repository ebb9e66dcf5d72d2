using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace SmartCardCrm.World;

/// <summary>
/// SQLite's file system, made of the disks of one room; the default one once a first room was made, so that
/// code which knows nothing of it opens its databases here. A path outside the room cannot be opened.
/// </summary>
/// <remarks>Source: sqlite.org/c3ref/vfs.html. No exception leaves a callback: it would tear SQLite
/// apart.</remarks>
internal static unsafe class SimulatedVfs
{
    private const int PathLengthMost = 512;
    private static bool _isRegistered;

    /// <summary>Held in every callback: finalizers and pools close connections on threads of their
    /// own.</summary>
    public static Lock Gate { get; } = new();

    /// <summary>Null where no world runs.</summary>
    public static DiskRoom? Room { get; private set; }

    /// <summary>Makes a room the one in which paths are looked up, and SQLite's random numbers those of its
    /// dice.</summary>
    public static void Enter(DiskRoom room)
    {
        Room?.Dispose();
        lock (Gate)
            Room = room;
        if (!_isRegistered)
            Register();
        _isRegistered = true;
        NativeSqlite.Randomness(0, null);
    }

    public static void Leave(DiskRoom room)
    {
        lock (Gate)
        {
            if (Room == room)
                Room = null;
        }
    }

    /// <summary>Keeps an exception where the world finds it.</summary>
    /// <returns>What SQLite is told.</returns>
    public static int Failed(Exception wrong, int code)
    {
        Room?.Failed(wrong);
        return code;
    }

    private static void Register()
    {
        var vfs = (NativeVfs*)NativeMemory.AllocZeroed((nuint)sizeof(NativeVfs));
        vfs->Version = 2;
        vfs->FileSize = sizeof(NativeFile);
        vfs->PathLengthMost = PathLengthMost;
        vfs->Name = (byte*)Marshal.StringToCoTaskMemUTF8("simulated");
        vfs->Open = &Open;
        vfs->Delete = &Delete;
        vfs->Access = &Access;
        vfs->FullPathname = &FullPathname;
        vfs->Randomness = &Randomness;
        vfs->Sleep = &Sleep;
        vfs->CurrentTimeMs = &CurrentTimeMs;
        // No connection is used by two threads at once, and nothing asks SQLite how much memory it has.
        if (NativeSqlite.Configure(SqliteConfig.MultiThread) != SqliteCode.Ok
            || NativeSqlite.Configure(SqliteConfig.MemoryStatus, 0) != SqliteCode.Ok)
        {
            throw new InvalidOperationException("SQLite was used before the simulated disks were there.");
        }

        if (NativeSqlite.RegisterVfs(vfs, makeDefault: 1) != SqliteCode.Ok)
            throw new InvalidOperationException("SQLite does not take the simulated disks.");
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Open(NativeVfs* vfs, byte* path, NativeFile* file, int flags, int* outFlags)
    {
        file->Methods = null;
        try
        {
            lock (Gate)
            {
                if (Room?.Open(Marshal.PtrToStringUTF8((nint)path), flags) is not { } opened)
                    return SqliteCode.CannotOpen;
                file->Opened = GCHandle<OpenFile>.ToIntPtr(new GCHandle<OpenFile>(opened));
                file->Methods = SimulatedIo.Methods;
                if (outFlags is not null)
                    *outFlags = flags;
                return SqliteCode.Ok;
            }
        }
        catch (Exception wrong)
        {
            return Failed(wrong, SqliteCode.CannotOpen);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Delete(NativeVfs* vfs, byte* path, int syncFolder)
    {
        try
        {
            lock (Gate)
                return Room?.Delete(Marshal.PtrToStringUTF8((nint)path)!) ?? SqliteCode.DeleteFailed;
        }
        catch (Exception wrong)
        {
            return Failed(wrong, SqliteCode.DeleteFailed);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Access(NativeVfs* vfs, byte* path, int flags, int* isThere)
    {
        try
        {
            lock (Gate)
                *isThere = Room?.Exists(Marshal.PtrToStringUTF8((nint)path)!) ?? false ? 1 : 0;
            return SqliteCode.Ok;
        }
        catch (Exception wrong)
        {
            return Failed(wrong, SqliteCode.AccessFailed);
        }
    }

    // Paths are whole already; one that is not is refused when it is opened.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int FullPathname(NativeVfs* vfs, byte* path, int size, byte* full)
    {
        var given = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(path);
        if (given.Length >= size)
            return SqliteCode.CannotOpen;
        given.CopyTo(new Span<byte>(full, size));
        full[given.Length] = 0;
        return SqliteCode.Ok;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Randomness(NativeVfs* vfs, int count, byte* to)
    {
        var bytes = new Span<byte>(to, count);
        bytes.Clear();
        lock (Gate)
            Room?.FillRandom(bytes);
        return count;
    }

    // Nobody else runs meanwhile, so that waiting would change nothing.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Sleep(NativeVfs* vfs, int microseconds) => microseconds;

    // Milliseconds since the noon at which Julian days begin.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int CurrentTimeMs(NativeVfs* vfs, long* time)
    {
        const long unixEpoch = 210_866_760_000_000;
        lock (Gate)
            *time = unixEpoch + (Room?.Now.ToUnixTimeMilliseconds() ?? 0);
        return SqliteCode.Ok;
    }
}
