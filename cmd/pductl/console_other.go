//go:build !windows

package main

import "os"

// enableRedraw reports whether the terminal understands cursor movements.
func enableRedraw(*os.File) bool { return true }
