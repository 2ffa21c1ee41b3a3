# shellcheck shell=bash
# To be sourced.

# persistently COMMAND…: package mirrors stumble, so the same is asked for again, from the start, three more times.
persistently() {
  local attempt
  for attempt in 1 2 3 4; do
    if "$@"; then return 0; fi
    printf 'attempt %d failed: %s\n' "$attempt" "$*" >&2
    [ "$attempt" -eq 4 ] || sleep "$((attempt * 5))"
  done
  return 1
}
