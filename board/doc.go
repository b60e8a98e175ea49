// Package board is the folder of the boards, the hardware under the engine; it
// holds no code of its own. The port is pdu.Board.
//
// A new board is one folder beside sim: it implements pdu.Board, turns its samples
// into readings with package metering or takes them from a metering chip, and
// passes boardtest.Run, with hooks for as much of its world as a test can reach.
// Boards import neither each other nor the engine; package cmd/pdud chooses one.
package board
