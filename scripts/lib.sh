# Shared by the scripts in this folder: running steps, keeping count of what
# failed and what was skipped, and telling it at the end. Sourced, not run.

cd "$(dirname "${BASH_SOURCE[0]}")/.."

FAILED=()
SKIPPED=()
SKIPPED_TESTS=$(mktemp)
trap 'rm -f "$SKIPPED_TESTS"' EXIT

# in_ci: true where nothing may be skipped.
in_ci() { [ "${CI:-}" = true ] || [ "${CI:-}" = 1 ]; }

# step NAME COMMAND...: runs the command and notes a failure, so that one run
# tells everything that is wrong.
step() {
	local name=$1 start=$SECONDS
	shift
	echo "==> $name"
	if "$@" </dev/null; then
		echo "    $name: $((SECONDS - start)) s"
	else
		echo "    $name: FAILED after $((SECONDS - start)) s"
		FAILED+=("$name")
	fi
}

# skip WHAT WHY
skip() {
	echo "==> $1: skipped, $2"
	SKIPPED+=("$1: $2")
}

# have COMMAND...: true when all are installed.
have() {
	local command
	for command in "$@"; do
		command -v "$command" >/dev/null 2>&1 || return 1
	done
}

APT_UPDATED=

# install PACKAGE...: from the distribution, when that is possible here.
install() {
	have apt-get && [ "$(id -u)" = 0 ] || return 1
	export DEBIAN_FRONTEND=noninteractive
	if [ -z "$APT_UPDATED" ]; then
		echo "==> apt-get update"
		apt-get update -qq </dev/null || return 1
		APT_UPDATED=yes
	fi
	echo "==> apt-get install $*"
	apt-get install -qq -y --no-install-recommends "$@" </dev/null >/dev/null
}

# need WHAT_FOR PACKAGES COMMAND...: makes the commands available, or says what
# has to be installed; true when they are there.
need() {
	local what=$1 packages=$2
	shift 2
	have "$@" && return 0
	# shellcheck disable=SC2086 # the packages are words
	install $packages && have "$@" && return 0
	skip "$what" "needs $*, and it cannot be installed here; as root: apt-get install $packages"
	return 1
}

# finish: the summary and the exit code.
finish() {
	local line
	while IFS= read -r line; do
		SKIPPED+=("test $line")
	done <"$SKIPPED_TESTS"
	echo
	if [ ${#SKIPPED[@]} -gt 0 ]; then
		printf 'SKIPPED  %s\n' "${SKIPPED[@]}"
	fi
	if [ ${#FAILED[@]} -gt 0 ]; then
		printf 'FAILED   %s\n' "${FAILED[@]}"
		exit 1
	fi
	if [ ${#SKIPPED[@]} -gt 0 ] && in_ci; then
		echo "With CI=true a skip is a failure."
		exit 1
	fi
	if [ ${#SKIPPED[@]} -gt 0 ]; then
		echo "All that ran passed in $SECONDS s; ${#SKIPPED[@]} skipped."
	else
		echo "Everything passed in $SECONDS s, nothing was skipped."
	fi
}
