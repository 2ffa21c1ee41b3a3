#!/bin/sh
# Copies the configuration and the rules, with what depends on settings: Prometheus itself expands no variables.
#
#   render-config.sh SOURCE TARGET
#
#   PROMETHEUS__METRICS_PATH   where the service exports its metrics
#   PROMETHEUS__BEARER_TOKEN   when set, sent with every scrape of the service, from a file only Prometheus can read
#   PROMETHEUS__METRIC_NAMESPACE, PROMETHEUS__METRIC_SUBSYSTEM
#                              what the names of the domain metrics begin with
#   GRAFANA_ROOT_URL           where the links in alerts lead
#   RUNBOOKS_URL     where the service itself shows its runbooks, for a place without a Grafana: the links in alerts lead
#                    there, and those to dashboards to its console
#   COMPOSE_PROFILES           with "tracing" among them, Tempo and Loki are scraped too
set -eu

source=$1
target=$2
grafana=${GRAFANA_ROOT_URL:-http://localhost:3001}
metrics_path=${PROMETHEUS__METRICS_PATH:-/metrics}
prefix=${PROMETHEUS__METRIC_NAMESPACE:-mlops}_${PROMETHEUS__METRIC_SUBSYSTEM:-backend}_

# Without a Grafana the addresses of its boards lead nowhere.
with_links() {
  if [ -z "${RUNBOOKS_URL:-}" ]; then
    cat
  else
    # The name of the alert is kept in the hold space until its links come.
    sed -e '/ - alert: /{h;s/.*alert: //;x;}' \
      -e "/^ *runbook_url: /{s|runbook_url: .*|runbook_url: $RUNBOOKS_URL/|;G;s/\\n//;}" \
      -e "s|dashboard_url: .*|dashboard_url: ${RUNBOOKS_URL%/api/runbooks}/#/service|"
  fi
}

mkdir -p "$target/rules"
for rules in "$source"/rules/*.yml; do
  sed "s|http://localhost:3001|$grafana|; s|mlops_backend_|$prefix|g" "$rules" | with_links >"$target/rules/$(basename "$rules")"
done

(umask 077 && printf '%s' "${PROMETHEUS__BEARER_TOKEN:-}" >"$target/metrics-token")

while IFS= read -r line; do
  case $line in
    '    metrics_path: '*)
      printf '    metrics_path: %s\n' "$metrics_path"
      if [ -n "${PROMETHEUS__BEARER_TOKEN:-}" ]; then
        printf '    authorization:\n      credentials_file: metrics-token\n'
      fi
      ;;
    *) printf '%s\n' "$line" ;;
  esac
done <"$source/prometheus.yml" >"$target/prometheus.yml"

# The jobs are the last part of the file.
case ",${COMPOSE_PROFILES:-}," in
  *,tracing,*) cat "$source/scrape-tracing.yml" >>"$target/prometheus.yml" ;;
esac
