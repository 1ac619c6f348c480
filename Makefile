# make demo      build the release and run the demonstration
# make test      build and run every test
# make lint      formatting
# make bench     the benchmarks of Benchmarks/README.md
# make ship      a trained network into the sources: NETWORK=file
# make install   baton and baton-supervisor into $(PREFIX)/bin

SHELL = /bin/bash
PREFIX ?= /usr/local
DESTDIR ?=

# The Swift runtime is linked in: the binaries start faster and run where no toolchain is installed.
RELEASE = -c release --static-swift-stdlib

.PHONY: demo test lint bench ship install release libraries compiler tracer clean

demo: release
	@echo
	@echo "==> baton run Examples/demo/demo.yaml"
	@$$(swift build $(RELEASE) --show-bin-path)/baton run Examples/demo/demo.yaml
	@echo
	@cat Examples/demo/out/report.txt

test: libraries compiler tracer
	swift build --build-tests
	swift test --skip-build

lint:
	swift format lint --strict --recursive Package.swift Sources Tests

bench: release compiler
	BATON=$$(swift build $(RELEASE) --show-bin-path)/baton Benchmarks/run

install: release
	@bin=$$(swift build $(RELEASE) --show-bin-path); \
	install -d "$(DESTDIR)$(PREFIX)/bin"; \
	install "$$bin/baton" "$$bin/baton-supervisor" "$(DESTDIR)$(PREFIX)/bin/"; \
	echo "installed baton and baton-supervisor in $(DESTDIR)$(PREFIX)/bin"

release: libraries
	@echo "==> building the release (about a quarter of an hour the first time, on two cores)"
	swift build $(RELEASE) --product baton
	swift build $(RELEASE) --product baton-supervisor

# What SwiftPM cannot bring: the headers and libraries of SQLite and zlib.
libraries:
	@$(call need,/usr/include/sqlite3.h,libsqlite3-dev)
	@$(call need,/usr/include/zlib.h,zlib1g-dev)

# The example workflows compile C.
compiler:
	@$(call need,/usr/bin/cc,gcc libc6-dev)

# Tests of tracing are left out, and say so, where it can't be had.
tracer:
	-@$(call need,/usr/bin/strace,strace)

clean:
	rm -rf .build

# need FILE, PACKAGES: installs the Debian packages when the file is missing, and says so.
define need
	if [ ! -e $(1) ]; then \
	    if ! command -v apt-get > /dev/null; then \
	        echo "$(1) is missing: install what Debian calls $(2), then run make again" >&2; exit 1; \
	    fi; \
	    echo "==> installing $(2), because $(1) is missing"; \
	    sudo=$$( [ "$$(id -u)" = 0 ] || echo sudo ); \
	    $$sudo apt-get update -qq && $$sudo apt-get install -y -qq --no-install-recommends $(2); \
	fi
endef

# Puts a network that `baton train --output` wrote into the sources: make ship NETWORK=file
ship:
	@{ echo '// Written by `make ship`.'; echo; echo 'extension ShippedNetwork {'; \
	  grep -aqm1 '^uses .' $(NETWORK) && pays=true || pays=false; echo "    static let pays = $$pays"; \
	  echo '    static let base64: StaticString = """'; \
	  base64 -w 112 $(NETWORK) | sed 's/^/        /'; echo '        """'; echo '}'; } \
	  > Sources/BatonPlanner/Learning/ShippedNetwork+Bytes.swift
