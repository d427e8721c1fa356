#!/bin/sh
# Installs what is missing here for a job, with apt-get: as root, or through sudo where that asks
# nothing. Elsewhere it names the command and stops.
#
#   tools/packages.sh build    a C compiler and OpenSSL's headers (Rust itself is only checked)
#   tools/packages.sh test     the same, and PostgreSQL's programs, HAProxy, Janus, coturn, Prosody, Prometheus' promtool, Graphviz,
#                              Chromium with letters for Chinese, Python with venv, openssl
#
# No package's daemon is started: the tests run servers of their own.
set -eu
cd "$(dirname "$0")/.."
job=${1:?build or test}
oldest_postgres=15

fail() {
    echo "$@" >&2
    exit 1
}

# The newest directory with PostgreSQL's programs; nothing if there is none that is new enough.
postgres_bin() {
    for dir in ${VOUCHSAFE_TEST_PG_BIN:+"$VOUCHSAFE_TEST_PG_BIN"} $(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -rV) \
        $(dirname "$(command -v initdb || echo /none/initdb)"); do
        [ -x "$dir/initdb" ] && [ -x "$dir/postgres" ] || continue
        major=$("$dir/postgres" --version | sed 's/[^0-9]*\([0-9]*\).*/\1/')
        [ "$major" -ge $oldest_postgres ] && echo "$dir" && return
    done
}

missing() {
    command -v cc >/dev/null && echo 'int main(void){return 0;}' | cc -x c -o /dev/null - 2>/dev/null || echo gcc libc6-dev
    command -v pkg-config >/dev/null || echo pkg-config
    pkg-config --exists openssl 2>/dev/null || echo libssl-dev
    [ -e /etc/ssl/certs/ca-certificates.crt ] || [ -e /etc/pki/tls/certs/ca-bundle.crt ] || echo ca-certificates
    [ "$job" = test ] || return 0
    [ -n "$(postgres_bin)" ] || echo postgresql
    command -v haproxy >/dev/null || [ -x /usr/sbin/haproxy ] || echo haproxy
    python3 -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || echo python3 python3-venv
    command -v curl >/dev/null || echo curl
    command -v openssl >/dev/null || echo openssl
    command -v janus >/dev/null || echo janus
    command -v turnserver >/dev/null || echo coturn
    command -v prosody >/dev/null || echo prosody
    command -v promtool >/dev/null || echo prometheus
    command -v gvpr >/dev/null || echo graphviz
    [ -x /usr/bin/chromium ] || echo chromium
    ls /usr/share/fonts/opentype/noto/NotoSansCJK-* >/dev/null 2>&1 || echo fonts-noto-cjk
}

# Debian asks policy-rc.d before it starts a daemon. One that is here already says what its owner
# wants, and stays; one that an interrupted run of this script left is taken over, and goes.
mark='# Written by tools/packages.sh for the time of one installation.'
policy=/usr/sbin/policy-rc.d
install() {
    exec 9</var/lib/dpkg
    flock 9
    if [ ! -e $policy ] || grep -qxF "$mark" $policy; then
        trap 'rm -f $policy' EXIT
        trap 'exit 130' INT TERM HUP
        printf '#!/bin/sh\n%s\nexit 101\n' "$mark" >$policy
        chmod 755 $policy
    fi
    export DEBIAN_FRONTEND=noninteractive
    apt-get -qq -o DPkg::Lock::Timeout=300 update
    log=$(mktemp)
    apt-get -qq -y -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 install --no-install-recommends "$@" >"$log" 2>&1 ||
        { cat "$log" >&2; rm -f "$log"; fail "apt-get could not install: $*"; }
    rm -f "$log"
}

case $job in
build | test) ;;
postgres-bin) postgres_bin && exit ;;
install) shift && install "$@" && exit ;;
*) fail "tools/packages.sh: build or test, not $job" ;;
esac

needed=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
have=$(cargo --version 2>/dev/null | cut -d' ' -f2) || true
[ -n "$have" ] || fail "Rust $needed or newer is needed, and cargo is not in the PATH: see https://rustup.rs"
[ "$(printf '%s\n' "$needed" "$have" | sort -V | head -n1)" = "$needed" ] ||
    fail "Rust $needed or newer is needed, and this is $have: run 'rustup update stable'"

wanted=$(missing | tr '\n' ' ' | sed 's/ $//')
[ -n "$wanted" ] || exit 0
if ! command -v apt-get >/dev/null; then
    fail "Missing, by their names in Debian: $wanted. Install them and try again."
elif [ "$(id -u)" = 0 ]; then
    echo "Installing: $wanted"
    # shellcheck disable=SC2086 # one word each
    sh tools/packages.sh install $wanted
elif sudo -n true 2>/dev/null; then
    echo "Installing, with sudo: $wanted"
    # shellcheck disable=SC2086
    sudo -n sh tools/packages.sh install $wanted
else
    fail "Missing: run 'sudo apt-get install --no-install-recommends $wanted' and try again."
fi
left=$(missing | tr '\n' ' ' | sed 's/ $//')
[ -z "$left" ] || fail "Installed, and yet not found or too old: $left"
