// Package journal keeps what a unit must know after a crash: the commanded state
// and running pulse of each output, energy and pulse counters, and which stretch of
// power they belong to.
//
// [Journal.Append] hands one record to the kernel with a single write before it
// returns, so that the end of the process, however sudden, loses nothing; it never
// waits for the disk. [Journal.Run] owns everything slow: it syncs soon after each
// append, starts new segments and removes old ones. Append may be called by any
// goroutine; one goroutine runs Run, and the files are closed when that returns.
//
// # Files
//
// A segment is journal/NNNNNNNN.zj, numbered from 1. It starts with a header and one
// record of each kind, so that it stands on its own; the segment before it is kept
// as a fallback. A new segment is begun at every start and when one has grown to
// [SegmentBytes]; it is written to a temporary file, synced, renamed, and the folder
// synced before older ones are removed.
//
// # Format
//
// Numbers are little endian; v is an unsigned and z a zigzag variable-length integer
// as in encoding/binary; a string is its length (v) and its bytes; a time is one
// byte 0 for none, or 1, seconds since 1970 (z) and nanoseconds (v).
//
//	header   8 bytes "ZXJRNL" 1 10, segment number (8), CRC (4) of these 16 bytes
//	record   CRC (4), length of body (4), sequence number (8), kind (1), body
//	         the CRC covers the segment number (8) and all that follows it
//	boot     kind 1: power cycle (string), booted at (time)
//	outputs  kind 2: count (v); each: number (v), level (1), fault (1), turn in the
//	         power-up sequence (time), changed (time), origin, pulse (1); when that
//	         is 1: action (1), delay in ns (v), ends (time), origin
//	counters kind 3: count of channels (v); each: forward, reverse, forward life,
//	         reverse life in µWs (v), reset at (time); count of inputs (v); each: count (v)
//	origin   source (1), protocol, user, address (strings of at most 255 bytes)
//
// The CRC is CRC-32C. Sequence numbers grow by one through all segments. Every
// record is a complete image of its kind: the state is the valid record of each kind
// with the highest sequence number, in whichever segment. A damaged place is skipped
// and reported, the search for records goes on behind it, and what is lost with it
// is only what no later record repeats.
package journal
