#!/usr/bin/env bash
# Builds the programs for every platform they are promised on, to see that they
# build. With a folder as argument the stripped binaries are kept there.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=${1:-}

# build PROGRAM OS ARCH [VARIABLE=VALUE]
build() {
	local program=$1 os=$2 arch=$3 out=/dev/null
	shift 3
	if [ -n "$folder" ]; then
		mkdir -p "$folder"
		out=$folder/$program-$os-$arch
		[ "$os" = windows ] && out=$out.exe
	fi
	echo "    $program for $os/$arch $*"
	env CGO_ENABLED=0 GOOS="$os" GOARCH="$arch" "$@" go build -trimpath -ldflags '-s -w' -o "$out" "./cmd/$program"
}

build pductl windows amd64
build pductl darwin arm64
build pductl darwin amd64
build pdud linux arm64
build pdud linux arm GOARM=7
build pdud linux mipsle GOMIPS=softfloat
