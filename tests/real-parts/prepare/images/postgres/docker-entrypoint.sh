#!/bin/bash
# Makes a database cluster when there is none, and becomes the server. The environment is that of the
# official image; initialisation runs in single-user mode, so there is no psql and nothing listens
# before everything is made.
set -euo pipefail

# value NAME [DEFAULT]: of $NAME, or of the file that $NAME_FILE names.
value() {
  local name="$1" file="${1}_FILE"
  if [[ -n "${!name-}" && -n "${!file-}" ]]; then
    echo "error: both $name and $file are set" >&2
    exit 1
  fi
  if [[ -n "${!file-}" ]]; then cat "${!file}"; else echo "${!name-${2-}}"; fi
}

make_cluster() {
  local password user database method
  password="$(value POSTGRES_PASSWORD)"
  user="$(value POSTGRES_USER postgres)"
  database="$(value POSTGRES_DB "$user")"
  method="${POSTGRES_HOST_AUTH_METHOD:-scram-sha-256}"
  if [[ -z "$password" && "$method" != trust ]]; then
    echo 'error: the database is not initialised and POSTGRES_PASSWORD is not set' >&2
    exit 1
  fi
  if compgen -G '/docker-entrypoint-initdb.d/*' >/dev/null; then
    echo 'error: this image cannot run what is in /docker-entrypoint-initdb.d' >&2
    exit 1
  fi
  # shellcheck disable=SC2086
  initdb --username="$user" --pwfile=<(printf '%s\n' "${password:-unused}") ${POSTGRES_INITDB_ARGS-}
  printf '\nhost all all all %s\n' "$method" >>"$PGDATA/pg_hba.conf"
  if [[ "$database" != postgres ]]; then
    printf 'CREATE DATABASE "%s";\n' "${database//\"/\"\"}" |
      postgres --single -D "$PGDATA" postgres >/dev/null
  fi
}

[[ "${1-}" == -* ]] && set -- postgres "$@"
if [[ "${1-}" == postgres ]]; then
  if [[ "$(id -u)" == 0 ]]; then
    install --directory --owner=postgres --group=postgres --mode=0700 "$PGDATA"
    chown --recursive postgres:postgres "$PGDATA"
    chown postgres:postgres /var/run/postgresql
    exec setpriv --reuid=postgres --regid=postgres --init-groups -- "$0" "$@"
  fi
  mkdir -p "$PGDATA"
  [[ -s "$PGDATA/PG_VERSION" ]] || make_cluster
  unset POSTGRES_PASSWORD
fi
exec "$@"
