#!/usr/bin/env bash
# A Docker engine of the tests' own, which leaves nothing behind. Needs root, docker.io and iptables.
#
#   engine.sh serve FOLDER SOCKET   until its standard input ends; FOLDER keeps the images, and what builds cache
#   engine.sh try                   whether containers run on this machine; if not, says why and fails
set -euo pipefail

readonly FORWARDING=/proc/sys/net/ipv4/ip_forward

fail() {
  printf '%s\n' "$1" >&2
  exit 1
}

# Takes back what an engine leaves in the machine's network, and any that was killed before it.
#   restore_network FORWARDING POLICY    as they were before
restore_network() {
  local bridge
  iptables-save |
    sed -E '/DOCKER|docker0|br-[0-9a-f]{12}|-s 172\.(1[6-9]|2[0-9]|3[01])\..* MASQUERADE/d' |
    iptables-restore
  iptables --policy FORWARD "$2"
  for bridge in /sys/class/net/docker0 /sys/class/net/br-????????????; do
    if [ -e "$bridge" ]; then ip link delete "${bridge##*/}"; fi
  done
  printf '%s' "$1" >"$FORWARDING"
  rmdir /sys/fs/cgroup/docker /sys/fs/cgroup/*/docker 2>/dev/null || true
}

serve() {
  local folder=$1 socket=$2 forwarding policy namespace input status=0
  mkdir -p "$folder/engine" "${socket%/*}"
  # Held by the engine too, for as long as it lives.
  exec 9>"$folder/lock"
  flock --nonblock 9 || fail "another engine has $folder"
  forwarding=$(cat "$FORWARDING")
  policy=$(iptables --list-rules FORWARD | sed -n 's/^-P FORWARD //p')
  # Whatever it starts or mounts is in namespaces that end with the engine, however that ends.
  unshare --mount --propagation private --pid --mount-proc --fork --kill-child \
    dockerd --data-root "$folder/engine" --exec-root "${socket%/*}/exec" --pidfile "${socket%/*}/pid" \
    --host "unix://$socket" &
  namespace=$!
  # However whoever started us ends, our input ends with it.
  trap '' TERM INT
  (read -r -d '' _ || pkill --parent "$namespace") <&0 &
  input=$!
  wait "$namespace" || status=$?
  kill -9 "$input" 2>/dev/null || true
  restore_network "$forwarding" "$policy"
  return "$status"
}

# An image of one static program shows the rest: layers, control groups, namespaces and a bridge.
run_a_container() {
  export DOCKER_HOST=unix://$1
  local waited=0
  until docker version >/dev/null 2>&1; do
    [ "$((waited += 1))" -le 300 ] && kill -0 "$2" 2>/dev/null || return 1
    sleep 0.1
  done
  tar --create --dereference --directory /usr/bin docker-init | docker import - try >/dev/null
  timeout 60 docker run --rm try /docker-init --version
}

try() {
  [ "$(id -u)" -eq 0 ] || fail 'an engine needs root'
  local program work engine status=0
  for program in dockerd docker debootstrap iptables ip flock unshare; do
    command -v "$program" >/dev/null || fail "$program is missing"
  done
  if docker --host unix:///var/run/docker.sock version >/dev/null 2>&1; then
    fail 'an engine runs here already: DOCKER_HOST=unix:///var/run/docker.sock would use it'
  fi
  work=$(mktemp -d)
  exec 8> >("$0" serve "$work" "$work/run/socket" >"$work/log" 2>&1)
  engine=$!
  run_a_container "$work/run/socket" "$engine" >>"$work/log" 2>&1 || status=$?
  exec 8>&-
  wait "$engine" || true
  if [ "$status" -ne 0 ]; then tail -n 5 "$work/log" >&2; fi
  rm -rf -- "$work"
  return "$status"
}

"$@"
