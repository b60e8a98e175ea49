// Package usm is the message form of SNMPv3 (RFC 3412 section 6) and its
// user-based security model (RFC 3414, 3826, 7860): keys out of passphrases,
// digests, encryption, time windows and the reports about what is wrong.
//
// An Engine is the authoritative side: it receives requests. A Peer is what the
// other side knows of such an engine: it is needed to send informs. What RFC 3414
// and 3826 prescribe and nobody would choose today stands in legacy.go.
//
// An Engine and its Keys may be used by any goroutine; a Peer belongs to one. The
// package starts no goroutine.
package usm
