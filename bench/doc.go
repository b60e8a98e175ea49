// Command bench measures pdud from outside and prints what it saw: the figures of
// the first release, each beside its bar. It starts real programs on loopback,
// stops them again, and decides nothing: a figure over its bar is marked, not failed.
//
//	go run ./bench [-quick]
//
// Comparisons run the two sides in turns within one run and print the ratio, since
// absolute numbers say more about the machine than about the program.
package main
