#!/usr/bin/env bash
# One door to everything: installs what is missing, starts the service, runs the tests, brings the stack up.
set -euo pipefail

readonly OLDEST_NODE=20 # can install, and can run the Node that the service needs
readonly SERVICE_NODE=24
readonly OLDEST_COMPOSE=2020 # 2.20 knows dependencies that need not be there

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
readonly root
# Settings such as STORAGE_ROOT=./var and the file .env are relative to the checkout, wherever we are called from.
cd -- "$root"

usage() {
  cat <<'USAGE'
./run.sh              install if needed, start the service (and Prometheus, Alertmanager where installed)
./run.sh test [args]  install if needed, run the whole test suite; args go to vitest
./run.sh up [args]    the whole stack in Docker: service, worker, PostgreSQL, Prometheus, Alertmanager, Grafana, and
                      Tempo and Loki with COMPOSE_PROFILES=monitoring,tracing;
                      args go to docker compose up, such as --scale worker=3
./run.sh dev [args]   the same with live reload of src/
./run.sh down         stop the stack; data stays in its volumes
./run.sh logs [name]  follow the stack's logs
./run.sh psql [args]  a shell on the database, while the service runs; needs psql
./run.sh cli ARGS      the command line, against a service that runs: upload, train, predict and more; docs/cli.md
./run.sh exec CMD     install if needed, run a command with the service's Node first in the PATH
./run.sh help         this text

Settings come from the environment and from .env; .env.example explains each.
USAGE
}

fail() {
  printf 'run.sh: %s\n' "$1" >&2
  exit 1
}

# ---------------------------------------------------------------------------------------------------------------
# Set-up: the exact packages of package-lock.json, and a Node that is new enough

machine_node_major() { node -p 'process.versions.node.split(".")[0]'; }

check_tools() {
  command -v node >/dev/null ||
    fail "Node.js is missing. Install Node $OLDEST_NODE or newer with npm (https://nodejs.org), then run this again."
  local major
  major=$(machine_node_major) || fail "'node' is in the PATH but does not start."
  [ "$major" -ge "$OLDEST_NODE" ] ||
    fail "Node $(node --version) is too old: $OLDEST_NODE or newer is needed (https://nodejs.org)."
}

# What the installed packages depend on: the lock file and the kind of machine. Not Node's version: the packages'
# binaries use Node-API, and the Node that they bring is the same under any.
wanted_stamp() {
  node - <<'JS'
const { createHash } = require('node:crypto');
const lock = createHash('sha256').update(require('node:fs').readFileSync('package-lock.json')).digest('hex');
console.log(lock, `${process.platform}-${process.arch}`);
JS
}

# Without a terminal npm shows nothing for a minute or more.
say_that_it_goes_on() {
  local seconds=0
  # The last sleep outlives us by seconds; it must not hold the caller's pipes open.
  while sleep 15 >/dev/null 2>&1; do
    seconds=$((seconds + 15))
    printf '  still installing, %d s\n' "$seconds" >&2
  done
}

install_packages() {
  command -v npm >/dev/null || fail "npm is missing. Install it together with Node (https://nodejs.org)."
  printf 'Installing the packages of package-lock.json; the first time takes a minute or two.\n' >&2
  # A service user's home may not exist; npm needs a cache it can write.
  if [ ! -w "${HOME:-/nonexistent}" ]; then export npm_config_cache="$root/.cache/npm"; fi
  # Only the conformance tests use ONNX Runtime, on its CPU build that ships in the package.
  export ONNXRUNTIME_NODE_INSTALL=skip npm_config_update_notifier=false
  local progress=''
  if [ ! -t 2 ]; then
    say_that_it_goes_on &
    progress=$!
  fi
  local status=0
  # Warnings are left out: one for each package that wants a newer Node than the installing one.
  npm ci --include=dev --no-audit --no-fund --loglevel=error >&2 || status=$?
  if [ -n "$progress" ]; then
    kill "$progress" 2>/dev/null || true
    wait "$progress" 2>/dev/null || true
  fi
  [ "$status" -eq 0 ] || fail "npm ci failed (exit code $status); its message is above."
}

# node_modules/node fetches its binary in an install script, which npm may have been told not to run.
own_node_works() { [ "$(node_modules/node/bin/node -p 1 2>/dev/null)" = 1 ]; }

