#!/bin/bash
# Stands before every profile's script.
set -eu
mkdir -p /var/log /run/lock
busybox syslogd -O /var/log/peer.log -S

# put FILE [MODE]: standard input becomes the file
put() {
  mkdir -p "$(dirname "$1")"
  cat >"$1"
  chmod "${2:-644}" "$1"
}
