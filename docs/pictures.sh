#!/usr/bin/env bash
# Takes the README's pictures anew, in docs/pictures: a chain is started, sells, and its pages are looked at in Chromium.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$here/pictures"
README_PICTURES="$here/pictures" dotnet run -c Release --project "$here/../tests/EndToEnd.Tests" -- \
    --explicit only --filter-class "*ReadmePictures"
