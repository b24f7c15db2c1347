#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# with_docker.sh WORDS…: runs WORDS with a Docker daemon: the machine's, or one of its own for that time (root).
set -euo pipefail
if docker info >/dev/null 2>&1; then
  exec "$@"
fi
command -v dockerd >/dev/null || { echo "Docker is not installed (docker.io, docker-compose)." >&2; exit 1; }
work=$(mktemp -d)
dockerd --data-root "${FORIUM_DOCKER_DATA:-$HOME/.cache/forium-docker}" --exec-root "$work/exec" --pidfile "$work/pid" \
  >"$work/log" 2>&1 &
daemon=$!
# Docker leaves the network namespaces of its containers mounted.
stop() {
  kill "$daemon" 2>/dev/null || true
  wait "$daemon" 2>/dev/null || true
  umount "$work"/exec/netns/* 2>/dev/null || true
  rm -rf "$work"
}
trap stop EXIT
for _ in $(seq 100); do
  docker info >/dev/null 2>&1 && break
  kill -0 "$daemon" 2>/dev/null || { tail -n 20 "$work/log" >&2; exit 1; }
  sleep 0.2
done
"$@"
