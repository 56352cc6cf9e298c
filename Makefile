# Licensed under the Apache License, Version 2.0 or the MIT License.
# SPDX-License-Identifier: Apache-2.0 OR MIT
# Copyright Tock Provisioning Contributors 2026.

# One place for every command of the project. `make help` lists them.

MAKEFLAGS += --no-builtin-rules --no-print-directory
.DELETE_ON_ERROR:
.DEFAULT_GOAL := all
# Cargo uses all cores by itself, and `setup` comes before everything else.
.NOTPARALLEL:

# make takes a space for the end of a name, in `clean` too.
FOLDERS := $(CURDIR)$(CARGO_TARGET_DIR)$(TOOLS)
ifneq ($(words $(FOLDERS)),1)
$(error The path $(FOLDERS) holds a space, which make cannot handle. Move the repository, or name other folders)
endif

RISCV := riscv32imac-unknown-none-elf
BUILD := $(if $(CARGO_TARGET_DIR),$(abspath $(CARGO_TARGET_DIR)),$(CURDIR)/target)
TOOLS ?= $(CURDIR)/target/tools
ELF2TAB := $(TOOLS)/bin/elf2tab
TOCKLOADER := $(TOOLS)/tockloader/bin/tockloader
# Each folder that cargo builds into belongs to one set of flags.
FIRMWARE := $(BUILD)/firmware
TABS := $(BUILD)/tabs
FUZZ_SECONDS ?= 60
# The boot window of the emulated board, in milliseconds. A board in the field
# keeps its 8 s; nobody wants to wait for them here.
WINDOW_MS ?= 3000

# Written by `make setup` where the firmware is built with Debian's compiler; read
# when a recipe runs, thus after it.
FIRMWARE_ENV = $(shell cat $(TOOLS)/firmware.env 2>/dev/null)
FIRMWARE_FLAGS = $(shell cat $(TOOLS)/firmware.flags 2>/dev/null)

KERNEL := $(FIRMWARE)/$(RISCV)/firmware/qemu_rv32_provisioning
PROVISIOND := $(BUILD)/release/provisiond
EMULATOR := $(BUILD)/release/emulator

# Applications: folder, ShortId, memory for grants in bytes, then the pairs of
# flash and RAM addresses that they are linked for. Flash addresses are those of
# the TBF header. tockloader takes the lowest pair that fits behind the application
# before, and looks at flash only: the first pairs leave the provisioner 256 KiB
# of each. The stack is part of the linked image, and nothing here has a heap.
APPS := provisioner hello blink
provisioner_FOLDER := apps/provisioner
provisioner_SHORT_ID := 0x00010001
provisioner_GRANTS := 4096
provisioner_PAIRS := 0x80100000.0x80300000
hello_FOLDER := apps/tenants/hello
hello_SHORT_ID := 0x00010101
hello_GRANTS := 1024
hello_PAIRS := 0x80140000.0x80340000 0x80160000.0x80360000
blink_FOLDER := apps/tenants/blink
blink_SHORT_ID := 0x00010102
blink_GRANTS := 1024
blink_PAIRS := 0x80150000.0x80350000 0x80170000.0x80370000

# Processes for tests of the emulated board, in the place of those above and with
# their rights. No image that is shipped or run by hand holds them.
TEST_APPS := hostile hostile_tenant hostile_neighbour
hostile_FOLDER := apps/tests/hostile
hostile_SHORT_ID := $(provisioner_SHORT_ID)
hostile_GRANTS := $(provisioner_GRANTS)
hostile_PAIRS := $(provisioner_PAIRS)
hostile_tenant_FOLDER := apps/tests/hostile
hostile_tenant_SHORT_ID := $(hello_SHORT_ID)
hostile_tenant_GRANTS := 4096
hostile_tenant_PAIRS := $(firstword $(hello_PAIRS))
hostile_neighbour_FOLDER := apps/tests/hostile
hostile_neighbour_SHORT_ID := $(blink_SHORT_ID)
hostile_neighbour_GRANTS := 4096
hostile_neighbour_PAIRS := $(firstword $(blink_PAIRS))

TAB_FILES := $(foreach app,$(APPS),$(TABS)/$(app).tab)
TEST_TAB_FILES := $(foreach app,$(TEST_APPS),$(TABS)/$(app).tab)
PARTS = --kernel $(KERNEL) --provisiond $(PROVISIOND) --tockloader $(TOCKLOADER) $(TAB_FILES)

