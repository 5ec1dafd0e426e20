#!/bin/bash
# suite.sh RPCSIEVE: the suite of pcaps/ in every engine. Suricata must be there where peers are required.
set -eu
if [ "${RPCSIEVE_REQUIRE_PEERS:-0}" = 1 ] && ! suricata -V >/dev/null; then
  echo "suricata is missing" >&2
  exit 1
fi
exec "$1" test pcaps/
