#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# icu_characters.sh SONAME OUT [--with-words]: ICU's data as a shared object that has the properties of characters,
# normalisation and look-alikes only (1 MB of 31). Languages, places, calendars and legacy encodings are for those who
# render pages. --with-words keeps where words end, with dictionaries of what is written without spaces (4 MB).
set -euo pipefail
soname=$1 out=$2 kept='^$'
[[ ${3:-} == --with-words ]] && kept='^brkitr/'
version=${soname##*.}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
ar x "$(gcc -print-file-name=libicudata.a)"
objcopy -O binary -j .rodata icudt*_dat.o "icudt${version}l.dat"
icupkg -l "icudt${version}l.dat" | grep -E '/|\.(cnv|res)$' | grep -vE "$kept" >remove.txt
# ICU looks for its data by the name of the file that icupkg writes.
mkdir characters
icupkg -r remove.txt "icudt${version}l.dat" "characters/icudt${version}l.dat"
cat >data.S <<ASSEMBLER
  .section .note.GNU-stack, "", %progbits
  .section .rodata
  .balign 16
  .globl icudt${version}_dat
  .type icudt${version}_dat, %object
icudt${version}_dat:
  .incbin "characters/icudt${version}l.dat"
  .size icudt${version}_dat, . - icudt${version}_dat
ASSEMBLER
gcc -shared -nostdlib -Wl,-soname,"$soname" -o "$out" data.S
chmod 644 "$out"