set_up() {
  check_tools
  local stamp_file=node_modules/.installed-for stamp
  stamp=$(wanted_stamp)
  if [ "$(cat "$stamp_file" 2>/dev/null)" != "$stamp" ]; then
    install_packages
    if [ "$(machine_node_major)" -lt "$SERVICE_NODE" ] && ! own_node_works; then
      (cd node_modules/node && node installArchSpecificPackage.js >&2) || true
    fi
    printf '%s\n' "$stamp" >"$stamp_file"
  fi
  if [ "$(machine_node_major)" -lt "$SERVICE_NODE" ]; then
    [ -x node_modules/node/bin/node ] ||
      fail "the npm package 'node' brought no Node $SERVICE_NODE for this machine. Install Node $SERVICE_NODE by hand and run this again."
    PATH="$root/node_modules/node/bin:$PATH"
    export PATH
  fi
}

# ---------------------------------------------------------------------------------------------------------------
# Start on this machine

# The settings that start-up and monitoring need, NAME=value a line, from .env where the environment has them not.
# Node's own parser reads the file, as it does for the service.
print_settings() {
  node - <<'JS'
const { existsSync, readFileSync } = require('node:fs');
const file = existsSync('.env') ? require('node:util').parseEnv(readFileSync('.env', 'utf8')) : {};
const wanted = /^(HOST|PORT|STORAGE_ROOT|NATIVE_MONITORING|PROMETHEUS_PORT|ALERTMANAGER_PORT|ALERTMANAGER_URL|GRAFANA_PUBLIC_URL|ALERT_\w+|PROMETHEUS__\w+)$/;
for (const [name, value] of Object.entries({ ...file, ...process.env }))
  if (wanted.test(name) && value !== '' && !/[\r\n]/.test(value)) console.log(`${name}=${value}`);
JS
}

load_settings() {
  local name value settings
  # Not by `< <(…)`: nobody would wait for that process, and it would stay a zombie beneath the service.
  settings=$(print_settings)
  while IFS='=' read -r name value; do
    if [ -n "$name" ]; then export "$name=$value"; fi
  done <<<"$settings"
}

# Whether anything would watch the service from this machine.
monitoring_here() {
  case "${NATIVE_MONITORING:-true} ${PROMETHEUS__ENABLED:-true}" in
    *false* | *no* | *off* | *0*) return 1 ;;
  esac
  command -v prometheus >/dev/null || command -v prometheus-alertmanager >/dev/null ||
    command -v alertmanager >/dev/null
}

# Opens descriptor 9, a pipe to the monitoring: the service writes its address there once the port is its own, and when
# it closes, the service has ended. The monitoring is no child of the service, which would never ask for its exit code,
# and Ctrl-C does not reach it.
start_monitoring() {
  local folder detach=()
  folder=$(mktemp -d) || return
  mkfifo "$folder/pipe" || return
  # Open for reading too, it does not wait for the other end.
  exec 9<>"$folder/pipe"
  exec 8<"$folder/pipe"
  rm -r -- "$folder"
  if command -v setsid >/dev/null; then detach=(setsid); fi
  (${detach[@]+"${detach[@]}"} bash scripts/native-monitoring.sh <&8 8<&- 9>&- &)
  exec 8<&-
}

