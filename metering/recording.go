package metering

import (
	"encoding/binary"
	"io"
	"math"

	"github.com/zerocross-pdu/zerocross/pdu"
)

// MaxRecordingBytes is the size of the largest recording that is read: 43 minutes
// at 6,400 samples per second.
const MaxRecordingBytes = 64 << 20

// DefaultRate is the sample rate of recordings that do not say otherwise, in
// samples per second: 128 in each cycle of 50 Hz.
const DefaultRate = 6400

// Recording is a sampled waveform in the counts of its converter. The format of a
// file (extension .i16) is pairs of signed 16-bit little-endian integers, current
// before voltage, without a header; rate and scales are told apart.
type Recording struct {
	counts []int16 // current, voltage, current, voltage, ...
}

// ReadRecording reads a recording to its end. It returns a TooLarge error beyond
// MaxRecordingBytes and an Invalid one for a file that is empty or ends within a
// pair.
func ReadRecording(r io.Reader) (*Recording, error) { return readRecording(r, MaxRecordingBytes) }

func readRecording(r io.Reader, most int) (*Recording, error) {
	raw, err := io.ReadAll(io.LimitReader(r, int64(most)+1))
	if err != nil {
		return nil, pdu.Errorf(pdu.Internal, "recording.read", "read recording: %w", err)
	}
	return parseRecording(raw, most)
}

// ParseRecording is ReadRecording for bytes in memory. It keeps no reference to raw.
func ParseRecording(raw []byte) (*Recording, error) { return parseRecording(raw, MaxRecordingBytes) }

func parseRecording(raw []byte, most int) (*Recording, error) {
	switch {
	case len(raw) > most:
		return nil, pdu.Errorf(pdu.TooLarge, "recording.size", "recording is larger than %d bytes; cut it", most).With("max", most)
	case len(raw) == 0:
		return nil, pdu.Errorf(pdu.Invalid, "recording.empty", "recording is empty")
	case len(raw)%4 != 0:
		return nil, pdu.Errorf(pdu.Invalid, "recording.pairs", "recording of %d bytes ends within a pair: expected pairs of 16-bit current and voltage, 4 bytes each", len(raw)).With("bytes", len(raw))
	}
	r := &Recording{counts: make([]int16, len(raw)/2)}
	for k := range r.counts {
		r.counts[k] = int16(binary.LittleEndian.Uint16(raw[2*k:]))
	}
	return r, nil
}

// Len is the number of pairs, at least 1.
func (r *Recording) Len() int { return len(r.counts) / 2 }

// Current is the current of pair k, 0 to Len-1, in counts.
func (r *Recording) Current(k int) float64 { return float64(r.counts[2*k]) }

// Voltage is the voltage of pair k in counts.
func (r *Recording) Voltage(k int) float64 { return float64(r.counts[2*k+1]) }

// maxPerCount keeps the largest count within what a Meter takes for true.
const maxPerCount = maxSample / (math.MaxInt16 + 1)

// CheckScale returns an Invalid error when a number of volts or amperes per count
// cannot be meant. A negative scale is a converter connected the wrong way round.
func CheckScale(name string, perCount float64) error {
	if perCount == 0 || !(math.Abs(perCount) <= maxPerCount) {
		return pdu.Errorf(pdu.Invalid, "recording.scale", "%s of %v: expected a number other than 0, up to %.3g", name, perCount, maxPerCount).With("name", name)
	}
	return nil
}

// WholeCycles finds the part of the recording that can be played in a loop without
// a seam: between two rising zero crossings of the voltage, in places between
// samples, and how many mains cycles that is. Their number is even, because some
// appliances draw current in every second cycle only. cycles is 0 when the voltage
// has no two between MinFrequencyHz and MaxFrequencyHz.
func (r *Recording) WholeCycles(rate float64) (from, to float64, cycles int) {
	d := newCrossingDetector(rate, 0)
	before, last := math.Inf(-1), math.Inf(-1) // the two newest crossings
	for k := range r.Len() {
		ago, found := d.step(r.Voltage(k))
		if !found {
			continue
		}
		before, last = last, float64(k)-ago
		if period := (last - before) / rate; period >= 1.0/MaxFrequencyHz && period <= 1.0/MinFrequencyHz {
			cycles++
		} else {
			from, cycles = last, 0 // what came before is not followed by a whole cycle
		}
	}
	if cycles%2 != 0 {
		return from, before, cycles - 1
	}
	return from, last, cycles
}
