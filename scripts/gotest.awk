# Reads "go test -v" and shows what a person wants to see: one line for a package
# that passed, everything but the noise for one that failed. Each skipped test goes
# to the file named by the variable "skipped", with its reason.

# Which test the lines that follow belong to.
/^=== (RUN|CONT|NAME) / { test = $3; compiler = 0; next }
/^=== / { next }

# What the compiler says comes ahead of the package that it is about, and perhaps
# in front of another one.
/^# / { compiler = 1 }

/^ *--- SKIP: / {
	reason = last[$3]
	sub(/^[^ ]+_test\.go:[0-9]+: /, "", reason)
	skips[++skipCount] = $3 ": " (reason == "" ? "no reason given" : reason)
}
/^ *--- PASS: / { next }

# The line that closes a package.
/^(ok  |\?   |FAIL)\t/ {
	package = $2
	if ($1 == "FAIL") printf "%s", held
	print
	for (i = 1; i <= skipCount; i++) print package " " skips[i] > skipped
	held = ""; skipCount = 0; test = ""; compiler = 0
	split("", last)
	fflush()
	next
}

compiler { print; next }

{
	held = held $0 "\n"
	if ($0 ~ /^ +[^ ]/) { line = $0; sub(/^ +/, "", line); last[test] = line }
}

# What no package claimed: errors of the go command itself.
END { printf "%s", held }
