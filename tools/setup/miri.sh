#!/bin/sh
# Licensed under the Apache License, Version 2.0 or the MIT License.
# SPDX-License-Identifier: Apache-2.0 OR MIT
# Copyright Tock Provisioning Contributors 2026.

# Runs the host tests that reach unsafe code under Miri, which finds what tests
# alone don't: accesses through pointers that may not make them, references that
# overlap, uninitialized bytes, data races. `miri.sh NAME..` runs only the named
# passes, and MIRI_TESTS the tests whose names contain it.
#
# Pointer aliasing is judged by Stacked Borrows unless a pass says why it can't be.

set -u

repository=$(cd "$(dirname "$0")/../.." && pwd)
logs=${MIRI_LOGS:-$repository/target/miri}
wanted=$*
passes=0
failed=0

if ! cargo +nightly --version >/dev/null 2>&1 || ! cargo +nightly miri --version >/dev/null 2>&1; then
    echo "Miri needs a nightly compiler. Run:"
    echo "    rustup toolchain install nightly --component miri,rust-src"
    exit 1
fi
mkdir -p "$logs"

# Pointers keep to what they were made from; no integer becomes a pointer.
strict=-Zmiri-strict-provenance
# A device gets addresses as integers and writes there: its model in the tests does
# so by pointers from exposed addresses, as the language wants it for DMA.
device=-Zmiri-permissive-provenance
# What a board, a driver or a process owns is there for ever, so tests leak it.
forever=-Zmiri-ignore-leaks
# Stacked Borrows has no read-only view of memory that others may write: a reference to
# cells counts as writing, which memory behind a `&[u8]` forbids even if the cells
# offer no writing at all. `ReadableProcessSlice` is such a view, of flash among others,
# and a slice of anything else would promise that the process doesn't write.
# Tree Borrows judges by the accesses that are made.
views=-Zmiri-tree-borrows

# pass NAME FOLDER FLAGS CARGO-ARGUMENTS.. [-- TEST-ARGUMENTS..]
pass() {
    name=$1
    folder=$2
    flags=$3
    shift 3
    case " ${wanted:-$name} " in *" $name "*) ;; *) return ;; esac
    printf '\n== %s (%s)\n' "$name" "$flags"
    passes=$((passes + 1))
    log=$logs/$name.log
    case " $* " in *" -- "*) ;; *) set -- "$@" -- ;; esac
    began=$(date +%s)
    # shellcheck disable=SC2086 # no name at all, or one
    { (cd "$repository/$folder" && MIRIFLAGS="$flags" cargo +nightly miri test --quiet "$@" ${MIRI_TESTS:-} 2>&1); echo $? >"$log.rc"; } | tee "$log"
    [ "$(cat "$log.rc")" -eq 0 ] || failed=$((failed + 1))
    echo "== $name took $(($(date +%s) - began)) s"
}

# Cells, registers: no memory but their own.
pass cells tock "$strict" -p tock-cells -p riscv-csr --lib
# Headers of programs: safe code, but over bytes that come from anybody.
pass tbf tock "$strict $forever" -p tock-tbf --lib
# Encoding of PMP entries, decoding of traps. Their assembly is not for the host.
pass arch tock "$strict $forever" -p riscv --lib
# Split queues and the two drivers on them.
pass virtio tock "$device $forever" -p virtio --lib
# Grants, process memory, loading, panic output. Left out: `fixed_addresses`, which asks
# mmap for low memory, where Miri has none to give; the logarithms, which hold no
# unsafe code and are compared with the host's, whose last bits Miri makes random.
kernel_rest="--skip fixed_addresses --skip logarithms_agree_with_the_host"
# shellcheck disable=SC2086 # lists of arguments, here and below
pass kernel tock "$strict $forever $views" -p kernel --lib -- $kernel_rest
# The same by the stricter rules, but for the tests that enter a view of constant bytes.
# shellcheck disable=SC2086
pass kernel-stacked tock "$strict $forever" -p kernel --lib -- $kernel_rest \
    --skip only_own_memory_can_be_shared --skip ranges_select_or_give_nothing \
    --skip an_index_out_of_bounds_panics
# Capsules that processes lend buffers to. Left out: SHA-256 over long input, which is
# safe code and takes minutes.
pass capsules tock "$strict $forever $views" -p capsules-core -p capsules-extra -p capsules-system --tests --lib \
    -- --skip pieces_hash_like_the_whole --skip published_examples_hash_as_published
# A board put together from components in static memory. Left out: signatures, whose
# cryptography is safe code and takes hours.
pass components tock "$strict $forever $views" -p components --test assembly --test identities
# Sharing and the fake kernel that upcalls and buffers go through.
pass libtock libtock-rs "$strict" -p libtock_platform -p libtock_unittest --lib --tests
pass libtock-apis libtock-rs "$strict" -p libtock_alarm -p libtock_buttons -p libtock_console -p libtock_gpio \
    -p libtock_leds -p libtock_low_level_debug -p libtock_rng --lib --tests
# The receiver exchanges buffers that it holds no reference to. The other two share
# theirs as all do.
pass apis . "$strict $forever" -p libtock_ethernet_tap -p libtock_provisioning -p libtock_tenant_config --lib
pass cfi-flash . "$strict $forever" -p cfi_flash --lib
# The kernel's loader and processes under the product's launcher, and the calls of a
# hostile process, of which Miri plays fewer and agrees on no key. The crate's other
# tests are safe code down to cells, and their cryptography takes Miri hours.
pass processes . "$strict $forever $views" -p capsules-provisioning --test launcher --test hostile

printf '\n%d passes, %d failed\n' "$passes" "$failed"
[ "$passes" -gt 0 ] && [ "$failed" -eq 0 ]
