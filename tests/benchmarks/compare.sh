#!/usr/bin/env bash
# Training-step speed, ours against a peer, in alternating processes: compare.sh [PROCESSES] -- PEER COMMAND
# The peer prints "NNNN tok/s (best NNNN)". Without a peer only our own figures are printed.
# Example: tests/benchmarks/compare.sh 5 -- /usr/bin/python3 torch_moe.py --steps 20
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
processes=${1:-5}
peer=()
if [ "${2:-}" = "--" ]; then peer=("${@:3}"); fi
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
for mesh in 1 4; do
    dotnet build "$here/StepSpeed" -c Release -v q -nologo "-p:ShardwrightMesh=data=$mesh expert=$mesh" -p:ArtifactsPath="$out/$mesh" >"$out/build.log" || { cat "$out/build.log"; exit 1; }
done
best() { sed -n 's/.* \([0-9]*\) tok\/s (best \([0-9]*\)).*/\2/p'; }
run() { # name, command…
    local name=$1; shift
    local line; line=$("$@" | grep 'tok/s')
    echo "$name: $line"
    echo "$line" | best >>"$out/$name.best"
}
for ((i = 0; i < processes; i++)); do
    if [ ${#peer[@]} -gt 0 ]; then run peer "${peer[@]}"; fi
    for mesh in 1 4; do run "mesh${mesh}x${mesh}" dotnet "$out/$mesh/bin/StepSpeed/release/StepSpeed.dll" 20; done
done
for name in peer mesh1x1 mesh4x4; do
    [ -f "$out/$name.best" ] || continue
    sort -n "$out/$name.best" | awk -v name="$name" '{ v[NR] = $1 } END { printf "%-8s best %d tok/s, median of processes %d, worst %d\n", name, v[NR], v[int((NR + 1) / 2)], v[1] }'
done
if [ -f "$out/peer.best" ]; then
    top=$(sort -n "$out/peer.best" | tail -1)
    for name in mesh1x1 mesh4x4; do awk -v a="$(sort -n "$out/$name.best" | tail -1)" -v b="$top" -v name="$name" 'BEGIN { printf "%s / peer, best of processes: %.2f\n", name, a / b }'; done
fi
