#!/usr/bin/env bash
# A private pcscd with virtual readers, in a mount and network namespace of its own: nothing listens on the
# machine, and a pcscd that runs already is left alone.
#
#   virtual-readers.sh --dir DIR --slots N -- COMMAND…
#
# Runs COMMAND where vpcd's ports are (35963 and up, one for each slot, two slots to a reader), passes
# standard input and output through, and ends when COMMAND ends. Clients anywhere reach the daemon with
# PCSCLITE_CSOCK_NAME=DIR/pcscd/pcscd.comm. A pcscd that dies is started again; its pid is in
# DIR/pcscd/pcscd.pid (followed, as pcscd writes it, by a line feed and a zero byte).
# Exit code: COMMAND's; 2 for a wrong command line, 3 when something is missing on this machine.
set -u

PORT_BASE=35963
RUNTIME=/run/pcscd

fail() {
    echo "virtual-readers.sh: $2" >&2
    exit "$1"
}

find_driver() {
    local candidate
    for candidate in /usr/lib/pcsc/drivers/serial/libifdvpcd.so \
        /usr/lib/*/pcsc/drivers/serial/libifdvpcd.so; do
        [ -e "$candidate" ] && echo "$candidate" && return
    done
    fail 3 "vpcd is missing; on Debian: apt install vsmartcard-vpcd"
}

# vpcd keeps its slots in static memory, so that two readers of one library share them: each reader gets a
# copy.
write_configuration() {
    local driver reader port copy
    driver=$(find_driver) || exit 3
    mkdir -p "$dir/conf" "$dir/drivers" "$dir/pcscd" || fail 3 "cannot write to $dir"
    dir=$(cd "$dir" && pwd)
    for ((reader = 0; reader < (slots + 1) / 2; reader++)); do
        port=$(printf '0x%X' $((PORT_BASE + 2 * reader)))
        copy=$dir/drivers/vpcd-$reader.so
        cp -L "$driver" "$copy"
        printf 'FRIENDLYNAME "Virtual Reader %d"\nDEVICENAME /dev/null:%s\nLIBPATH %s\nCHANNELID %s\n\n' \
            "$reader" "$port" "$copy" "$port"
    done > "$dir/conf/reader.conf"
}

# Outside: check, write the configuration, go into the namespaces in this same process.
enter() {
    dir= slots=2
    while [ $# -gt 0 ]; do
        case $1 in
            --dir) dir=${2:-}; shift 2 || fail 2 "--dir needs a folder" ;;
            --slots) slots=${2:-}; shift 2 || fail 2 "--slots needs a number" ;;
            --) shift; break ;;
            *) fail 2 "usage: virtual-readers.sh --dir DIR --slots N -- COMMAND…" ;;
        esac
    done
    [ -n "$dir" ] && [ $# -gt 0 ] || fail 2 "usage: virtual-readers.sh --dir DIR --slots N -- COMMAND…"
    [[ $slots =~ ^[0-9]+$ ]] && [ "$slots" -ge 1 ] && [ "$slots" -le 32 ] \
        || fail 2 "--slots must be from 1 to 32"
    PATH=$PATH:/usr/sbin:/sbin
    command -v unshare > /dev/null || fail 3 "unshare is missing; on Debian: apt install util-linux"
    command -v ip > /dev/null || fail 3 "ip is missing; on Debian: apt install iproute2"
    command -v pcscd > /dev/null || fail 3 "pcscd is missing; on Debian: apt install pcscd"
    unshare --map-root-user --mount --net true 2> /dev/null \
        || fail 3 "this machine allows no user namespaces (unshare --map-root-user --mount --net)"
    write_configuration
    exec unshare --map-root-user --mount --net bash "$0" --inside "$dir" "$@"
}

mount_runtime() {
    [ -d "$RUNTIME" ] || { mount -t tmpfs tmpfs /run && mkdir "$RUNTIME"; } || fail 3 "cannot make $RUNTIME"
    mount --bind "$dir/pcscd" "$RUNTIME" || fail 3 "cannot mount $RUNTIME"
    ip link set lo up || fail 3 "cannot bring up the loopback device"
}

# Keeps pcscd running until told to stop. A process of its own, which the kernel ends when the script is
# killed.
supervise() {
    dir=$1
    daemon=
    trap 'kill "$daemon" 2> /dev/null; wait "$daemon"; exit 0' TERM
    while true; do
        rm -f "$RUNTIME/pcscd.comm" "$RUNTIME/pcscd.pid"
        setpriv --pdeathsig TERM pcscd --foreground --config "$dir/conf" \
            < /dev/null >> "$dir/pcscd.log" 2>&1 &
        daemon=$!
        wait "$daemon"
    done
}

inside() {
    dir=$1
    shift
    mount_runtime
    setpriv --pdeathsig TERM bash "$0" --supervise "$dir" 3<&- &
    supervisor=$!
    command=
    trap 'stop TERM' TERM
    trap 'stop INT' INT HUP
    local tries
    for ((tries = 0; tries < 100; tries++)); do
        [ -S "$RUNTIME/pcscd.comm" ] && break
        sleep 0.05
    done
    if [ ! -S "$RUNTIME/pcscd.comm" ]; then
        stop_readers
        fail 3 "pcscd does not start; see $dir/pcscd.log"
    fi
    "$@" <&3 3<&- &
    command=$!
    exec 3<&-
    wait "$command"
    local code=$?
    stop_readers
    exit "$code"
}

stop_readers() {
    kill "$supervisor" 2> /dev/null
    wait "$supervisor" 2> /dev/null
}

stop() {
    if [ -n "$command" ]; then
        kill -"$1" "$command" 2> /dev/null
        wait "$command" 2> /dev/null
    fi
    stop_readers
    exit 0
}

case ${1:-} in
    --inside) shift; exec 3<&0; inside "$@" ;;
    --supervise) shift; supervise "$@" ;;
    *) enter "$@" ;;
esac
