#!/usr/bin/env bash
# Prometheus and Alertmanager beside a service that runs without Docker: the stack's own rules, on loopback.
#
# Started by run.sh, in a session of its own where the system can. Standard input is a pipe whose other end the
# service holds: it sends its address as soon as it listens, and when the pipe closes, the service has ended, by
# whatever means, and so do we. Nothing here may keep the service from running: every trouble is a sentence on standard
# output.
set -uo pipefail

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
monitoring=$root/infra/monitoring
prometheus_port=${PROMETHEUS_PORT:-9090}
alertmanager_port=${ALERTMANAGER_PORT:-9093}

# Where it cannot, Ctrl-C goes to the whole foreground group; what we run ends with the service, not before it.
trap '' INT
read -r service_address || exit 0

mkdir -p -- "${STORAGE_ROOT:-./var}/monitoring"
data=$(cd -- "${STORAGE_ROOT:-./var}/monitoring" && pwd)

trap 'exit 0' TERM HUP
trap stop_programs EXIT
pids=()

stop_programs() {
  local pid waited
  for pid in "${pids[@]+"${pids[@]}"}"; do kill -TERM "$pid" 2>/dev/null; done
  for pid in "${pids[@]+"${pids[@]}"}"; do
    for ((waited = 0; waited < 100; waited++)); do
      kill -0 "$pid" 2>/dev/null || break
      sleep 0.1
    done
    kill -KILL "$pid" 2>/dev/null
  done
}

answers() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# run_program TITLE PORT COMMAND…
run_program() {
  local title=$1 port=$2 log
  shift 2
  log=$data/$(basename -- "$1").log
  if answers "$port"; then
    printf '  %-12s not started: port %s is taken\n' "$title" "$port"
    return 1
  fi
  "$@" </dev/null >"$log" 2>&1 &
  local pid=$!
  pids+=("$pid")
  local waited
  for ((waited = 0; waited < 100; waited++)); do
    if answers "$port"; then
      printf '  %-12s http://127.0.0.1:%s\n' "$title" "$port"
      return 0
    fi
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.1
  done
  printf '  %-12s did not start; see %s\n' "$title" "$log"
  return 1
}

# A YAML single-quoted scalar.
quoted() { printf "'%s'" "${1//\'/\'\'}"; }

# Empty where it is not installed: then there is nothing to scrape either.
alertmanager=$(command -v prometheus-alertmanager || command -v alertmanager)

write_prometheus_config() {
  # The rules and the token as in the stack; the targets are others here, and so are the links where no Grafana is.
  local runbooks=
  if [ -z "${GRAFANA_PUBLIC_URL:-}" ]; then runbooks=http://$service_address/api/runbooks; fi
  RUNBOOKS_URL=$runbooks GRAFANA_ROOT_URL=${GRAFANA_PUBLIC_URL:-} sh "$monitoring/prometheus/render-config.sh" "$monitoring/prometheus" "$data" || return
  cat >"$data/prometheus.yml" <<YAML
# Written at each start by scripts/native-monitoring.sh.
global:
  scrape_interval: 15s
  scrape_timeout: 10s
  evaluation_interval: 15s
  external_labels:
    monitor: mlops-backend
rule_files:
  - $(quoted "$data/rules/*.yml")
scrape_configs:
  - job_name: backend
    metrics_path: $(quoted "${PROMETHEUS__METRICS_PATH:-/metrics}")
    authorization:
      credentials_file: $(quoted "$data/metrics-token")
    metric_relabel_configs:
      - source_labels: [__name__]
        regex: .+_created
        action: drop
    static_configs:
      - targets: [$(quoted "$service_address")]
  - job_name: prometheus
    static_configs:
      - targets: ['127.0.0.1:$prometheus_port']
YAML
  [ -n "$alertmanager" ] || return 0
  cat >>"$data/prometheus.yml" <<YAML
  - job_name: alertmanager
    static_configs:
      - targets: ['127.0.0.1:$alertmanager_port']
alerting:
  alertmanagers:
    - static_configs:
        - targets: ['127.0.0.1:$alertmanager_port']
YAML
}

start_prometheus() {
  command -v prometheus >/dev/null || return 0
  write_prometheus_config || return
  run_program Prometheus "$prometheus_port" prometheus \
    --config.file="$data/prometheus.yml" \
    --storage.tsdb.path="$data/prometheus" \
    --storage.tsdb.retention.time=30d \
    --storage.tsdb.retention.size=5GB \
    --enable-feature=exemplar-storage \
    --web.listen-address="127.0.0.1:$prometheus_port"
}

start_alertmanager() {
  [ -n "$alertmanager" ] || return 0
  (umask 077 && sh "$monitoring/alertmanager/render-config.sh" "$monitoring/alertmanager/alertmanager.yml" \
    >"$data/alertmanager.yml") || return 0
  run_program Alertmanager "$alertmanager_port" "$alertmanager" \
    --config.file="$data/alertmanager.yml" \
    --storage.path="$data/alertmanager" \
    --cluster.listen-address= \
    --web.listen-address="127.0.0.1:$alertmanager_port"
}

start_prometheus
start_alertmanager

# Ends at end of file, when the service is gone; not before, even with nothing to run: it would stay as a zombie.
while read -r _; do :; done
