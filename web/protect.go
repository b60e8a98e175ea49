package web

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// contentPolicy lets the page use what this server sends and nothing else, and
// nobody frame it.
const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// setPolicies sets the headers that hold for every answer.
func setPolicies(h http.Header) {
	h.Set("Content-Security-Policy", contentPolicy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY") // for browsers older than frame-ancestors
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()")
}

// isLocal reports whether a request comes from this machine and was sent to it by
// a name that only means this machine: a foreign name that resolves to loopback
// is how another site's page would reach in.
func isLocal(r *http.Request) bool {
	remote, err := netip.ParseAddr(hostOf(r.RemoteAddr))
	if err != nil || !remote.Unmap().IsLoopback() {
		return false
	}
	host := r.Host
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	if strings.EqualFold(host, "localhost") {
		return true
	}
	addr, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil && addr.Unmap().IsLoopback()
}
