#!/bin/sh
# Licensed under the Apache License, Version 2.0 or the MIT License.
# SPDX-License-Identifier: Apache-2.0 OR MIT
# Copyright Tock Provisioning Contributors 2026.

# Brings a machine to where the board builds and runs. Every step looks first
# and does nothing when its result is there, so a second run changes nothing.
# Outside of the build folder only Debian packages, the pinned toolchain and its
# cross target are installed.

set -eu

repository=$(cd "$(dirname "$0")/../.." && pwd)
tools=${TOOLS:-$repository/target/tools}
elf2tab_version=0.13.0
tockloader_version=1.19.0
target=riscv32imac-unknown-none-elf

say() { printf 'setup: %s\n' "$*"; }

fail() {
    printf 'setup: %s\n' "$@" >&2
    exit 1
}

# Runs a command that changes the system: as root, through sudo after saying so,
# or not at all, with the command to type.
as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
        return
    fi
    if command -v sudo >/dev/null && { [ -t 0 ] || sudo -n true 2>/dev/null; }; then
        say "this needs root; running: sudo $*"
        # Apart, so that a password refused is not taken for a command that failed.
        if sudo true; then
            sudo "$@"
            return
        fi
    fi
    fail "this needs root, which is not to be had here." "Run this as root, then 'make setup' again as yourself:" "    $*"
}

# install_packages NAME...
install_packages() {
    command -v apt-get >/dev/null || fail "this is not a Debian system. Install what corresponds to: $*"
    if ! as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@"; then
        say "packages: the lists may be old; refreshing them"
        as_root apt-get update
        as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@"
    fi
}

# A tool that is there already, from wherever, spares its package.
missing_packages() {
    command -v qemu-system-riscv32 >/dev/null || echo qemu-system-misc
    command -v ip >/dev/null || [ -x /usr/sbin/ip ] || [ -x /sbin/ip ] || echo iproute2
    command -v unshare >/dev/null && command -v setpriv >/dev/null || echo util-linux
    command -v git >/dev/null || echo git
    command -v cc >/dev/null && command -v c++ >/dev/null || echo build-essential
    if ! python3 -c 'import ensurepip, venv' 2>/dev/null; then
        echo python3
        echo python3-venv
    fi
}

packages() {
    missing=$(missing_packages | tr '\n' ' ')
    if [ -z "$missing" ]; then
        say "packages: present"
        return
    fi
    say "packages: installing $missing"
    # shellcheck disable=SC2086 # a list of words
    install_packages $missing
}

has_target() {
    [ -d "$(rustc --print sysroot)/lib/rustlib/$target/lib" ]
}

toolchain() {
    cd "$repository"
    command -v rustup >/dev/null || command -v rustc >/dev/null ||
        fail "no Rust compiler found. Install rustup as told on https://rustup.rs, then run 'make setup' again."
    if ! rustc --version >/dev/null; then
        say "toolchain: installing what rust-toolchain.toml names"
        # An interrupted rustup leaves half a toolchain behind, so let it end.
        { (trap '' INT TERM HUP; rustup toolchain install) && rustc --version >/dev/null; } ||
            fail "there is no Rust compiler that runs here; see above. Mend that, then run 'make setup' again."
    fi
}

# debian_has VERSION: of its compiler, or a newer one.
debian_has() {
    command -v apt-get >/dev/null || fail "this is not a Debian system. Install the target $target for $(rustc --version)."
    dpkg --compare-versions "$(apt-cache policy rustc-web | sed -n 's/^ *Candidate: //p')" ge "$1"
}

# Debian's own compiler comes with its sources, from which cargo can build
# `core` for the board when the cross target cannot be downloaded.
debian_compiler() {
    least=$(sed -n 's/^channel = "\(.*\)"$/\1/p' rust-toolchain.toml)
    say "cross target: rustup could not fetch it; using Debian's rustc-web and rust-web-src"
    if ! debian_has "$least"; then
        as_root apt-get update
        debian_has "$least" ||
            fail "Debian has no rustc-web of $least or newer for this machine (Debian 12 has it among its security updates)." \
                "Mend that, or what keeps rustup from fetching $target; then run 'make setup' again."
    fi
    install_packages rustc-web rust-web-src
    # It comes without a linker for the board; the other compiler has one.
    linkers=$(rustc --print sysroot)/lib/rustlib/$(rustc -vV | sed -n 's/^host: //p')/bin
    cat >"$tools/rustc" <<END
#!/bin/sh
PATH="$linkers:\$PATH" exec /usr/bin/rustc "\$@"
END
    chmod +x "$tools/rustc"
    # The Makefile reads these for every build of firmware.
    echo "RUSTC=$tools/rustc RUSTC_BOOTSTRAP=1" >"$tools/firmware.env"
    echo "-Zbuild-std=core,alloc" >"$tools/firmware.flags"
}

cross_target() {
    if has_target; then
        # What stood in for it before.
        rm -f "$tools/firmware.env" "$tools/firmware.flags" "$tools/rustc"
        say "cross target: present"
    elif [ -e "$tools/firmware.env" ]; then
        say "cross target: built with Debian's compiler"
    else
        say "cross target: adding $target to the pinned toolchain"
        { (trap '' INT TERM HUP; rustup target add "$target") && has_target; } || debian_compiler
    fi
}

elf2tab() {
    if [ -x "$tools/bin/elf2tab" ] && [ "$("$tools/bin/elf2tab" --version)" = "elf2tab $elf2tab_version" ]; then
        say "elf2tab: $elf2tab_version present"
        return
    fi
    say "elf2tab: building $elf2tab_version into $tools"
    cargo install --quiet --locked --root "$tools" --target-dir "$tools/build" --version "=$elf2tab_version" elf2tab
    rm -rf "$tools/build"
}

tockloader() {
    venv=$tools/tockloader
    if [ -x "$venv/bin/tockloader" ] && "$venv/bin/pip" show tockloader 2>/dev/null | grep -qx "Version: $tockloader_version"; then
        say "tockloader: $tockloader_version present"
        return
    fi
    say "tockloader: installing $tockloader_version into $venv"
    rm -rf "$venv"
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --quiet --disable-pip-version-check --requirement "$repository/tools/setup/requirements.txt"
}

mkdir -p "$tools"
packages
toolchain
cross_target
elf2tab
tockloader
say "done"
