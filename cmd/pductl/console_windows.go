package main

import (
	"os"

	"golang.org/x/sys/windows"
)

// enableRedraw makes the console understand cursor movements and reports whether
// it does; consoles before Windows 10 do not.
func enableRedraw(f *os.File) bool {
	var mode uint32
	console := windows.Handle(f.Fd())
	if windows.GetConsoleMode(console, &mode) != nil {
		return false
	}
	return windows.SetConsoleMode(console, mode|windows.ENABLE_VIRTUAL_TERMINAL_PROCESSING) == nil
}
