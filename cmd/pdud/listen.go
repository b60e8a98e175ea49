package main

import (
	"fmt"
	"maps"
	"net"
	"slices"
	"strings"

	"github.com/zerocross-pdu/zerocross/pdu"
)

// The names of --listen. A name without a service in this build is accepted, so
// that scripts written for a fuller build work here too.
var (
	demoPorts = map[string]string{"http": "8080", "https": "8443", "snmp": "1161", "modbus": "1502", "telnet": "1234", "serial": "2001", "discovery": "62387"}
	runPorts  = map[string]string{"http": "80", "https": "443", "snmp": "161", "modbus": "502", "telnet": "1234", "serial": "2001", "discovery": "62387"}
)

// listenOff switches a listener off.
const listenOff = "off"

// parseListen joins NAME=ADDR flags with the standard ports on host. A listener
// that is off is missing from the result.
func parseListen(flags []string, host string, ports map[string]string) (map[string]string, error) {
	addrs := make(map[string]string, len(ports))
	for name, port := range ports {
		addrs[name] = net.JoinHostPort(host, port)
	}
	for _, f := range flags {
		name, addr, ok := strings.Cut(f, "=")
		if _, known := ports[name]; !ok || !known {
			return nil, pdu.Errorf(pdu.Invalid, "listen.flag", "--listen %q: want NAME=ADDR with NAME one of %s, and ADDR host:port or off",
				f, strings.Join(slices.Sorted(maps.Keys(ports)), ", "))
		}
		if addr == listenOff {
			delete(addrs, name)
			continue
		}
		if _, port, err := net.SplitHostPort(addr); err != nil || !validPort(port) {
			return nil, pdu.Errorf(pdu.Invalid, "listen.flag", "--listen %s: %q is not host:port or off", name, addr)
		}
		addrs[name] = addr
	}
	return addrs, nil
}

func validPort(s string) bool {
	_, err := net.LookupPort("tcp", s)
	return err == nil
}

// loopbackOnly reports whether every address stays on this machine.
func loopbackOnly(addrs map[string]string) bool {
	for _, addr := range addrs {
		host, _, err := net.SplitHostPort(addr)
		if err != nil {
			return false
		}
		if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
			return false
		}
	}
	return true
}

// pageURL is the address of the page for people, given what a listener is bound to.
func pageURL(scheme, addr string) string {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return ""
	}
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	return fmt.Sprintf("%s://%s", scheme, net.JoinHostPort(host, port))
}
