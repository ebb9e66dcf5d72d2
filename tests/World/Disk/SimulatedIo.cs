using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace SmartCardCrm.World;

/// <summary>What SQLite calls on an open file, handed on to its <see cref="OpenFile"/>.</summary>
/// <remarks>Source: sqlite.org/c3ref/io_methods.html. No exception leaves a callback.</remarks>
internal static unsafe class SimulatedIo
{
    /// <summary>Lives as long as the process.</summary>
    public static readonly NativeIoMethods* Methods = Table();

    private static OpenFile Of(NativeFile* file) => GCHandle<OpenFile>.FromIntPtr(file->Opened).Target;

    private static NativeIoMethods* Table()
    {
        var methods = (NativeIoMethods*)NativeMemory.AllocZeroed((nuint)sizeof(NativeIoMethods));
        methods->Version = 2;
        methods->Close = &Close;
        methods->Read = &Read;
        methods->Write = &Write;
        methods->Truncate = &Truncate;
        methods->Sync = &Sync;
        methods->FileSize = &FileSize;
        methods->Lock = &Lock;
        methods->Unlock = &Unlock;
        methods->CheckReservedLock = &CheckReservedLock;
        methods->FileControl = &FileControl;
        methods->SectorSize = &SectorSize;
        methods->DeviceCharacteristics = &DeviceCharacteristics;
        methods->ShmMap = &ShmMap;
        methods->ShmLock = &ShmLock;
        methods->ShmBarrier = &ShmBarrier;
        methods->ShmUnmap = &ShmUnmap;
        return methods;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Close(NativeFile* file)
    {
        try
        {
            lock (SimulatedVfs.Gate)
            {
                var code = Of(file).Close();
                GCHandle<OpenFile>.FromIntPtr(file->Opened).Dispose();
                return code;
            }
        }
        catch (Exception wrong)
        {
            return SimulatedVfs.Failed(wrong, SqliteCode.CloseFailed);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Read(NativeFile* file, byte* to, int count, long offset)
    {
        try
        {
            lock (SimulatedVfs.Gate)
                return Of(file).Read(new Span<byte>(to, count), offset);
        }
        catch (Exception wrong)
        {
            return SimulatedVfs.Failed(wrong, SqliteCode.ReadFailed);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Write(NativeFile* file, byte* from, int count, long offset)
    {
        try
        {
            lock (SimulatedVfs.Gate)
                return Of(file).Write(new ReadOnlySpan<byte>(from, count), offset);
        }
        catch (Exception wrong)
        {
            return SimulatedVfs.Failed(wrong, SqliteCode.WriteFailed);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Truncate(NativeFile* file, long length)
    {
        try
        {
            lock (SimulatedVfs.Gate)
                return Of(file).Truncate(length);
        }
        catch (Exception wrong)
        {
            return SimulatedVfs.Failed(wrong, SqliteCode.TruncateFailed);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Sync(NativeFile* file, int flags)
    {
        try
        {
            lock (SimulatedVfs.Gate)
                return Of(file).Sync();
        }
        catch (Exception wrong)
        {
            return SimulatedVfs.Failed(wrong, SqliteCode.SyncFailed);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int FileSize(NativeFile* file, long* length)
    {
        lock (SimulatedVfs.Gate)
            return Of(file).Length(length);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Lock(NativeFile* file, int level)
    {
        lock (SimulatedVfs.Gate)
            return Of(file).Lock((FileLock)level);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Unlock(NativeFile* file, int level)
    {
        lock (SimulatedVfs.Gate)
            return Of(file).Unlock((FileLock)level);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int CheckReservedLock(NativeFile* file, int* isReserved)
    {
        lock (SimulatedVfs.Gate)
            return Of(file).CheckReserved(isReserved);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int FileControl(NativeFile* file, int code, void* argument) => SqliteCode.NotFound;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int SectorSize(NativeFile* file) => 512;

    // As on Linux: a write harms no byte beside it, and that is all SQLite may rely on. It is what the power
    // cuts here keep to; promising less would make SQLite pad its log, as it does nowhere we run.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int DeviceCharacteristics(NativeFile* file) => SqliteFlag.PowersafeOverwrite;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int ShmMap(NativeFile* file, int region, int size, int extend, void** memory)
    {
        try
        {
            lock (SimulatedVfs.Gate)
                return Of(file).MapShared(region, size, extend != 0, memory);
        }
        catch (Exception wrong)
        {
            return SimulatedVfs.Failed(wrong, SqliteCode.ShmMapFailed);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int ShmLock(NativeFile* file, int first, int count, int flags)
    {
        try
        {
            lock (SimulatedVfs.Gate)
                return Of(file).LockShared(first, count, flags);
        }
        catch (Exception wrong)
        {
            return SimulatedVfs.Failed(wrong, SqliteCode.ShmLockFailed);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void ShmBarrier(NativeFile* file) => Interlocked.MemoryBarrier();

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int ShmUnmap(NativeFile* file, int delete)
    {
        try
        {
            lock (SimulatedVfs.Gate)
                return Of(file).UnmapShared();
        }
        catch (Exception wrong)
        {
            return SimulatedVfs.Failed(wrong, SqliteCode.ShmMapFailed);
        }
    }
}
