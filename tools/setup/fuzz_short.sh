#!/bin/sh
# Licensed under the Apache License, Version 2.0 or the MIT License.
# SPDX-License-Identifier: Apache-2.0 OR MIT
# Copyright Tock Provisioning Contributors 2026.

# Runs every fuzz target for a fixed number of executions from a fixed seed, on
# its corpus, so that each run of the tests does the same. `make fuzz` searches
# on, with cargo-fuzz and a nightly compiler; this takes the pinned one, which has
# all but the sanitizers.

set -u

repository=$(cd "$(dirname "$0")/../.." && pwd)
logs=${TEST_LOGS:-$repository/target/test}/fuzz
built=${CARGO_TARGET_DIR:-$repository/target}/fuzz
host=$(rustc -vV | sed -n 's/^host: //p')
rm -rf "$logs"
mkdir -p "$logs"

# What cargo-fuzz gives to the compiler, but for the sanitizers.
export RUSTFLAGS="--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
-Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
-Cdebug-assertions -Ccodegen-units=1"

# About as many as take five seconds.
executions() {
    case $1 in
    driver) echo 500 ;;
    connection | conversation) echo 2000 ;;
    region | loader | syscalls) echo 5000 ;;
    *) echo 50000 ;;
    esac
}

passed=0
failed=0
for manifest in "$repository"/*/*/fuzz/Cargo.toml "$repository"/*/fuzz/Cargo.toml; do
    folder=$(dirname "$manifest")
    # The toolchain and the flags are those of the folder that cargo runs in.
    cd "$folder" || exit 1
    name=${folder#"$repository"/}
    if ! cargo build --quiet --locked --release --target "$host" --target-dir "$built"; then
        echo "test $name ... FAILED to build"
        failed=$((failed + 1))
        continue
    fi
    for source in fuzz_targets/*.rs; do
        target=$(basename "$source" .rs)
        mkdir -p "$logs/$target.corpus"
        # Boards under test are leaked on purpose, hence no search for leaks.
        if "$built/$host/release/$target" -seed=1 -runs="$(executions "$target")" -detect_leaks=0 \
            -artifact_prefix="$logs/$target-" "$logs/$target.corpus" "corpus/$target" >"$logs/$target.log" 2>&1; then
            echo "test $name $target ... ok"
            passed=$((passed + 1))
        else
            tail -n 20 "$logs/$target.log"
            echo "test $name $target ... FAILED"
            failed=$((failed + 1))
        fi
    done
done
echo "test result: $passed passed; $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