start() {
  set_up
  load_settings
  local announce=(--announce)
  if monitoring_here && start_monitoring; then
    announce+=(--monitor=9)
    # What fires there is also told by the service.
    export ALERTMANAGER_URL=${ALERTMANAGER_URL:-http://127.0.0.1:${ALERTMANAGER_PORT:-9093}}
  fi
  # What Node has compiled once need not be compiled again: a third less time to start.
  export NODE_COMPILE_CACHE=${NODE_COMPILE_CACHE:-$root/node_modules/.cache/compiled}
  # exec: signals reach Node itself and its exit code is ours.
  exec node --disable-warning=ExperimentalWarning --import ./src/telemetry/register.ts src/main.ts "${announce[@]}"
}

run_tests() {
  set_up
  exec node node_modules/vitest/vitest.mjs run "$@"
}

open_psql() {
  set_up
  exec node --disable-warning=ExperimentalWarning scripts/psql.ts "$@"
}

run_cli() {
  set_up
  exec node --disable-warning=ExperimentalWarning src/cli/main.ts "$@"
}

run_command() {
  [ $# -gt 0 ] || fail "exec needs a command, such as: ./run.sh exec npm run lint"
  set_up
  exec "$@"
}

# ---------------------------------------------------------------------------------------------------------------
# The stack in Docker

# Fails unless containers can be made here, and says why not.
check_docker() {
  local without="Without Docker, ./run.sh starts the service, and Prometheus where it is installed." version problem
  command -v docker >/dev/null || fail "Docker is missing (https://docs.docker.com/get-docker). $without"
  version=$(docker compose version --short 2>/dev/null) ||
    fail "Docker has no 'compose' command; install its compose plugin. $without"
  if [[ $version =~ ^v?([0-9]+)\.([0-9]+) ]] && ((BASH_REMATCH[1] * 1000 + BASH_REMATCH[2] < OLDEST_COMPOSE)); then
    fail "Docker's compose plugin $version is too old: 2.20 or newer is needed (https://docs.docker.com/compose/install). $without"
  fi
  # Not running, or not for this user: it says which.
  if ! problem=$(docker info 2>&1 >/dev/null); then
    problem=${problem%%$'\n'*}
    fail "Docker is installed, but its engine does not answer ($problem). $without"
  fi
}

readonly STACK_PORTS='PORT, GRAFANA_PORT, PROMETHEUS_PORT, ALERTMANAGER_PORT, with dev POSTGRES_PORT'

project() { setting COMPOSE_PROJECT_NAME mlops-backend; }

# Two checkouts whose stacks have one name would take each other's containers and data.
check_project() {
  local folders folder
  folders=$(docker ps --filter "label=com.docker.compose.project=$(project)" \
    --format '{{.Label "com.docker.compose.project.working_dir"}}')
  while IFS= read -r folder; do
    if [ -d "$folder" ] && ! [ "$folder" -ef "$root" ]; then
      fail "A stack of the name $(project) runs from $folder. Stop it there (./run.sh down), or give the one here another name and other ports in .env: COMPOSE_PROJECT_NAME, $STACK_PORTS."
    fi
  done <<<"$folders"
}

random_secret() { od -An -N18 -tx1 /dev/urandom | tr -d ' \n'; }

readonly SECRETS=(AUTH__ADMIN_KEY GRAFANA_ADMIN_PASSWORD POSTGRES_PASSWORD)

# No default password ever guards the stack: what .env leaves empty gets a value once.
write_secrets() {
  local name
  if [ ! -e .env ]; then
    (umask 077 && cat .env.example >.env)
    printf 'Wrote .env with new secrets; keep it.\n'
  fi
  for name in "${SECRETS[@]}"; do
    # An empty one in the environment is none, but would hide the file's from compose.
    if [ -z "${!name:-}" ]; then unset "$name"; fi
    if [ -n "$(setting "$name" '')" ]; then continue; fi
    if [ "$name" = POSTGRES_PASSWORD ]; then check_database_is_new; fi
    write_setting "$name" "$(random_secret)"
  done
  if [ -z "$(setting DATABASE_URL '')" ] && [[ $(setting POSTGRES_PASSWORD '') == *[]:/?#@%\\\"[:space:][]* ]]; then
    fail "POSTGRES_PASSWORD stands in a URL as it is: it may have letters and digits only."
  fi
}

# A database keeps the password that it was made with.
check_database_is_new() {
  local volume
  if [ -n "$(setting DATABASE_URL '')" ]; then return; fi
  volume=$(docker volume ls --quiet --filter "label=com.docker.compose.project=$(project)" \
    --filter label=com.docker.compose.volume=postgres)
  [ -z "$volume" ] ||
    fail "The database in the volume $volume was made with a POSTGRES_PASSWORD that .env no longer has. Write it back there, or part with the data: docker volume rm $volume"
}

write_setting() {
  local text
  text=$(sed "s/^$1=.*/$1=$2/" .env)
  case $'\n'$text in
    *$'\n'"$1="*) ;;
    *) text+=$'\n'$1=$2 ;;
  esac
  printf '%s\n' "$text" >.env
}

# One setting as compose sees it, from the environment or .env.
setting() {
  local value=${!1:-}
  if [ -z "${!1+set}" ] && [ -f .env ]; then value=$(setting_of_file "$1"); fi
  printf '%s' "${value:-$2}"
}

# The last line that sets it counts; quotes, and what follows a value, are not its own.
setting_of_file() {
  local value
  value=$(sed -nE "s/^[[:space:]]*(export[[:space:]]+)?$1[[:space:]]*=[[:space:]]*//p" .env | tail -n 1)
  case $value in
    \'*) value=${value#\'} value=${value%%\'*} ;;
    \"*) value=${value#\"} value=${value%%\"*} ;;
    *) value=${value%% #*} value=${value%"${value##*[![:space:]]}"} ;;
  esac
  printf '%s' "$value"
}

# The stack has a PostgreSQL of its own unless DATABASE_URL names another.
profiles() {
  setting COMPOSE_PROFILES ''
  if [ -z "$(setting DATABASE_URL '')" ]; then printf ',postgres'; fi
}

has_profile() { case ",$COMPOSE_PROFILES," in *,"$1",*) ;; *) return 1 ;; esac }

