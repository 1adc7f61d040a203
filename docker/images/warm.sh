#!/bin/sh
# warm.sh <entry>...: compiles what entry points import into NODE_COMPILE_CACHE. They end at once: a
# service lacks its environment, and no other part has the flag. What they imported until then is
# what a start imports.
set -eu
flush='data:text/javascript,import{flushCompileCache}from"node:module";process.on("exit",()=>flushCompileCache())'
for entry in "$@"; do
  timeout 60 node --import "$flush" "$entry" --warm-up >/dev/null 2>&1 </dev/null || true
done
