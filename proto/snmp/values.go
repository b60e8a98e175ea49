package snmp

import (
	"math"
	"time"
	"unicode/utf8"

	"github.com/zerocross-pdu/zerocross/proto/snmp/ber"
)

// fixed encodes a value once that never changes.
func fixed(write func(b *ber.Builder)) reader {
	var b ber.Builder
	write(&b)
	value := b.Bytes()
	return func(_ view, b *ber.Builder) { b.Raw(value) }
}

func fixedInt(n int32) reader   { return fixed(func(b *ber.Builder) { b.Int(n) }) }
func fixedText(s string) reader { return fixed(func(b *ber.Builder) { b.Text(cut(s, maxText)) }) }
func fixedOID(o ber.OID) reader { return fixed(func(b *ber.Builder) { b.OID(o) }) }
func fixedUint(tag ber.Tag, n uint64) reader {
	return fixed(func(b *ber.Builder) { b.Uint(tag, n) })
}

// integer reads an Integer32. What does not fit stops at the end of the range.
func integer(f func(v view) int64) reader {
	return func(v view, b *ber.Builder) { b.Int(clamp(f(v), math.MinInt32, math.MaxInt32)) }
}

// unsigned reads a Counter32, Gauge32 or TimeTicks.
func unsigned(tag ber.Tag, f func(v view) uint32) reader {
	return func(v view, b *ber.Builder) { b.Uint(tag, uint64(f(v))) }
}

// text reads an OCTET STRING of at most maxText octets.
func text(f func(v view) string) reader {
	return func(v view, b *ber.Builder) { b.Text(cut(f(v), maxText)) }
}

// clamp gives n, or the bound that it exceeds.
func clamp(n, low, high int64) int32 { return int32(min(max(n, low), high)) }

// scaled gives value times factor, rounded to a whole number; what is no number is 0.
func scaled(value, factor float64) int64 {
	f := math.Round(value * factor)
	if math.IsNaN(f) {
		return 0
	}
	return int64(min(max(f, math.MinInt32), math.MaxInt32))
}

// cut shortens s to at most n octets without breaking a character.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// ticks gives hundredths of a second since the agent started; moments before are 0.
// The count wraps after 497 days (RFC 2578 section 7.1.8).
func (a *agent) ticks(at time.Time) uint32 {
	return uint32(max(0, at.Sub(a.started)) / (10 * time.Millisecond))
}

// dateAndTime appends a DateAndTime in UTC, 11 octets (RFC 2579).
func dateAndTime(b *ber.Builder, at time.Time) {
	at = at.UTC()
	y := at.Year()
	b.Value(ber.OctetString, []byte{byte(y >> 8), byte(y), byte(at.Month()), byte(at.Day()),
		byte(at.Hour()), byte(at.Minute()), byte(at.Second()), byte(at.Nanosecond() / 1e8), '+', 0, 0})
}
