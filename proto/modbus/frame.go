package modbus

import "encoding/binary"

// Sizes of a frame of Modbus/TCP: a header of transaction, protocol 0, length and
// unit identifier, then a PDU of function code and data (Modbus Messaging on
// TCP/IP Implementation Guide 3.1, Modbus Application Protocol 4.1).
const (
	headerBytes = 7
	maxPDUBytes = 253
	maxFrame    = headerBytes + maxPDUBytes
)

// errNotModbus says that bytes cannot be the start of a frame. Where the next frame
// would begin is then unknown, so that the connection is of no more use.
var errNotModbus = errorText("the bytes are no Modbus/TCP frame")

// errorText is an error that is a constant text.
type errorText string

func (e errorText) Error() string { return string(e) }

// splitFrame takes the first frame off b. frame is nil while it is incomplete;
// a header that is none is noticed as soon as its bytes are there.
func splitFrame(b []byte) (frame, rest []byte, err error) {
	if len(b) >= 3 && b[2] != 0 || len(b) >= 4 && b[3] != 0 {
		return nil, nil, errNotModbus
	}
	if len(b) < 6 {
		return nil, b, nil
	}
	length := int(binary.BigEndian.Uint16(b[4:])) // of what follows: unit identifier and PDU
	if length < 2 || length > 1+maxPDUBytes {
		return nil, nil, errNotModbus
	}
	if len(b) < 6+length {
		return nil, b, nil
	}
	return b[:6+length], b[6+length:], nil
}

// appendFrame appends the answer to request: its header, and the PDU that pdu
// appends.
func appendFrame(out, request []byte, pdu func(out []byte) []byte) []byte {
	start := len(out)
	out = append(out, request[:headerBytes]...)
	out = pdu(out)
	binary.BigEndian.PutUint16(out[start+4:], uint16(len(out)-start-6))
	return out
}
