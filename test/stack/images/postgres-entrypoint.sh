#!/bin/sh
# What the stack uses of the real image's entry point: at the first start a cluster with the user, the password and the
# database that the environment names, where the real image has it since version 18.
set -eu

export PGDATA=/var/lib/postgresql/18/docker
as_postgres() { setpriv --reuid=postgres --regid=postgres --init-groups "$@"; }

if [ ! -e "$PGDATA/PG_VERSION" ]; then
  install -d -o postgres -m 700 "$PGDATA"
  password=$(mktemp)
  printf '%s' "${POSTGRES_PASSWORD:?}" >"$password"
  chown postgres "$password"
  as_postgres initdb --username="$POSTGRES_USER" --pwfile="$password" --auth-local=trust --auth-host=scram-sha-256 >/dev/null
  rm "$password"
  printf 'host all all all scram-sha-256\n' >>"$PGDATA/pg_hba.conf"
  printf 'create database %s;\n' "$POSTGRES_DB" | as_postgres postgres --single postgres >/dev/null
fi
exec setpriv --reuid=postgres --regid=postgres --init-groups "$@" -c 'listen_addresses=*'
