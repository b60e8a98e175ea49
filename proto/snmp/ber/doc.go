// Package ber reads and writes the part of the Basic Encoding Rules that SNMP
// uses (X.690; RFC 3417 section 8): definite lengths, single-octet tags, the types
// of SMIv2.
//
// A Reader walks over bytes without copying them. A Builder appends; a constructed
// value is opened, filled and closed, and its length is put in at the end.
// Nothing here allocates but the growth of a Builder and of an OID that is decoded.
//
// The package imports nothing of this module and starts no goroutine.
package ber