# default_to NAME VALUE: a setting that neither the environment nor .env has.
default_to() { if [ -z "$(setting "$1" '')" ]; then export "$1=$2"; fi; }

# Traces go to the stack's Tempo and logs to its Loki, unless somebody has said where they go.
send_to_tempo_and_loki() {
  if [ -n "$(setting OTEL_EXPORTER_OTLP_ENDPOINT '')" ]; then return; fi
  default_to OTEL_EXPORTER_OTLP_TRACES_ENDPOINT http://tempo:4318/v1/traces
  default_to OTEL_EXPORTER_OTLP_LOGS_ENDPOINT http://loki:3100/otlp/v1/logs
}

# Containers read the configuration as users of their own, also where a umask of 077 kept it to its owner.
open_configuration() { find infra src ! -perm -o=r -exec chmod go+rX {} +; }

# What containers read at their start only. Compose does not look into what is mounted; by this label it makes them anew
# when a newer checkout has changed it.
configuration() {
  local folder=infra/monitoring
  cat $folder/{alertmanager,loki,tempo}/* $folder/prometheus/{*.*,rules/*} $folder/grafana/provisioning/*/* | cksum
}

compose_up() {
  check_docker
  check_project
  write_secrets
  open_configuration
  COMPOSE_PROFILES=$(profiles)
  MONITORING_CONFIGURATION=$(configuration)
  export COMPOSE_PROFILES MONITORING_CONFIGURATION
  if has_profile tracing; then send_to_tempo_and_loki; fi
  docker compose "${files[@]}" up --detach --build --wait --wait-timeout 300 "$@" ||
    fail "docker compose has not brought the stack up. What it says is above, what the services say: ./run.sh logs. A port that is taken can be another one in .env: $STACK_PORTS."
  cat <<URLS
The stack is up:
  Console      http://127.0.0.1:$(setting PORT 8000)
  API          http://127.0.0.1:$(setting PORT 8000)/api/ml/v1     key: AUTH__ADMIN_KEY in .env
  Docs         http://127.0.0.1:$(setting PORT 8000)/api/docs
URLS
  if has_profile monitoring; then
    cat <<URLS
  Grafana      http://127.0.0.1:$(setting GRAFANA_PORT 3001)     login: $(setting GRAFANA_ADMIN_USER admin), password: GRAFANA_ADMIN_PASSWORD in .env
  Prometheus   http://127.0.0.1:$(setting PROMETHEUS_PORT 9090)
  Alertmanager http://127.0.0.1:$(setting ALERTMANAGER_PORT 9093)
URLS
  fi
  if has_profile tracing; then printf '  Traces, logs in Grafana: Explore, with Tempo and Loki\n'; fi
}

files=(--file docker-compose.yaml)
readonly live_reload=(--file docker-compose.dev.yaml)

# Whatever was started, with or without the profiles and the live reload of today.
compose_all() {
  local name
  check_docker
  check_project
  # Compose asks for them whatever it does.
  for name in "${SECRETS[@]}"; do default_to "$name" none; done
  docker compose "${files[@]}" "${live_reload[@]}" --profile monitoring --profile tracing --profile postgres "$@"
}

command=${1:-start}
if [ $# -gt 0 ]; then shift; fi
case $command in
  start) start ;;
  test) run_tests "$@" ;;
  psql) open_psql "$@" ;;
  cli) run_cli "$@" ;;
  exec) run_command "$@" ;;
  up) compose_up "$@" ;;
  dev)
    files+=("${live_reload[@]}")
    compose_up "$@"
    ;;
  down) compose_all down "$@" ;;
  logs) compose_all logs --follow --tail 200 "$@" ;;
  help | -h | --help) usage ;;
  *)
    usage >&2
    exit 2
    ;;
esac
