#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# base-images.sh [build|suite]…: makes sure that the images which ours are built on (build) and run with (suite) are there.
# Each is pulled; where no registry can be reached, one with the same name and manners is made of Debian's packages (root,
# debootstrap). Images of the latter kind carry the label forium.made-from=debian.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")"
# shellcheck source=/dev/null
source ./images.env

cache=${XDG_CACHE_HOME:-$HOME/.cache}/forium-base
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

missing() {
  docker image inspect "$1" >/dev/null 2>&1 && return 1
  timeout 60 docker pull -q "$1" >/dev/null 2>&1 && return 1
  echo "$1: no registry, making it of Debian's packages" >&2
}

# A bookworm without documents, once; others are layers on it.
slim() {
  local root=$cache/bookworm
  if [[ ! -f $root/.done ]]; then
    rm -rf "$root"
    mkdir -p "$cache"
    debootstrap --variant=minbase bookworm "$root" >"$cache/debootstrap.log"
    rm -rf "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/* "$root"/usr/share/{man,locale,info}/* "${root:?}"/dev/*
    find "$root/usr/share/doc" -type f ! -name copyright -delete
    # Where packages come from is the machine's business: as it has it, with the updates.
    rm -f "$root/etc/apt/sources.list"
    cp /etc/apt/sources.list.d/debian.sources "$root/etc/apt/sources.list.d/" 2>/dev/null ||
      cp /etc/apt/sources.list "$root/etc/apt/sources.list"
    # Nobody misses half an image after a power cut.
    echo force-unsafe-io >"$root/etc/dpkg/dpkg.cfg.d/unsafe-io"
    touch "$root/.done"
  fi
  tar -C "$root" --exclude=./.done -c . | docker import -c 'CMD ["bash"]' -c 'LABEL forium.made-from=debian' - "$1" >/dev/null
}

# Debian packages $2… unpacked under $1, their list where distroless images have it.
unpack() {
  local root=$1 package
  shift
  mkdir -p "$cache/packages" "$root/var/lib/dpkg/status.d"
  (cd "$cache/packages" && apt-get -qq download "$@")
  for package in "$@"; do
    local file
    file=$(ls -t "$cache/packages/${package}"_*.deb | head -n 1)
    dpkg-deb -x "$file" "$root"
    dpkg-deb -f "$file" >"$root/var/lib/dpkg/status.d/$package"
  done
}

# What gcr.io/distroless/cc has: the C and C++ libraries, OpenSSL, certificates, time zones, a user; no shell.
distroless() {
  local root=$work/distroless
  unpack "$root" base-files netbase tzdata ca-certificates libc6 libssl3 libgcc-s1 libstdc++6
  find "$root/usr/share/doc" -type f ! -name copyright -delete
  rm -rf "${root:?}"/usr/{bin,sbin} "${root:?}"/{bin,sbin} "$root"/usr/share/{man,locale,lintian,bug,info,gdb,gcc} \
    "$root"/usr/lib/*-linux-gnu/gconv "$root"/usr/share/zoneinfo/{right,posix} "$root"/usr/share/base-files
  mkdir -p "$root"/{etc/ssl/certs,home/nonroot,root,proc,sys,dev,run}
  find "$root/usr/share/ca-certificates" -name '*.crt' -exec cat {} + >"$root/etc/ssl/certs/ca-certificates.crt"
  cat >"$root/etc/passwd" <<'USERS'
root:x:0:0:root:/root:/sbin/nologin
nobody:x:65534:65534:nobody:/nonexistent:/sbin/nologin
nonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin
USERS
  printf 'root:x:0:\nnobody:x:65534:\nnonroot:x:65532:\n' >"$root/etc/group"
  printf 'passwd: files\ngroup: files\nhosts: files dns\n' >"$root/etc/nsswitch.conf"
  chown -R 65532:65532 "$root/home/nonroot"
  chmod 1777 "$root/tmp"
  tar -C "$root" -c . | docker import -c 'USER 65532' -c 'WORKDIR /home/nonroot' -c 'LABEL forium.made-from=debian' \
    -c 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt' \
    - "$1" >/dev/null
}

# An image of stand-in/NAME on the slim one.
stand_in() {
  docker build -q --network=host --build-arg "BASE=$BUILD_BASE" -t "$2" "stand-in/$1" >/dev/null
}

for set in "${@:-build}"; do
  case $set in
    build)
      ! missing "$BUILD_BASE" || slim "$BUILD_BASE"
      ! missing "$BASE" || distroless "$BASE"
      ;;
    suite)
      for name in postgres nats prometheus; do
        variable=FORIUM_${name^^}_IMAGE
        missing "${!variable}" || continue
        ! missing "$BUILD_BASE" || slim "$BUILD_BASE"
        stand_in "$name" "${!variable}"
      done
      ;;
    *) echo "base-images.sh [build|suite]…" >&2; exit 2 ;;
  esac
done
