#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# gather.sh PROGRAM FOLDER [--except ROOT] [--without-locales] [--with-words]
# Makes FOLDER/{bin,lib,licences} of a program linked with --config=static: stripped, the shared objects that it needs
# beside it, and the licence of each. glibc's own are the system's. --except leaves out those that the file system
# under ROOT has (a base image); --without-locales takes ICU's tables of characters without its languages and places,
# --with-words those of where words end as well.
set -euo pipefail
program=$1 folder=$2
shift 2
except='' locales=1 words=()
while (($#)); do
  case $1 in
    --except) except=$2; shift ;;
    --without-locales) locales=0 ;;
    --with-words) words=(--with-words) ;;
  esac
  shift
done
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")

# They must be those of the running kernel's C library, and come with every Linux.
glibc='^(ld-linux.*|libc|libm|libmvec|libpthread|libdl|librt|libresolv|libanl|libutil|libnss_.*|libthread_db)\.so'

mkdir -p "$folder"/{bin,lib,licences}
name=$(basename "$program")
strip -o "$folder/bin/$name" "$program"

in_base() {
  [[ -n $except ]] || return 1
  compgen -G "$except/lib/*-linux-gnu*/$1" >/dev/null || compgen -G "$except/usr/lib/*-linux-gnu*/$1" >/dev/null
}

declare -A package
while read -r object file; do
  [[ $object =~ $glibc ]] && continue
  package[$object]=$({ dpkg-query -S "$(readlink -f "$file")" "$file" "${file#/usr}" 2>/dev/null || true; } | head -n 1 | cut -d: -f1)
  if in_base "$object"; then
    continue
  elif [[ $object == libicudata.so.* && $locales == 0 ]]; then
    "$here/icu_characters.sh" "$object" "$folder/lib/$object" "${words[@]}"
  else
    install -m 644 "$(readlink -f "$file")" "$folder/lib/$object"
  fi
done < <(ldd "$program" | awk '$2 == "=>" && $3 ~ /^\// {print $1, $3}')

# What was put inside: the archives that the linker was given, each with its package.
if [[ -f $program.archives ]]; then
  cp "$program.archives" "$folder/archives.txt"
fi
for object in "${!package[@]}"; do
  printf '%s %s\n' "$object" "${package[$object]}"
done | sort >"$folder/objects.txt"

for owner in $({ printf '%s\n' "${package[@]}"; awk '{print $2}' "$folder/archives.txt" 2>/dev/null; } | sort -u); do
  [[ ! -f /usr/share/doc/$owner/copyright ]] || install -m 644 "/usr/share/doc/$owner/copyright" "$folder/licences/$owner"
done
