package modbus

import (
	"errors"
	"net"
	"net/netip"
	"strings"

	"github.com/zerocross-pdu/zerocross/httpd"
)

// addrRange is a range of addresses, both ends included.
type addrRange struct{ from, to netip.Addr }

// parseRange reads "192.0.2.7", "192.0.2.10-192.0.2.20" or "192.0.2.0/24", also of
// IPv6.
func parseRange(text string) (addrRange, error) {
	if from, to, ok := strings.Cut(text, "-"); ok {
		return parseEnds(from, to)
	}
	if strings.Contains(text, "/") {
		p, err := netip.ParsePrefix(strings.TrimSpace(text))
		if err != nil {
			return addrRange{}, errors.New("the part behind the slash is the number of leading bits")
		}
		if p.Addr().Is4In6() {
			return addrRange{}, errors.New("write IPv4 networks in their own form, without the ::ffff prefix")
		}
		return addrRange{p.Masked().Addr(), lastOf(p)}, nil
	}
	return parseEnds(text, text)
}

func parseEnds(from, to string) (r addrRange, err error) {
	r.from, err = netip.ParseAddr(strings.TrimSpace(from))
	if err == nil {
		r.to, err = netip.ParseAddr(strings.TrimSpace(to))
	}
	r.from, r.to = r.from.Unmap(), r.to.Unmap()
	switch {
	case err != nil:
		return addrRange{}, errors.New("an address looks like 192.0.2.7 or 2001:db8::7")
	case r.from.Zone() != "" || r.to.Zone() != "":
		return addrRange{}, errors.New("write addresses without a zone")
	case r.from.Is4() != r.to.Is4():
		return addrRange{}, errors.New("both ends must be IPv4 or both IPv6")
	case r.to.Less(r.from):
		return addrRange{}, errors.New("the first address must not be above the second")
	}
	return r, nil
}

// lastOf gives the highest address of a network.
func lastOf(p netip.Prefix) netip.Addr {
	b := p.Masked().Addr().AsSlice()
	for i := p.Bits(); i < 8*len(b); i++ {
		b[i/8] |= 0x80 >> (i % 8)
	}
	last, _ := netip.AddrFromSlice(b) // of the length that it had
	return last
}

// filter says who may connect. An empty one lets everybody.
type filter []addrRange

// newFilter makes a filter of validated texts.
func newFilter(texts []string) (filter, error) {
	var f filter
	for _, text := range texts {
		r, err := parseRange(text)
		if err != nil {
			return nil, err
		}
		f = append(f, r)
	}
	return f, nil
}

// allows reports whether addr may connect.
func (f filter) allows(addr netip.Addr) bool {
	for _, r := range f {
		if addr.Is4() == r.from.Is4() && !addr.Less(r.from) && !r.to.Less(addr) {
			return true
		}
	}
	return len(f) == 0
}

// remoteAddr gives the address of the other end of conn, IPv4 as IPv4.
func remoteAddr(conn net.Conn) netip.Addr {
	tcp, ok := conn.RemoteAddr().(*net.TCPAddr)
	if !ok {
		return netip.Addr{}
	}
	return tcp.AddrPort().Addr().Unmap().WithZone("")
}

// checkAddr reports why listen is no host:port; it may be empty.
func checkAddr(listen string) error {
	if strings.Contains(listen, "://") {
		return errors.New("a scheme does not belong there")
	}
	return httpd.CheckListen(listen)
}