# Measures the cryptography on the bare processor.
BENCH_IMAGE := $(FIRMWARE)/$(RISCV)/firmware/qemu_rv32_bench

# Tock's own board: as it is, and with a driver for the processes that count what
# system calls cost.
PLAIN_KERNEL := $(BUILD)/plain/$(RISCV)/release/qemu_rv32_virt
COSTS_KERNEL := $(BUILD)/costs/$(RISCV)/release/qemu_rv32_virt
COSTS := costs costs_peer
costs_PAIR := 0x80100000.0x80300000
costs_peer_PAIR := 0x80110000.0x80310000
COSTS_TABS := $(foreach process,$(COSTS),$(BUILD)/costs/$(process).tab)

# What the tests of the emulated board are told.
export EMULATOR_BENCH_IMAGE := $(BENCH_IMAGE)
export EMULATOR_KERNEL := $(KERNEL)
export EMULATOR_TABS := $(TAB_FILES)
export EMULATOR_TEST_TABS := $(TEST_TAB_FILES)
export EMULATOR_TOCKLOADER := $(TOCKLOADER)
export EMULATOR_INSTRUCTION_CUT := $(BUILD)/release/libinstruction_cut.so
export EMULATOR_PROVISIOND_KEY_LOG := $(BUILD)/key-log/release/provisiond
export EMULATOR_COSTS_KERNEL := $(COSTS_KERNEL)
export EMULATOR_COSTS_TABS := $(COSTS_TABS)
export EMULATOR_LOGS := $(BUILD)/test

.PHONY: all
all: setup kernel tabs host ## Build everything that `make run` needs

.PHONY: run
run: setup kernel tabs host ## Provision an emulated board before your eyes (RUN_FLAGS: --plain, --grant)
	@$(EMULATOR) run --directory $(BUILD)/run $(RUN_FLAGS) $(PARTS)

.PHONY: test
test: setup kernel tabs test-tabs host key-log bench-image costs ## Run every test, the emulated board's included
	@TEST_LOGS=$(BUILD)/test tools/setup/test.sh

.PHONY: test-board
test-board: setup kernel tabs test-tabs host key-log ## Run cases of the emulated board (CASE: part of a name)
	@cargo test --quiet --package emulator --test board -- $(CASE)

.PHONY: setup
setup: ## Install or build what is missing (QEMU, cross target, elf2tab, tockloader)
	@TOOLS=$(TOOLS) tools/setup/setup.sh

.PHONY: kernel
kernel: ## Build the kernel image of boards/qemu_rv32_provisioning
	@echo "build: kernel image of boards/qemu_rv32_provisioning"
	@cd boards/qemu_rv32_provisioning && $(FIRMWARE_ENV) PROVISIONING_WINDOW_MS=$(WINDOW_MS) \
	    cargo build --quiet $(FIRMWARE_FLAGS) --manifest-path Cargo.toml --profile firmware \
	    --target $(RISCV) --target-dir $(FIRMWARE)

.PHONY: tabs
tabs: $(TAB_FILES) ## Build the applications and pack them as TABs

.PHONY: test-tabs
test-tabs: $(TEST_TAB_FILES)

.PHONY: FORCE
FORCE:

# $(call built,APP,PAIR): the ELF file of one application for one pair, named as
# tockloader expects it.
built = $(TABS)/$(1)/rv32imac.$(2).elf

# $(call folder,PAIR): where cargo builds for a pair. libtock looks at the addresses
# too, so that a folder shared by several pairs would be built anew each time.
folder = $(BUILD)/apps/$(1)

# Cargo decides what is out of date. The file is copied only when it changed, so
# that nothing is packed again for nothing.
define elf_rule
$(call built,$(1),$(2)): FORCE
	@mkdir -p $$(@D)
	@echo "build: application $(1) for flash and RAM at $(2)"
	@cd $$($(1)_FOLDER) && $$(FIRMWARE_ENV) \
	    LIBTOCK_LINKER_FLASH=$(word 1,$(subst ., ,$(2))) LIBTOCK_LINKER_RAM=$(word 2,$(subst ., ,$(2))) \
	    cargo build --quiet $$(FIRMWARE_FLAGS) --manifest-path Cargo.toml --profile firmware \
	    --target $(RISCV) --target-dir $(call folder,$(2))
	@cmp -s $(call folder,$(2))/$(RISCV)/firmware/$(1) $$@ || cp $(call folder,$(2))/$(RISCV)/firmware/$(1) $$@
