#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# images.sh [NAME…]: builds the images forium/NAME:VERSION of compose/programs.txt (all by default) from the last commit, and writes
# what is in them to dist/images/NAME.spdx.json. Reuses Bazel's and npm's caches of this machine.
# FORIUM_BUILD_CA: a file of certificate authorities, where a proxy stands between npm and the world.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."
# shellcheck source=/dev/null
source compose/images.env

list() { sed -e '/^#/d' -e '/^$/d' compose/programs.txt; }
names=("$@")
((${#names[@]})) || mapfile -t names < <(list | awk '{print $1}')

docker info >/dev/null 2>&1 || { echo "No Docker daemon answers: start one (as root: dockerd)." >&2; exit 1; }
compose/base-images.sh build

# The context: the last commit, and the caches as hard links.
context=$HOME/.cache/forium-images
rm -rf "$context"
mkdir -p "$context/.cache/npm"
git archive HEAD | tar -C "$context" -x
[[ ! -d $HOME/.cache/forium-bazel ]] || cp -al "$HOME/.cache/forium-bazel" "$context/.cache/bazel"
[[ ! -d $HOME/.npm/_cacache ]] || cp -al "$HOME/.npm/_cacache" "$context/.cache/npm/"
[[ -z ${FORIUM_BUILD_CA:-} ]] || cp "$FORIUM_BUILD_CA" "$context/.cache/ca.crt"

version=$(sed -n 's/.*kVersion\[\] = "\(.*\)".*/\1/p' "$context/services/base/process/version.h")
mkdir -p dist/images
for name in "${names[@]}"; do
  read -r _ _ stage port < <(list | awk -v name="$name" '$1 == name') ||
    { echo "compose/programs.txt has no program '$name'." >&2; exit 2; }
  docker build --network=host -f "$context/compose/Dockerfile" --target "$stage" -t "forium/$name:$version" \
    --build-arg "BUILD_BASE=$BUILD_BASE" --build-arg "BASE=$BASE" --build-arg "PROGRAMS=${names[*]}" \
    --build-arg "PROGRAM=$name" --build-arg "PORT=$port" --build-arg "VERSION=$version" "$context" >"dist/images/$name.log" ||
    { tail -n 40 "dist/images/$name.log" >&2; exit 1; }
  container=$(docker create "forium/$name:$version")
  docker cp "$container:/opt/forium/sbom.spdx.json" "dist/images/$name.spdx.json" >/dev/null
  docker rm "$container" >/dev/null
  docker image inspect -f '{{index .RepoTags 0}} {{.Size}}' "forium/$name:$version" | awk '{printf "%s  %.1f MB\n", $1, $2 / 1e6}'
done
rm -rf "$context"
