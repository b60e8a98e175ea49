package main

import (
	"strconv"
	"strings"

	"github.com/zerocross-pdu/zerocross/auth"
	"github.com/zerocross-pdu/zerocross/health"
	"github.com/zerocross-pdu/zerocross/pdu"
)

// enums gives the values of each named string type that the structs use, taken
// from the domain itself.
func enums() map[string][]string {
	return map[string][]string{
		"ActionName":     count(pdu.Action.String, int(pdu.ActionIgnore)),
		"Level":          count(pdu.Level.String, int(pdu.On)),
		"SourceName":     count(pdu.Source.String, int(pdu.SourceProtection)),
		"OutcomeName":    count(pdu.Outcome.String, int(pdu.Dropped)),
		"RelayFaultName": count(pdu.RelayFault.String, int(pdu.RelayDriveFailed)),
		"PowerUpState":   texts([]pdu.PowerUp{pdu.PowerUpOff, pdu.PowerUpOn, pdu.PowerUpLast}),
		"KindName":       kinds(),
		"Severity":       texts([]health.Severity{health.Warning, health.Error}),
		"Role":           texts(auth.Roles()),
		"Privilege":      texts(auth.Privileges()),
	}
}

// count names the values 0 to last of a numbered type.
func count[T ~uint8](name func(T) string, last int) []string {
	var names []string
	for v := range last + 1 {
		names = append(names, name(T(v)))
	}
	return names
}

func kinds() []string {
	var names []string
	for _, k := range pdu.Kinds() {
		names = append(names, k.String())
	}
	return names
}

// texts gives the values of a type that is a string.
func texts[T ~string](values []T) []string {
	var names []string
	for _, v := range values {
		names = append(names, string(v))
	}
	return names
}

// union writes values as a TypeScript union of string literals.
func union(values []string) string {
	quoted := make([]string, len(values))
	for i, v := range values {
		quoted[i] = strconv.Quote(v)
	}
	return strings.Join(quoted, " | ")
}
