// Package snmp is the SNMP agent: versions 1, 2c and 3 over UDP, the NETIO tree
// and the standard modules of a power distribution unit, traps and informs. Facts:
// reference netio-snmp-modbus.md sections 1 to 3 and 5; choices where the
// originals are not known are told in docs/protocols/snmp.md.
//
// # Layers
//
// Package ber has the encoding, package usm the messages and the security of
// version 3. Here a datagram becomes a request (message.go, message3.go), a
// request becomes an answer (answer.go, set.go), and the tree (tree.go and its
// tree_*.go) says which objects there are. The tree is built once; a value is read
// out of the newest snapshot when it is asked for.
//
// # Who may do what
//
// A community reads, and writes only when that is switched on. A user of version 3
// has one level and is refused at every other, also for reading. MD5, DES and
// stretched keys are off until switched on.
//
// # What keeps relays where they are
//
//   - A Set is tested as a whole before it becomes one pdu.Command.
//   - A Set that comes twice from the same port with the same request-id within ten
//     seconds is a retransmission: it is answered again and not carried out again.
//   - A signed Set is carried out once. A copy from elsewhere inside the time
//     window, in which RFC 3414 knows no replay, is dropped and counted.
//   - An address with ten failures is not listened to until it has been quiet, except
//     for those of its users who have shown their key lately.
//
// # Goroutines
//
// Run owns all: one reads the socket and answers what changes nothing, one carries
// out Sets in their order, one turns changes of the unit into notifications, and
// each receiver of notifications has one. Run waits for them.
package snmp
