#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The rules of the house that a machine can check. Prints every breach with its rule, and exits 1 if there is one.
set -uo pipefail
shopt -s lastpipe  # so that `… | rule` counts in this shell
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

mapfile -t files < <(git ls-files --cached --others --exclude-standard | while read -r f; do [[ -f $f ]] && echo "$f"; done)
only() { printf '%s\n' "${files[@]}" | grep -E "$1"; }
is_test='(^|/)tests?/|_test\.cc$|\.test\.ts$'
source_file='\.(cc|h|proto|bzl|sql|sh|ts|js|mjs|svelte|css)$|(^|/)(BUILD\.bazel|WORKSPACE|dev)$|^\.ci/run$'
passed=0 failed=0

# rule NAME: its breaches, one a line, come on standard input.
rule() {
  local breaches
  breaches=$(cat)
  if [[ -z $breaches ]]; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    sed "s|^|$1: |" <<<"$breaches"
  fi
}

# grep over a list of files given on standard input.
search() { tr '\n' '\0' | xargs -0 -r grep -nHE "$@"; }

too_long() {
  only "$source_file" | while read -r f; do
    local limit=600 lines
    [[ $f =~ $is_test ]] && limit=800
    lines=$(wc -l <"$f")
    ((lines > limit)) && echo "$f has $lines lines, at most $limit: split it by noun"
  done
}
too_long | rule length

only "$source_file" | while read -r f; do
  head -n 3 "$f" | grep -q 'SPDX-License-Identifier: Apache-2.0' || echo "$f lacks the SPDX line"
done | rule licence

only '\.(cc|h)$' | tr '\n' '\0' | xargs -0 -r -n 10 -P "$(nproc)" sh -c 'for f; do
  clang-format "$f" | cmp -s - "$f" || echo "$f is not in the house format: ./dev format"
done' sh | rule format

# SQL stands in stores. A statement opens a string literal, or a line of a raw one.
only '\.(cc|h)$' | grep -vE "$is_test" | grep -vE '(^|/)store[^/]*\.cc$|^services/base/database/' |
  search '("|^ *)(SELECT [a-z*(]|INSERT INTO |INSERT OR |UPDATE [a-z_]+ SET|DELETE FROM |WITH [a-z_]+ AS )' | rule sql

# Services meet in RPCs and events only; what they share lies in services/base.
arrows() {
  local line f from to
  only '(BUILD\.bazel|\.cc|\.h)$' | search -o '"//(services|gateway)[/:][^"]*"|#include "(services|gateway)/[^"]*"' |
    grep -vE ':__(pkg|subpackages)__' | while read -r line; do
    f=${line%%:*}
    from=$(cut -d/ -f2 <<<"$f")
    to=$(grep -oE '(gateway|services/[a-z_]+)' <<<"${line#*:*:}" | head -n 1)
    case $f in
      services/allinone/* | tests/*) continue ;;
      services/*) [[ $to == "services/$from" || $to == services/base ]] && continue ;;
      gateway/*) [[ $to == gateway || $to == services/base ]] && continue ;;
      *) [[ $to == services/base ]] && continue ;;
    esac
    echo "$line"
  done
}
arrows | rule arrow

printf '%s\n' "${files[@]}" | grep -E '(^|/)(common|utils?|helpers?|core)/' | rule folder

only '\.(cc|h)$' | search '^ *(class|struct) ([A-Z_]+\(?[^ ]* )*[A-Za-z]*(Manager|Helper|Utils?|Impl|Base|Data|Info)( final)? *[:{]' |
  rule name

# Settings are parsed once, in main; what systemd hands over is no setting.
only '\.(cc|h)$' | grep -vE "$is_test" | grep -vE '^services/base/(config/|process/renewal\.cc$)' | search '\bgetenv\(' | rule getenv

# Where packages come from is the machine's business, not the tree's.
printf '%s\n' "${files[@]}" | search -I '(registry|www)[.](npmjs|yarnpkg)|(deb|security)[.]debian[.]org|proxy[.]golang|pypi[.]org|crates[.]io' |
  rule registry

# Bazel fetches nothing.
only '(WORKSPACE|\.bzl)$' | search '\b(http_archive|http_file|git_repository|http_jar)\b' | rule offline

echo "lint: $passed passed, $failed failed"
((failed == 0))
