// Package modbus is a Modbus/TCP server, with TLS also a Modbus/TCP Security one.
// Facts: reference netio-snmp-modbus.md sections 4 and 6; standards: Modbus
// Application Protocol 1.1b3, Messaging on TCP/IP Implementation Guide 1.0b,
// Modbus/TCP Security, SunSpec models 1, 201 and 211.
//
// Functions 01 to 06, 15, 16, 23 and 43/14 read and write four tables of spans of
// addresses (map.go). A request reads one immutable snapshot, encoded as it is
// read. A write is checked as a whole and then is one command to the engine or one
// edit of the settings: all or nothing.
//
// # What is refused
//
// Exception 01: an unknown function; a writing one while writing is off or the role
// of the certificate does not allow it. 03: a count, length or value that the
// function or the register does not take. 02: a range of which an address does not
// exist or cannot be written. 04: a defect or a relay that could not be driven. 06:
// not now, for example without mains. A command to an output whose pulse runs is
// accepted and changes nothing. Bytes that are no frame end the connection without
// an answer, since nobody could tell where the next frame begins.
//
// # Limits
//
// Connections are limited in number; when all are taken, the one that has been
// silent longest makes room if that was long enough. A connection without a whole
// request is closed after the idle time-out, one that does not finish a frame after
// 10 s, one that does not take its answers after 10 s.
//
// # Goroutines
//
// Run owns one goroutine per port that accepts, and one per connection that reads,
// answers and writes in turn, so that pipelined requests are answered in order. Run
// waits for all of them.
package modbus
