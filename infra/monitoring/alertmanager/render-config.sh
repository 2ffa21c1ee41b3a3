#!/bin/sh
# Prints an Alertmanager configuration with the receivers that the environment names. Alertmanager reads no
# environment variables itself. Runs in the image's busybox and on any machine.
#
#   render-config.sh alertmanager.yml
#
#   ALERT_WEBHOOK_URL          pages and tickets as JSON
#   ALERT_SLACK_WEBHOOK_URL    pages and tickets to Slack; ALERT_SLACK_CHANNEL overrides the hook's own channel
#   ALERT_EMAIL_TO             pages and tickets by mail; needs ALERT_EMAIL_FROM and ALERT_SMTP_HOST (host:port),
#                              and ALERT_SMTP_USER, ALERT_SMTP_PASSWORD where the server asks for them
#   ALERT_HEARTBEAT_URL        the dead man's switch
set -eu

base=$1

# A YAML single-quoted scalar.
quoted() { printf "'%s'" "$(printf '%s' "$1" | sed "s/'/''/g")"; }

# webhook URL SEND_RESOLVED
webhook() {
  [ -n "$1" ] || return 0
  printf '    webhook_configs:\n      - url: %s\n        send_resolved: %s\n' "$(quoted "$1")" "$2"
}

slack() {
  [ -n "${ALERT_SLACK_WEBHOOK_URL:-}" ] || return 0
  printf '    slack_configs:\n      - api_url: %s\n        send_resolved: true\n' "$(quoted "$ALERT_SLACK_WEBHOOK_URL")"
  if [ -n "${ALERT_SLACK_CHANNEL:-}" ]; then printf '        channel: %s\n' "$(quoted "$ALERT_SLACK_CHANNEL")"; fi
  cat <<'YAML'
        title: '{{ .Status | toUpper }}: {{ .CommonLabels.alertname }}'
        text: "{{ range .Alerts }}{{ .Annotations.summary }}\n{{ .Annotations.description }}\nRunbook: {{ .Annotations.runbook_url }}\nDashboard: {{ .Annotations.dashboard_url }}\n{{ end }}"
YAML
}

email() {
  [ -n "${ALERT_EMAIL_TO:-}" ] || return 0
  : "${ALERT_EMAIL_FROM:?is needed by ALERT_EMAIL_TO}" "${ALERT_SMTP_HOST:?is needed by ALERT_EMAIL_TO}"
  printf '    email_configs:\n      - to: %s\n        send_resolved: true\n' "$(quoted "$ALERT_EMAIL_TO")"
  printf '        from: %s\n' "$(quoted "$ALERT_EMAIL_FROM")"
  printf '        smarthost: %s\n' "$(quoted "$ALERT_SMTP_HOST")"
  if [ -n "${ALERT_SMTP_USER:-}" ]; then
    printf '        auth_username: %s\n        auth_password: %s\n' \
      "$(quoted "$ALERT_SMTP_USER")" "$(quoted "${ALERT_SMTP_PASSWORD:-}")"
  fi
}

people() {
  webhook "${ALERT_WEBHOOK_URL:-}" true
  slack
  email
}

while IFS= read -r line; do
  printf '%s\n' "$line"
  case $line in
    '  - name: page' | '  - name: ticket') people ;;
    # That the heart has stopped is no ping.
    '  - name: heartbeat') webhook "${ALERT_HEARTBEAT_URL:-}" false ;;
  esac
done <"$base"
