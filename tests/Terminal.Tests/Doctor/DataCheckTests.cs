using System.Runtime.Versioning;
using SmartCardCrm.Terminal.Doctor;

namespace SmartCardCrm.Terminal.Tests.Doctor;

/// <summary>Folder and disk.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class DataCheckTests : IDisposable
{
    private const UnixFileMode Private =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("doctor-data-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_folder_of_ones_own_is_fine_and_nothing_stays_in_it()
    {
        File.SetUnixFileMode(_folder.FullName, Private);

        Assert.Equal(["data"], Codes(await Look()));

        Assert.Empty(_folder.GetFileSystemInfos());
    }

    [Fact]
    public async Task A_folder_that_others_may_read_is_told()
    {
        File.SetUnixFileMode(_folder.FullName, Private | UnixFileMode.OtherRead);

        Assert.Equal(["data-open"], Codes(await Look()));
    }

    [Fact]
    public void A_folder_of_somebody_else_is_told_with_the_command_to_ask_as_him()
    {
        var sight = new FolderSight("/data", Private, Owner: "till", User: "root", WriteFailure: null);

        var finding = DataCheck.Judge(sight).First();

        Assert.Equal((Verdict.Warn, "data-foreign"), (finding.Verdict, finding.Code));
        Assert.Contains("sudo -u till terminal doctor --data /data", finding.Advice[0]);
    }

    // Not even root may create files in /proc.
    [Fact]
    public async Task A_folder_that_cannot_be_written_fails()
    {
        var sight = await FolderSight.Look("/proc/self", CancellationToken.None);

        Assert.Contains("data-unwritable", Codes(sight));
    }

    [Theory]
    [InlineData("ext4", 4096, "disk")]
    [InlineData("ext4", 511, "disk-low")]
    [InlineData("ext4", 63, "disk-full")]
    [InlineData("overlay", 4096, "disk-volatile disk")]
    [InlineData("tmpfs", 63, "disk-volatile disk-full")]
    [InlineData("nfs4", 4096, "disk-unsuited")]
    [InlineData("vfat", 4096, "disk-unsuited")]
    [InlineData("fuse.sshfs", 4096, "disk-unsuited")]
    public void A_disk_is_judged_by_its_kind_and_room(string fileSystem, long freeMegabytes, string expected)
    {
        var findings = DiskCheck.Judge(new DiskSight(fileSystem, freeMegabytes << 20));

        Assert.Equal(expected, string.Join(' ', findings.Select(f => f.Code)));
    }

    [Fact]
    public void The_kernel_names_the_file_systems_as_the_check_knows_them() =>
        Assert.Equal("tmpfs", DiskSight.Look("/dev/shm").FileSystem);

    private Task<FolderSight> Look() => FolderSight.Look(_folder.FullName, CancellationToken.None);

    private static IEnumerable<string> Codes(FolderSight sight) => DataCheck.Judge(sight).Select(f => f.Code);
}