endef

define tab_rule
$(TABS)/$(1).tab: $(foreach pair,$($(1)_PAIRS),$(call built,$(1),$(pair))) $(ELF2TAB)
	@echo "pack:  $(1).tab"
	@$(ELF2TAB) --output-file $$@ --package-name $(1) --short-id $$$$(($($(1)_SHORT_ID))) \
	    --kernel-major 2 --kernel-minor 0 --stack 0 --app-heap 0 --kernel-heap $($(1)_GRANTS) --deterministic \
	    $$(filter %.elf,$$^)
endef

$(foreach app,$(APPS) $(TEST_APPS),$(foreach pair,$($(app)_PAIRS),$(eval $(call elf_rule,$(app),$(pair)))))
$(foreach app,$(APPS) $(TEST_APPS),$(eval $(call tab_rule,$(app))))

$(ELF2TAB):
	@TOOLS=$(TOOLS) tools/setup/setup.sh

.PHONY: host
host: ## Build the host tools, provisiond and emulator, and the plugin that cuts its power in tests
	@echo "build: provisiond and emulator"
	@cargo build --quiet --release --package provisiond --package emulator --package instruction_cut

# A daemon that writes its session keys down, for the test that looks for them
# in the board's memory. Never for use.
.PHONY: key-log
key-log:
	@echo "build: provisiond with a key log, for tests"
	@cargo build --quiet --release --package provisiond --features key-log --target-dir $(BUILD)/key-log

.PHONY: size
size: setup kernel plain-kernel tabs host ## Report sizes of the kernels, their parts and the applications
	@$(EMULATOR) pack --kernel $(KERNEL) --tockloader $(TOCKLOADER) --out $(BUILD)/program.bin $(TAB_FILES)
	@$(EMULATOR) size --kernel $(KERNEL) --plain-kernel $(PLAIN_KERNEL) --program $(BUILD)/program.bin

.PHONY: bench
bench: setup kernel measured plain-kernel costs tabs host bench-image ## Measure kernel, provisioning, wear, cryptography (some minutes)
	@$(EMULATOR) bench --directory $(BUILD)/bench --measured-kernel $(MEASURED) --plain-kernel $(PLAIN_KERNEL) \
	    --costs-kernel $(COSTS_KERNEL) $(foreach tab,$(COSTS_TABS),--costs-tab $(tab)) \
	    --cryptography $(BENCH_IMAGE) $(PARTS)

.PHONY: plain-kernel
plain-kernel:
	@echo "build: kernel image of tock/boards/qemu_rv32_virt"
	@cd tock/boards/qemu_rv32_virt && $(FIRMWARE_ENV) cargo build --quiet $(FIRMWARE_FLAGS) \
	    --release --target $(RISCV) --target-dir $(BUILD)/plain

.PHONY: costs
costs: $(ELF2TAB)
	@echo "build: kernel image and processes that count what system calls cost"
	@cd tock/boards/qemu_rv32_virt && $(FIRMWARE_ENV) cargo build --quiet $(FIRMWARE_FLAGS) \
	    --release --features measure --target $(RISCV) --target-dir $(BUILD)/costs
	@$(foreach process,$(COSTS),$(call costs_tab,$(process),$($(process)_PAIR)) &&) true

# $(call costs_tab,PROCESS,PAIR): builds and packs one process, in a folder of its own.
costs_tab = (cd tock/conformance && $(FIRMWARE_ENV) \
    LIBTOCK_LINKER_FLASH=$(word 1,$(subst ., ,$(2))) LIBTOCK_LINKER_RAM=$(word 2,$(subst ., ,$(2))) \
    cargo build --quiet $(FIRMWARE_FLAGS) --release --bin $(1) --target $(RISCV) --target-dir $(BUILD)/costs/$(1)) && \
    cp $(BUILD)/costs/$(1)/$(RISCV)/release/$(1) $(BUILD)/costs/$(1)/rv32imac.$(2).elf && \
    $(ELF2TAB) --output-file $(BUILD)/costs/$(1).tab --package-name $(1) --kernel-major 2 --kernel-minor 0 \
    --stack 0 --app-heap 0 --kernel-heap 1024 --deterministic $(BUILD)/costs/$(1)/rv32imac.$(2).elf

