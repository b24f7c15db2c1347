#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# ./dev fuzz [NAME…] [--seconds N]: builds fuzz targets by clang with its fuzzing engine and sanitisers, and runs each over
# its corpus, one after the other. What is new comes into tests/fuzz/results/NAME, what breaks a claim into NAME-found beside it;
# such a file belongs into the target's corpus once it is mended.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.."

seconds=60 names=()
while (($# > 0)); do
  case $1 in
    --seconds) seconds=$2 && shift ;;
    *) names+=("$1") ;;
  esac
  shift
done

# A build of its own, so that the usual one stays as it is.
base=$(bazel info output_base)-fuzz
build() { bazel --output_base="$base" --max_idle_secs=60 "$@" --config=fuzz; }

if ((${#names[@]} == 0)); then
  for file in tests/fuzz/*/*_fuzz.cc; do
    name=${file##*/}
    names+=("${name%_fuzz.cc}")
  done
fi
labels=()
for name in "${names[@]}"; do
  file=$(compgen -G "tests/fuzz/*/${name}_fuzz.cc") || { echo "There is no fuzz target '$name'." >&2; exit 2; }
  labels+=("//$(dirname "$file"):${name}_fuzz")
done
build build --experimental_convenience_symlinks=ignore "${labels[@]}"
binaries=$(build info bazel-bin 2>/dev/null)

status=0
for label in "${labels[@]}"; do
  folder=${label%:*} folder=${folder#//} name=${label#*:} name=${name%_fuzz}
  kept=tests/fuzz/results/$name
  mkdir -p "$kept" "$kept-found"
  options=()
  for dictionary in "$folder/${name}_dictionary" "$folder/dictionary"; do
    [[ -f $dictionary ]] && options+=("-dict=$dictionary") && break
  done
  echo "$name: $seconds s" >&2
  "$binaries/$folder/${name}_fuzz" -max_total_time="$seconds" -max_len=4096 -timeout=20 -rss_limit_mb=2048 -verbosity=0 \
    -print_final_stats=1 -artifact_prefix="$kept-found/" "${options[@]}" "$kept" "$folder/${name}_corpus" || status=1
done
exit $status
