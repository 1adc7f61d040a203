#!/bin/sh
# Removes from node_modules what is never loaded at run time: a third of it or more.
set -eu
cd "$1"
find . -type d \( -name test -o -name tests -o -name __tests__ -o -name fixtures -o -name docs -o -name examples \
  -o -name example -o -name benchmark -o -name benchmarks -o -name .github \) -prune -exec rm -rf {} +
find . -type f \( -name '*.map' -o -name '*.md' -o -name '*.markdown' -o -name '*.ts' -o -name '*.mts' -o -name '*.cts' \
  -o -name '*.flow' -o -name '*.test.*' -o -name '.eslintrc*' -o -name '.prettierrc*' \) -delete
find . -type d -empty -delete