.PHONY: bench-image
bench-image:
	@echo "build: image that measures the cryptography"
	@cd boards/qemu_rv32_bench && $(FIRMWARE_ENV) cargo build --quiet $(FIRMWARE_FLAGS) --manifest-path Cargo.toml \
	    --profile firmware --target $(RISCV) --target-dir $(FIRMWARE)

# The same kernel, counting what it does.
MEASURED := $(BUILD)/measured/$(RISCV)/firmware/qemu_rv32_provisioning
.PHONY: measured
measured:
	@echo "build: kernel image that counts"
	@cd boards/qemu_rv32_provisioning && $(FIRMWARE_ENV) PROVISIONING_WINDOW_MS=$(WINDOW_MS) \
	    cargo build --quiet $(FIRMWARE_FLAGS) --manifest-path Cargo.toml --profile firmware \
	    --features measure --target $(RISCV) --target-dir $(BUILD)/measured

.PHONY: fuzz
# Boards under test are leaked on purpose, hence no search for leaks.
# The address sanitizer is for what has unsafe code below it, comparisons are for
# inputs that have a format. Both take more time than the rest where they find nothing.
fuzz: ## Fuzz every parser for FUZZ_SECONDS (60) each; needs nightly and cargo-fuzz
	@command -v cargo-fuzz >/dev/null || { echo "Run: cargo install cargo-fuzz"; exit 1; }
	@for folder in $(wildcard libraries/*/fuzz apps/*/fuzz capsules/fuzz tools/*/fuzz tock/fuzz); do \
	    for target in $$(cd $$folder/.. && cargo +nightly fuzz list); do \
	        echo "== $$folder $$target"; \
	        case $$folder in tock/*) flags= ;; capsules/*) flags=--no-trace-compares ;; libraries/provisioning_session/*|tools/*) flags="-s none --no-trace-compares" ;; *) flags="-s none" ;; esac; \
	        (cd $$folder/.. && cargo +nightly fuzz run $$flags $$target -- -detect_leaks=0 -max_total_time=$(FUZZ_SECONDS)) || exit 1; \
	    done; \
	done

# Crates that are built for the board as well as for the host.
FIRMWARE_FOLDERS := boards/qemu_rv32_provisioning boards/qemu_rv32_bench $(foreach app,$(APPS) hostile,$($(app)_FOLDER))

.PHONY: prepush
prepush: unsafe-check ## Format check and clippy, for host and board, in all three workspaces
	cargo fmt --all --check
	cd tock && cargo fmt --all --check
	$(MAKE) -C libtock-rs lint CARGO_TARGET_DIR=target
	cargo clippy --quiet --all-targets -- -D warnings
	cargo clippy --quiet --package emulator --package instruction_cut --package qemu_rv32_bench --all-targets -- -D warnings
	cd tock && cargo clippy --quiet --workspace --all-targets -- -D warnings
	@for folder in $(FIRMWARE_FOLDERS); do \
	    echo "clippy $$folder for $(RISCV)"; \
	    (cd $$folder && LIBTOCK_LINKER_FLASH=0x80100000 LIBTOCK_LINKER_RAM=0x80300000 \
	        cargo clippy --quiet --manifest-path Cargo.toml --profile firmware --target $(RISCV) --target-dir $(FIRMWARE)-clippy -- -D warnings) || exit 1; \
	done

.PHONY: unsafe-check
unsafe-check: ## Check that unsafe code stays where it belongs and says why it is sound
	@cd tools/unsafe_check && python3 -m unittest --quiet
	@python3 tools/unsafe_check/unsafe_check.py

.PHONY: miri
miri: ## Run host tests that reach unsafe code under Miri; needs nightly. MIRI=names: only these passes
	@MIRI_LOGS=$(BUILD)/miri CARGO_TARGET_DIR=$(BUILD)/miri tools/setup/miri.sh $(MIRI)

.PHONY: clean
clean: ## Remove what was built, but not the tools of `make setup`
	rm -rf $(filter-out $(TOOLS),$(wildcard $(BUILD)/*)) tock/target libtock-rs/target

.PHONY: help
help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
