#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# assemble.sh NAME BASE ROOT: lays out under ROOT what the image of program NAME adds to the base image unpacked in BASE.
set -euo pipefail
name=$1 base=$2 root=$3
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."
package=services/allinone/package
folder=$root/opt/forium

# Only JavaScript speaks of languages and places; who does not render pages goes without. Who stems words divides texts.
options=(--except "$base")
needed=$(ldd "dist/bin/$name")
[[ $needed == *javascriptcore* ]] || options+=(--without-locales)
[[ $needed == *libstemmer* ]] && options+=(--with-words)
"$package/gather.sh" "dist/bin/$name" "$folder" "${options[@]}"
version=$(sed -n 's/.*kVersion\[\] = "\(.*\)".*/\1/p' services/base/process/version.h)
node "$package/sbom.mjs" --name "$name" --version "$version" --folder "$folder" --base "$base" \
  --web web/package-lock.json --out "$folder/sbom.spdx.json"
rm "$folder"/{objects,archives}.txt
install -m 644 LICENSE "$folder/"
ln -s "bin/$name" "$folder/entry"
