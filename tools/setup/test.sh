#!/bin/sh
# Licensed under the Apache License, Version 2.0 or the MIT License.
# SPDX-License-Identifier: Apache-2.0 OR MIT
# Copyright Tock Provisioning Contributors 2026.

# Runs every test of the three workspaces and of the emulated board, and counts.
# The last line is `N passed, N failed`; a suite that did not build, or that
# ended before its summary, counts as one failure.

set -u

repository=$(cd "$(dirname "$0")/../.." && pwd)
logs=${TEST_LOGS:-$repository/target/test}
mkdir -p "$logs"
summary=$logs/summary
: >"$summary"

# suite NAME DIRECTORY COMMAND...
suite() {
    name=$1
    directory=$2
    shift 2
    printf '\n== %s\n' "$name"
    log=$logs/$name.log
    { (cd "$repository/$directory" && "$@" 2>&1); echo $? >"$logs/$name.rc"; } | tee "$log"
    status=$(cat "$logs/$name.rc")
    awk -v name="$name" -v status="$status" '
        /^test result:/ { for (i = 1; i < NF; i++) { if ($(i + 1) ~ /^passed/) passed += $i; if ($(i + 1) ~ /^failed/) failed += $i } }
        END { if (status != 0 && failed == 0) failed = 1; printf "%s %d %d\n", name, passed, failed }' "$log" >>"$summary"
}

suite tock tock cargo test --workspace --no-fail-fast
tools=${TOOLS:-$repository/target/tools}
# shellcheck disable=SC2046 # a list of assignments
suite conformance . env $(cat "$tools/firmware.env" 2>/dev/null) \
    FIRMWARE_FLAGS="$(cat "$tools/firmware.flags" 2>/dev/null)" ELF2TAB="$tools/bin/elf2tab" \
    TOCKLOADER="$tools/tockloader/bin/tockloader" tock/conformance/suite.py
# The examples there link for the board only, so not --workspace.
suite libtock-rs libtock-rs cargo test --no-fail-fast
suite tock-api . python3 tools/api_check/api_check.py
suite unsafe . python3 tools/unsafe_check/unsafe_check.py
suite host . cargo test --no-fail-fast
suite bare-processor . cargo test --package qemu_rv32_bench --no-fail-fast
suite fuzz . env TEST_LOGS="$logs" tools/setup/fuzz_short.sh
suite emulated . cargo test --package emulator --no-fail-fast

printf '\n== summary\n'
awk '{ printf "%-12s %5d passed %5d failed\n", $1, $2, $3; passed += $2; failed += $3 }
     END { printf "%d passed, %d failed\n", passed, failed; exit failed > 0 || passed == 0 }' "$summary"
