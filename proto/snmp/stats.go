package snmp

import "sync/atomic"

// stats are the counters of SNMPv2-MIB (RFC 3418), SNMP-MPD-MIB (RFC 3412) and
// SNMP-TARGET-MIB (RFC 3413); those of version 3's security are in package usm.
type stats struct {
	inPkts                atomic.Uint32
	inBadVersions         atomic.Uint32
	inBadCommunityNames   atomic.Uint32
	inBadCommunityUses    atomic.Uint32
	inASNParseErrs        atomic.Uint32
	silentDrops           atomic.Uint32 // nothing was answered: too big, too many, or from somebody who guesses
	unknownSecurityModels atomic.Uint32
	invalidMsgs           atomic.Uint32
	unknownPDUHandlers    atomic.Uint32
	unknownContexts       atomic.Uint32
	replays               atomic.Uint32 // signed Sets that came again from elsewhere
}
