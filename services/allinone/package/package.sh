#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Makes dist/forium-VERSION-linux-ARCH.tar.zst and dist/forium_VERSION_ARCH.deb of dist/bin/forium (link.sh).
set -euo pipefail
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
cd "$here/../../.."

version=$(sed -n 's/.*kVersion\[\] = "\(.*\)".*/\1/p' services/base/process/version.h)
architecture=$(dpkg --print-architecture)
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || date +%s)}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The folder: runs wherever it is put.
name=forium-$version-linux-$architecture
folder=$work/$name
"$here/gather.sh" dist/bin/forium "$folder"
node "$here/sbom.mjs" --name forium --version "$version" --folder "$folder" --web web/package-lock.json \
  --out "$folder/sbom.spdx.json"
rm "$folder"/{objects,archives}.txt
install -m 644 LICENSE CHANGELOG.md "$folder/"
install -m 644 "$here/PACKAGE.md" "$folder/README.md"
tar -C "$work" --sort=name --mtime="@$SOURCE_DATE_EPOCH" --owner=0 --group=0 --numeric-owner -c "$name" |
  zstd -q -12 --long -T0 -f -o "dist/$name.tar.zst"
cp "$folder/sbom.spdx.json" "dist/$name.spdx.json"

# The Debian package: the same folder, a unit, a user, a configuration.
root=$work/deb
install -d "$root"/{DEBIAN,usr/bin,usr/lib/forium,usr/share/doc/forium,etc/forium,lib/systemd/system}
cp -r "$folder"/{bin,lib} "$root/usr/lib/forium/"
ln -s ../lib/forium/bin/forium "$root/usr/bin/forium"
cp -r "$folder"/{licences,sbom.spdx.json,CHANGELOG.md} "$root/usr/share/doc/forium/"
install -m 644 "$here/copyright" "$root/usr/share/doc/forium/copyright"
install -m 644 "$here/forium.yaml" "$root/etc/forium/forium.yaml"
install -m 644 "$here"/forium.{service,socket} "$root/lib/systemd/system/"
install -m 755 "$here"/{preinst,postinst,prerm,postrm} "$root/DEBIAN/"
echo /etc/forium/forium.yaml >"$root/DEBIAN/conffiles"
cat >"$root/DEBIAN/control" <<CONTROL
Package: forium
Version: $version
Architecture: $architecture
Maintainer: The Forium authors <forium@localhost>
Installed-Size: $(du -sk "$root" | cut -f1)
Depends: libc6 (>= 2.36), passwd
Section: web
Priority: optional
Description: community platform in one program
 Forum, discussion, questions with accepted answers: one program, one folder of
 data, no other server. Serves port 80 once installed; /etc/forium/forium.yaml
 says how, and turns HTTPS on.
CONTROL
find "$root" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
dpkg-deb --root-owner-group -Zzstd -z12 --build "$root" "dist/forium_${version}_$architecture.deb" >/dev/null
(cd dist && ls -l --block-size=1 "$name.tar.zst" "forium_${version}_$architecture.deb" | awk '{printf "dist/%s  %.1f MB\n", $NF, $5 / 1e6}')
