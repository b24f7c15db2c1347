#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Makes the cluster, its user and its database on the first start, then serves.
set -e
user=${POSTGRES_USER:-postgres}
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  printf '%s' "${POSTGRES_PASSWORD:?POSTGRES_PASSWORD is needed}" >/tmp/password
  initdb --username="$user" --pwfile=/tmp/password --auth-local=trust --auth-host=scram-sha-256 --encoding=UTF8 \
    --locale=C.UTF-8 ${POSTGRES_INITDB_ARGS:-} >/dev/null
  rm /tmp/password
  echo 'host all all all scram-sha-256' >>"$PGDATA/pg_hba.conf"
  pg_ctl -s -w -o "-c listen_addresses=" start
  [ "${POSTGRES_DB:-$user}" = postgres ] || createdb --username="$user" "${POSTGRES_DB:-$user}"
  pg_ctl -s -w -m fast stop
fi
exec "$@" -c listen_addresses='*'
