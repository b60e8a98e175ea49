package sim

import (
	"bufio"
	"io"
	"math"
	"math/rand/v2"
	"sort"
	"strconv"
	"strings"

	"github.com/zerocross-pdu/zerocross/config"
	"github.com/zerocross-pdu/zerocross/pdu"
)

// Trace draws the power that a CSV file says, over and over, from its start each time
// power comes: {"type":"trace","file":"dishwasher.csv"}. A line is "seconds,watts";
// the watts hold until the next line, those of the last line as long as those of the
// one before. Lines that are empty or begin with # are left out, and so is a first
// line of names.
type Trace struct {
	File        string  `json:"file"`
	Scale       float64 `json:"scale"`       // watts per watt of the file, -1,000 to 1,000; 1
	PowerFactor float64 `json:"powerFactor"` // 0.01 to 1; 0.95
	Shift       Shift   `json:"shift"`       // capacitive
}

func defaultTrace() *Trace { return &Trace{Scale: 1, PowerFactor: 0.95, Shift: Capacitive} }

func (*Trace) kind() string { return "trace" }

func (l *Trace) parameters() parameters {
	return parameters{
		{"scale", &l.Scale, -1000, 1000, ""},
		{"powerFactor", &l.PowerFactor, 0.01, 1, ""},
	}
}

func (l *Trace) fields() object {
	o := l.parameters().fields()
	o["file"], o["shift"] = need(&l.File), may(&l.Shift)
	return o
}

func (l *Trace) check(f *config.Faults) {
	l.parameters().check(f)
	if err := checkFileName(l.File, traceSuffix); err != nil {
		f.Add("file", "recording.name", "%v", err)
	}
	l.Shift.check(f)
}

func (l *Trace) source(lib *library, _ *rand.Rand) (source, error) {
	var points []tracePoint
	err := lib.open(l.File, func(r io.Reader) (err error) {
		points, err = parseTrace(r)
		return err
	})
	if err != nil {
		return nil, err
	}
	return newTraceSource(*l, points), nil
}

func newTraceSource(l Trace, points []tracePoint) *traceSource {
	s := &traceSource{points: points, length: math.Inf(1), watts: l.Scale}
	if last := len(points) - 1; last > 0 {
		s.length = 2*points[last].seconds - points[last-1].seconds - points[0].seconds
	}
	s.reactive = math.Abs(l.Scale) * math.Sqrt(1-l.PowerFactor*l.PowerFactor) / l.PowerFactor
	if l.Shift == Capacitive {
		s.reactive = -s.reactive
	}
	return s
}

// tracePoint is one line of a trace.
type tracePoint struct{ seconds, watts float64 }

// maxTracePoints bounds what a trace takes of the memory: eleven days in seconds.
const maxTracePoints = 1_000_000

// parseTrace reads a trace. It returns an Invalid error that names the line.
func parseTrace(r io.Reader) ([]tracePoint, error) {
	var points []tracePoint
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 4096)
	n, headed := 0, false
	for lines.Scan() {
		n++
		text := strings.TrimSpace(strings.TrimPrefix(lines.Text(), "\ufeff"))
		if text == "" || text[0] == '#' {
			continue
		}
		p, why := parseTracePoint(text)
		if why != "" && !headed && len(points) == 0 {
			headed = true // the names of the columns
			continue
		}
		switch {
		case why != "":
		case len(points) > 0 && p.seconds <= points[len(points)-1].seconds:
			why = "its time is not after that of the line before"
		case len(points) == maxTracePoints:
			why = "there are more than " + strconv.Itoa(maxTracePoints) + " lines"
		}
		if why != "" {
			return nil, pdu.Errorf(pdu.Invalid, "trace.line", "trace, line %d: %s; a line is \"seconds,watts\"", n, why).With("line", n)
		}
		points = append(points, p)
	}
	if err := lines.Err(); err != nil {
		return nil, pdu.Errorf(pdu.Invalid, "trace.line", "trace, after line %d: %w", n, err).With("line", n)
	}
	if len(points) == 0 {
		return nil, pdu.Errorf(pdu.Invalid, "trace.empty", "the trace has no line \"seconds,watts\"")
	}
	return points, nil
}

// maxTraceSeconds is a year.
const maxTraceSeconds = 366 * 86_400

// parseTracePoint reads a line, or says why it cannot.
func parseTracePoint(text string) (p tracePoint, why string) {
	first, second, found := strings.Cut(text, ",")
	if !found {
		return p, "it has no comma"
	}
	for _, c := range []struct {
		text      string
		to        *float64
		low, high float64
	}{{first, &p.seconds, 0, maxTraceSeconds}, {second, &p.watts, -maxWatts, maxWatts}} {
		x, err := strconv.ParseFloat(strings.TrimSpace(c.text), 64)
		if err != nil {
			return p, excerpt([]byte(c.text)) + " is not a number"
		}
		if !(x >= c.low && x <= c.high) {
			return p, excerpt([]byte(c.text)) + " is outside " + strconv.FormatFloat(c.low, 'f', -1, 64) + " to " + strconv.FormatFloat(c.high, 'f', -1, 64)
		}
		*c.to = x
	}
	return p, ""
}

type traceSource struct {
	points   []tracePoint
	length   float64 // seconds until it begins again
	watts    float64 // per watt of the file
	reactive float64 // per watt of the file
	at       float64 // seconds since its start, below length
}

// now is the power of the file at the moment.
func (s *traceSource) now() float64 {
	at := s.points[0].seconds + s.at
	next := sort.Search(len(s.points), func(k int) bool { return s.points[k].seconds > at })
	return s.points[max(0, next-1)].watts
}

func (s *traceSource) draw(m *block, t *terminal) {
	watts := s.now()
	limit := func(x float64) float64 { return max(-maxWatts, min(maxWatts, x)) }
	shifted{limit(watts * s.watts), limit(math.Abs(watts) * s.reactive)}.draw(m, t)
	s.at += m.seconds()
	if s.at >= s.length {
		s.at = math.Mod(s.at, s.length)
	}
}

func (s *traceSource) rest(float64) { s.at = 0 }

func (s *traceSource) report() any {
	return struct {
		AtS float64 `json:"atS"`
	}{s.at}
}
