#!/bin/sh
# All set-up that a fresh clone needs; does nothing that is done already. With --tests also gets the control plane and Gitea.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
cd "$root"
node=node_modules/.bin/node
stamp=node_modules/.mooring-lock

fail() {
  printf 'setup: %s\n' "$*" >&2
  exit 2
}

for program in node npm git; do
  command -v "$program" >/dev/null || fail "$program was not found. Install Node.js (20 or newer), npm and git, then run this again."
done

# npm under another user agent would run its own scripts; here it only has to put files in place.
install_packages() {
  lock=$(git hash-object --no-filters package-lock.json .npmrc | tr '\n' ' ')
  if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$lock" ]; then return; fi
  echo 'setup: installing packages' >&2
  npm ci --no-audit --no-fund --loglevel=error >&2 || fail 'npm ci failed, see above. Is the npm registry reachable?'
  printf '%s' "$lock" >"$stamp"
}

# Node 24 comes from npm where a package for this machine exists; elsewhere the system's own must be recent enough.
find_node() {
  if [ -x "$node" ]; then return; fi
  node=node
  major=$(node -p 'process.versions.node.split(".")[0]')
  if [ "$major" -lt 24 ]; then
    fail "Node 24 or newer is needed; this machine has $(node -v), and npm has no Node package for $(uname -sm). Install Node 24 and run this again."
  fi
}

install_packages
find_node
exec "$node" tools/setup.ts "$@"
