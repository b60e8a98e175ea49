package ber

// Tag is the identifier octet of a value.
type Tag byte

// The tags of SMIv2 values (RFC 2578 section 7.1, RFC 3416 section 3).
const (
	Integer     Tag = 0x02 // INTEGER and Integer32
	OctetString Tag = 0x04
	Null        Tag = 0x05
	ObjectID    Tag = 0x06
	Sequence    Tag = 0x30
	IPAddress   Tag = 0x40
	Counter32   Tag = 0x41
	Gauge32     Tag = 0x42 // also Unsigned32
	TimeTicks   Tag = 0x43 // hundredths of a second
	Opaque      Tag = 0x44
	Counter64   Tag = 0x46

	// Exceptions that stand in place of a value in an answer.
	NoSuchObject   Tag = 0x80
	NoSuchInstance Tag = 0x81
	EndOfMibView   Tag = 0x82
)

// The tags of PDUs (RFC 3416 section 3, RFC 1157 section 4.1.6).
const (
	GetRequest     Tag = 0xa0
	GetNextRequest Tag = 0xa1
	Response       Tag = 0xa2
	SetRequest     Tag = 0xa3
	TrapV1         Tag = 0xa4
	GetBulkRequest Tag = 0xa5
	InformRequest  Tag = 0xa6
	TrapV2         Tag = 0xa7
	Report         Tag = 0xa8
)
