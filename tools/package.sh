#!/bin/sh
# Packs what `make build` built: target/package/out/ gets the bare binary as a .tar.gz and a Debian package.
#
#   tools/package.sh TARGET_DIR
set -eu
cd "$(dirname "$0")/.."
target=${1:?the target directory}
version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n1)
arch=$(dpkg --print-architecture)
command -v dpkg-shlibdeps >/dev/null || sh tools/packages.sh install dpkg-dev

work=$target/package
out=$work/out
root=$work/root
rm -rf "$work"
mkdir -p "$out" "$root/DEBIAN" "$work/debian"
install -D -m 0755 "$target/release/vouchsafe" "$root/usr/bin/vouchsafe"
install -D -m 0644 deploy/vouchsafe.service "$root/lib/systemd/system/vouchsafe.service"
install -D -m 0644 LICENSE "$root/usr/share/doc/vouchsafe/copyright"
for page in README.md CHANGELOG.md SECURITY.md docs/*.md; do
    install -D -m 0644 "$page" "$root/usr/share/doc/vouchsafe/$(basename "$page")"
done
install -D -m 0644 /dev/null "$root/etc/vouchsafe.toml"
cat >"$root/etc/vouchsafe.toml" <<'TOML'
# Settings of Vouchsafe. `vouchsafe check --config /etc/vouchsafe.toml` says whether they are sound;
# /usr/share/doc/vouchsafe/operators-guide.md lists them all.
#
# [http]
# public_url = "https://community.example.org"
#
# Secrets go into files of their own, which only the service can read (`store.url_file`, `mail.smtp.password_file`).
TOML

# Which libraries the binary needs, and from which version on.
printf 'Source: vouchsafe\n\nPackage: vouchsafe\nArchitecture: any\n' >"$work/debian/control"
depends=$(cd "$work" && dpkg-shlibdeps -O -e root/usr/bin/vouchsafe 2>/dev/null | sed -n 's/^shlibs:Depends=//p')
cat >"$root/DEBIAN/control" <<CONTROL
Package: vouchsafe
Version: $version
Architecture: $arch
Maintainer: The Vouchsafe contributors <vouchsafe@users.noreply.github.com>
Depends: $depends, ca-certificates
Section: net
Priority: optional
Homepage: https://github.com/vouchsafe/vouchsafe
Description: invites as a graph, real names kept sealed, tokens for room servers
 Vouchsafe is a service for invite-only communities. It issues and tracks
 direct invites, takes newcomers through the proofs that the community
 demands, and signs the tokens that room servers check.
CONTROL
echo /etc/vouchsafe.toml >"$root/DEBIAN/conffiles"
dpkg-deb --root-owner-group --build "$root" "$out/vouchsafe_${version}_${arch}.deb" >/dev/null
tar -czf "$out/vouchsafe-$version-linux-$arch.tar.gz" -C "$target/release" vouchsafe
(cd "$out" && sha256sum -- *)
