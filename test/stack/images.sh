#!/usr/bin/env bash
# Makes stand-ins for images, from Debian's newer suite and the npm package "node", in the engine that DOCKER_HOST names.
#
#   images.sh FOLDER TARGET=IMAGE…    TARGET: one of images/Dockerfile; FOLDER keeps what later runs can use again
set -euo pipefail

readonly SUITE=forky BASE=mlops-backend-stack/debian
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
readonly here

# shellcheck source=../../.ci/persistently.sh
. "$here/../../.ci/persistently.sh"

# Where apt of this machine has its packages from.
mirror() {
  local found
  # shellcheck disable=SC2016
  found=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' | grep -m 1 debian || true)
  printf '%s' "${found:-http://deb.debian.org/debian}"
}

bootstrap() {
  rm -rf -- "$1"
  # The script of sid serves every newer suite; an older debootstrap does not know it by name.
  debootstrap --variant=minbase --no-check-gpg "$SUITE" "$1" "$(mirror)" /usr/share/debootstrap/scripts/sid
}

make_base() {
  local root=$folder/debian
  persistently bootstrap "$root"
  # No service starts in a build.
  printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
  chmod +x "$root/usr/sbin/policy-rc.d"
  # A mirror may serve a suite as it was some time ago.
  cat >"$root/etc/apt/apt.conf.d/90stand-in" <<'APT'
Acquire::Retries "5";
Acquire::Check-Valid-Until "false";
Acquire::Check-Date "false";
APT
  printf 'force-unsafe-io\npath-exclude=/usr/share/doc/*\npath-exclude=/usr/share/locale/*\n' \
    >"$root/etc/dpkg/dpkg.cfg.d/stand-in"
  tar -C "$root" -c . | docker import - "$BASE" >/dev/null
  rm -r -- "$root"
}

# Compose and buildx are static programs, and newer in that suite than in this machine's.
fetch_plugins() {
  local plugins=$DOCKER_CONFIG/cli-plugins work
  if [ -x "$plugins/docker-compose" ] && [ -x "$plugins/docker-buildx" ]; then return; fi
  work=$(mktemp -d)
  # shellcheck disable=SC2016
  persistently docker run --rm --volume "$work:/packages" --workdir /packages "$BASE" \
    sh -c 'apt-get update --quiet && apt-get download --quiet docker-compose docker-buildx'
  mkdir -p "$plugins"
  for package in "$work"/*.deb; do dpkg-deb --extract "$package" "$work"; done
  mv "$work"/usr/libexec/docker/cli-plugins/* "$plugins/"
  rm -r -- "$work"
}

# What the images take from this machine: its Node of the lock file, its npm, and how npm reaches its registry here.
make_context() {
  local authorities npm
  authorities=$(npm config get cafile)
  npm=$(readlink -f "$(command -v npm)")
  cp -- "$here"/images/* "$1"
  cp -- "$here/../../node_modules/node/bin/node" "$1/node"
  cp -r -- "${npm%/bin/npm-cli.js}" "$1/npm"
  [ -f "$authorities" ] || authorities=/etc/ssl/certs/ca-certificates.crt
  cp -- "$authorities" "$1/ca-certificates.crt"
  printf 'registry=%s\ncafile=/etc/ssl/certs/ca-certificates.crt\nupdate-notifier=false\nfetch-retries=5\n' \
    "$(npm config get registry)" >"$1/npmrc"
}

folder=$1
shift
mkdir -p "$folder"
docker image inspect "$BASE" >/dev/null 2>&1 || make_base
fetch_plugins
context=$(mktemp -d)
trap 'rm -r -- "$context"' EXIT
make_context "$context"
for pair in "$@"; do
  persistently docker buildx build --quiet --target "${pair%%=*}" --tag "${pair#*=}" "$context"
done
