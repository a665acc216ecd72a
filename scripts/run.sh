#!/usr/bin/env bash
# Serves bin/ecrm with its data in ./data. Arguments go to `ecrm serve` (make run ARGS="--addr :8080").
set -euo pipefail
cd "$(dirname "$0")/.."
mkdir -p data
echo "ECRM keeps its data in $PWD/data; delete that folder to begin anew. Ctrl-C stops it."
exec bin/ecrm serve --data data "$@"
