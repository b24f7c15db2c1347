#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# link.sh NAME…: links programs of compose/programs.txt with gRPC inside, into dist/bin. Beside each,
# NAME.archives says which archives (and header libraries) went into it and of which packages they are.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../../.."

# In an output folder of its own: bazel-bin keeps the programs that are tested, and neither build forgets the other's.
bazel=(bazel --max_idle_secs=60 "--output_base=${FORIUM_STATIC_OUTPUT:-$HOME/.cache/forium-static}")
targets=()
for name in "$@"; do
  target=$(awk -v name="$name" '$1 == name {print $2}' compose/programs.txt)
  [[ -n $target ]] || { echo "compose/programs.txt has no program '$name'." >&2; exit 2; }
  targets+=("$target")
done
"${bazel[@]}" build --config=static --experimental_convenience_symlinks=ignore "${targets[@]}"
bin=$("${bazel[@]}" info --config=static bazel-bin 2>/dev/null)

# Of the linker's command line: what stands between -Bstatic and -Bdynamic; headers and fonts by what they left.
archives() {
  awk '/^-Wl,-Bstatic$/ {inside = 1} /^-Wl,-Bdynamic$/ {inside = 0} inside && /^-l/ {print "lib" substr($0, 3) ".a"}' "$1" |
    sort -u | while read -r archive; do
    printf '%s %s\n' "$archive" "$(dpkg-query -S "$(realpath "$(gcc -print-file-name="$archive")")" | cut -d: -f1)"
  done
  if grep -q _ZN5boost < <(nm "$2"); then
    echo "boost $(dpkg-query -S /usr/include/boost/version.hpp | cut -d: -f1)"
  fi
  if grep -q forium_preview_font < <(nm "$2"); then
    echo "DejaVuSans-Bold.ttf fonts-dejavu-core"
  fi
}

mkdir -p dist/bin
for target in "${targets[@]}"; do
  path=${target#//}
  program=$bin/${path/://}
  name=${target##*:}
  install -m 755 "$program" "dist/bin/$name"
  archives "$program-2.params" "$program" >"dist/bin/$name.archives"
done
