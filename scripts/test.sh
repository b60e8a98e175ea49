#!/usr/bin/env bash
# Runs every check of the project. What it needs beyond Go it installs where it can
# (distribution packages as root, npm packages always); what it has to leave out it
# names at the end. With CI=true leaving something out is a failure.
set -uo pipefail
. "$(dirname "$0")/lib.sh"

go_files() { find . -name '*.go' -not -path '*/node_modules/*' -print0; }

check_format() {
	local unformatted
	unformatted=$(go_files | xargs -0 gofmt -l) || return 1
	[ -z "$unformatted" ] && return 0
	echo "Run 'make format' for:" "$unformatted"
	return 1
}

check_idioms() { go fix -diff ./... || { echo "Run 'make format' to take these over."; return 1; }; }

check_static() { go tool -modfile=tools/lint/go.mod staticcheck ./...; }

# The race detector needs a C compiler; without one the tests run without it.
go_tests() { go test -vet=off -timeout 8m -v "$@" ./... 2>&1 | awk -v skipped="$SKIPPED_TESTS" -f scripts/gotest.awk; }

# The reporter is named, since the skipped tests are read from what it says; a
# folder in which no test ran has failed.
npm_checks() {
	(cd "$1" && npm ci --no-progress --loglevel=error && npm run --silent --if-present check &&
		NODE_OPTIONS=--test-reporter=tap npm test --silent) |
		awk -v folder="$1" -v skipped="$SKIPPED_TESTS" '
			/^ *ok [0-9]+ - .* # SKIP/ { line = $0; sub(/^ *ok [0-9]+ - /, "", line); sub(/ # SKIP/, ":", line); print folder " " line >> skipped }
			/^ *(duration_ms|type): / || /^ *(---|\.\.\.)$/ { next }
			/^# tests 0$/ { none = 1 }
			{ print; fflush() }
			END { exit none }'
}

step "format" check_format
step "vet" go vet ./...
step "idioms" check_idioms
step "staticcheck" check_static

# Ahead of the Go tests, which use what is there.
browser=
if [ -x "${CHROMIUM:-}" ] || have chromium-browser || need "browser tests" chromium chromium; then browser=yes; fi
need "check of the XML schema by xmllint" libxml2-utils xmllint
need "Modbus with mbpoll" mbpoll mbpoll
need "SNMP with net-snmp" "snmp snmptrapd" snmpget snmptranslate snmptrapd
need "Telnet with fence_netio" "fence-agents telnet" fence_netio telnet
race=
need "race detector" "gcc libc6-dev" gcc && race=-race
step "go test" go_tests $race

if need "UI checks" "nodejs npm" node npm; then
	step "UI checks" npm_checks ui
	[ -n "$browser" ] && step "browser tests" npm_checks e2e/browser
else
	[ -n "$browser" ] && skip "browser tests" "needs node npm"
fi

step "cross-builds" scripts/crossbuild.sh

finish
