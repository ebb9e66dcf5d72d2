#!/usr/bin/env bash
# Compiles what the build has made to machine code, and prints where. A case is a start of a terminal, and
# half of such a start is compiling; the campaign itself starts once. The programs lie there as the build lays
# them, so that they find each other; builds do not disturb a campaign that runs from there.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
cd "$root"

mapfile -t known < <(dotnet msbuild tests/Crash -nologo \
    -getProperty:NuGetPackageRoot,NETCoreSdkRuntimeIdentifier,BundledNETCoreAppPackageVersion \
    | sed -n 's/.*": "\(.*\)".*/\1/p')
packages=${known[0]} rid=${known[1]} version=${known[2]}
crossgen="${packages}microsoft.netcore.app.crossgen2.$rid/$version/tools/crossgen2"
shared="$(dirname "$(readlink -f "$(command -v dotnet)")")/shared"
if [ ! -x "$crossgen" ]; then
    echo "tests/Crash/precompile.sh: there is no $crossgen: cases take twice as long" >&2
    echo "$root/artifacts/bin"
    exit
fi
references=()
for framework in Microsoft.NETCore.App Microsoft.AspNetCore.App; do
    references+=(-r "$shared/$framework/$version/*.dll")
done

into="$root/artifacts/crash/artifacts/bin"
for program in Crash Terminal Server hardware-sim; do
    from="artifacts/bin/$program/release" to="$into/$program/release"
    mkdir -p "$to"
    for entry in "$from"/*; do
        compiled="$to/$(basename "$entry")"
        if [ "$program" = Crash ] || [ "${entry##*.}" != dll ]; then
            cp -ru "$entry" "$to/"
        elif [ ! -e "$compiled" ] || [ "$entry" -nt "$compiled" ]; then
            "$crossgen" "$entry" -o "$compiled" "${references[@]}" -r "$from/*.dll" -O > /dev/null
        fi
    done
done
echo "$into"
