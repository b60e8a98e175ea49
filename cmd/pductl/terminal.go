package main

import (
	"fmt"
	"io"
	"strings"
	"unicode"
)

// maxLine bounds what is read from a person or a password file.
const maxLine = 4096

// readLine reads r up to the end of a line or of the input. It takes one byte at
// a time so that nothing behind the line is lost to a later reader.
func readLine(r io.Reader, what string) (string, error) {
	var line []byte
	var b [1]byte
	for len(line) < maxLine {
		n, err := r.Read(b[:])
		if n == 1 && b[0] == '\n' || err == io.EOF {
			return strings.TrimSuffix(string(line), "\r"), nil
		}
		if err != nil {
			return "", usagef("read %s: %v", what, err)
		}
		line = append(line, b[:n]...)
	}
	return "", usagef("read %s: the line is longer than %d bytes", what, maxLine)
}

// confirm asks a person a question; anything but yes means no.
func (a *app) confirm(question string) (bool, error) {
	fmt.Fprintf(a.host.stderr, "%s [y/N] ", question)
	answer, err := readLine(a.host.stdin, "the answer")
	if err != nil {
		return false, err
	}
	answer = strings.ToLower(strings.TrimSpace(answer))
	return answer == "y" || answer == "yes", nil
}

// maxText is the number of characters of a device's text that a table shows.
const maxText = 40

// printable makes text of a device safe and short enough for a terminal: a name
// could hold control sequences.
func printable(s string) string {
	clean := []rune(strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return '?'
	}, s))
	if len(clean) > maxText {
		clean = append(clean[:maxText-3], '.', '.', '.')
	}
	return string(clean)
}
