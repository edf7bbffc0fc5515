.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
BUILT_FROM := pyproject.toml CMakeLists.txt $(shell find native -type f) $(wildcard streamresize/kernels/*.py)
CXX_FILES := $(shell find native -name '*.hpp' -o -name '*.cpp')
CHECKED := streamresize server tests benchmarks

.PHONY: help
help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: demo
demo: $(STAMP)  ## make a 144-megapixel JPEG and resize it to 1600 and 200 px in one pass
	$(BIN)/python -m benchmarks.demo build/demo

.PHONY: test
test: $(STAMP)  ## run the tests
	$(BIN)/python -m pytest --numprocesses auto

NATIVE_TESTS := native-test-address,undefined native-test-thread

.PHONY: native-test
native-test: $(NATIVE_TESTS)  ## test the C++ core alone, under Address-, UndefinedBehavior- and ThreadSanitizer

.PHONY: $(NATIVE_TESTS)
$(NATIVE_TESTS): native-test-%: $(STAMP)
	$(BIN)/cmake -S . -B build/$@ -G Ninja -DCMAKE_MAKE_PROGRAM=$(abspath $(BIN))/ninja \
		-DCMAKE_BUILD_TYPE=RelWithDebInfo -DSTREAMRESIZE_BUILD_TESTS=ON -DSTREAMRESIZE_SANITIZE=$*
	$(BIN)/cmake --build build/$@
	$(BIN)/ctest --test-dir build/$@ --output-on-failure

.PHONY: lint
lint: $(STAMP)  ## check style, types, layers
	$(BIN)/ruff check $(CHECKED) native
	$(BIN)/ruff format --check $(CHECKED) native
	$(BIN)/mypy $(CHECKED)
	$(BIN)/lint-imports
	$(BIN)/clang-format --dry-run --Werror $(CXX_FILES)

.PHONY: format
format: $(STAMP)  ## bring all code into the project's format
	$(BIN)/ruff check --fix-only $(CHECKED) native
	$(BIN)/ruff format $(CHECKED) native
	$(BIN)/clang-format -i $(CXX_FILES)

FUZZERS := header decode chunk index lanes threads
FUZZ_SECONDS ?= 60

.PHONY: fuzz
fuzz: $(STAMP)  ## fuzz the C++ core for FUZZ_SECONDS (60) a target; needs clang with libFuzzer
	$(BIN)/cmake -S . -B build/fuzz -G Ninja -DCMAKE_MAKE_PROGRAM=$(abspath $(BIN))/ninja \
		-DCMAKE_CXX_COMPILER=clang++ -DCMAKE_BUILD_TYPE=RelWithDebInfo \
		-DSTREAMRESIZE_BUILD_FUZZERS=ON -DSTREAMRESIZE_SANITIZE=address,undefined
	$(BIN)/cmake --build build/fuzz
	$(BIN)/python -m tests.support.seeds build/fuzz/seeds
	set -e; for name in $(FUZZERS); do \
		lengths=-max_len=20000; \
		case $$name in \
			chunk) seeds=chunk;; \
			threads) seeds=large; lengths="-max_len=100000 -len_control=0";; \
			*) seeds=jpeg;; \
		esac; \
		mkdir -p build/fuzz/found/$$name; \
		build/fuzz/native/$${name}_fuzzer -max_total_time=$(FUZZ_SECONDS) -timeout=10 \
			-rss_limit_mb=2000 $$lengths -print_final_stats=1 \
			-artifact_prefix=build/fuzz/$$name- build/fuzz/found/$$name build/fuzz/seeds/$$seeds; \
	done

.PHONY: fuzz-long
fuzz-long:  ## the same for an hour a target
	$(MAKE) fuzz FUZZ_SECONDS=3600

.PHONY: bench
bench: $(STAMP)  ## measure speed beside other tools, kernels, quality and memory; takes long
	$(BIN)/python -m pip install --quiet --editable '.[bench]'
	command -v npm >/dev/null && npm install --silent --prefix build/node sharp || echo "without sharp"
	$(BIN)/python -m benchmarks.scenarios
	$(BIN)/python -m benchmarks.report
	$(BIN)/python -m benchmarks.kernels.run
	$(BIN)/python -m benchmarks.quality
	$(BIN)/python -m benchmarks.palette
	$(BIN)/python -m benchmarks.smart
	$(BIN)/python -m benchmarks.memory

.PHONY: gallery
gallery: $(STAMP)  ## draw charts, resize them by every filter and other tools, write docs/gallery.md
	$(BIN)/python -m pip install --quiet --editable '.[bench,test]'
	$(BIN)/python -m benchmarks.gallery

.PHONY: service-bench
service-bench: $(STAMP)  ## measure the service beside others, write docs/server-benchmarks.md; takes half an hour
	$(BIN)/python -m pip install --quiet --editable '.[bench]'
	$(BIN)/python -m benchmarks.service

.PHONY: performance
performance: $(STAMP)  ## count where the decoder's instructions go; needs valgrind
	$(BIN)/python -m pip install --quiet --editable '.[bench]'
	PATH="$(abspath $(BIN)):$$PATH" $(BIN)/python -m benchmarks.performance

.PHONY: soak
soak: $(STAMP)  ## let everything go wrong around the service, a thousand times each
	$(BIN)/python -m benchmarks.soak

.PHONY: docs
docs: $(STAMP)  ## make the API reference from docstrings, in build/docs
	$(BIN)/python -m pip install --quiet --editable '.[docs]'
	$(BIN)/python -W error -m pdoc --no-show-source --template-directory docs/pdoc \
		--output-directory build/docs streamresize '!streamresize[.]'

.PHONY: matching
matching: $(STAMP)  ## edit the corpus' photos, look for them, write docs/matching.md; takes an hour
	$(BIN)/python -m pip install --quiet --editable '.[bench,test]'
	$(BIN)/python -m pip install --quiet --no-deps imagededup  # whose networks bring gigabytes
	$(BIN)/python -m benchmarks.matching.measure
	$(BIN)/python -m benchmarks.matching.report

.PHONY: clean
clean:  ## remove everything that was built
	rm -rf build $(VENV)

$(STAMP): $(BUILT_FROM)
	@$(PYTHON) -c 'import ensurepip, venv' || { echo "Python's venv is missing: install python3-venv"; exit 1; }
	@$(PYTHON) -c 'import os, sysconfig as s; open(os.path.join(s.get_path("include"), "Python.h"))' \
		|| { echo "Python's headers are missing: install python3-dev"; exit 1; }
	@command -v $${CXX:-c++} >/dev/null || { echo "a C++20 compiler is missing: install g++"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable '.[server,test,lint,native]'
	touch $@
