package client

import (
	"bytes"
	"encoding/json"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/zerocross-pdu/zerocross/pdu"
)

// interpret makes a device or an error of an answer.
func interpret(u *url.URL, status int, body []byte) (*Device, error) {
	if status/100 == 3 { // the body is the new address
		return nil, statusError(u, &StatusError{Status: status, Code: status, Message: excerpt(string(body))})
	}
	if status != http.StatusOK {
		refusal := refusalIn(body)
		if refusal == nil {
			refusal = &StatusError{Code: status}
		}
		refusal.Status = status
		return nil, statusError(u, refusal)
	}
	if refusal := refusalIn(body); refusal != nil {
		refusal.Status = status
		return nil, statusError(u, refusal)
	}
	d, err := Decode(body)
	if err != nil {
		return nil, pdu.Errorf(pdu.Internal, CodeDocument, "read %s: %w", u, err)
	}
	return d, nil
}

// refusalIn reads {"result":{"error":{"code":400,"message":"..."}}}, which some
// devices also send with status 200; nil when body holds no such error.
func refusalIn(body []byte) *StatusError {
	var doc struct {
		Result struct {
			Error *object `json:"error"`
		} `json:"result"`
	}
	if json.Unmarshal(trim(body), &doc) != nil || doc.Result.Error == nil {
		return nil
	}
	e := *doc.Result.Error
	code := http.StatusInternalServerError
	if n := e.number("code"); n != nil && *n >= 100 && *n <= 999 {
		code = int(*n)
	}
	return &StatusError{Code: code, Message: excerpt(e.text("message"))}
}

// excerpt bounds text of the device that goes into an error.
func excerpt(s string) string {
	const limit = 200
	if len(s) <= limit {
		return s
	}
	return strings.ToValidUTF8(s[:limit], "") + "..."
}

// Decode reads a state document of either generation (reference:
// netio-http-telnet.md 2.3 to 2.6). Its errors are Internal with CodeDocument.
func Decode(body []byte) (*Device, error) {
	var doc struct {
		Agent         object
		GlobalMeasure object
		Outputs       []object
		Inputs        []object
	}
	if err := json.Unmarshal(trim(body), &doc); err != nil {
		return nil, pdu.Errorf(pdu.Internal, CodeDocument, "the answer is not a NETIO state document: %w", err)
	}
	if doc.Agent == nil || doc.Outputs == nil {
		return nil, pdu.Errorf(pdu.Internal, CodeDocument, "the answer is not a NETIO state document: Agent or Outputs is missing")
	}
	d := &Device{
		Model:       doc.Agent.text("Model"),
		Name:        doc.Agent.text("DeviceName"),
		Firmware:    doc.Agent.text("Version"),
		JSONVersion: doc.Agent.text("JSONVer"),
		MAC:         doc.Agent.text("MAC"),
		Serial:      doc.Agent.text("SerialNumber"),
		Time:        doc.Agent.text("Time"),
		UptimeS:     doc.Agent.number("Uptime"),
		Total:       decodeTotal(doc.GlobalMeasure),
		Outputs:     make([]Output, 0, len(doc.Outputs)),
	}
	for i, o := range doc.Outputs {
		id, err := o.id("Outputs", i)
		if err != nil {
			return nil, err
		}
		if d.Output(pdu.OutputID(id)) != nil {
			return nil, pdu.Errorf(pdu.Internal, CodeDocument, "the state document holds output %d twice", id)
		}
		d.Outputs = append(d.Outputs, decodeOutput(pdu.OutputID(id), o))
	}
	slices.SortFunc(d.Outputs, func(a, b Output) int { return int(a.ID - b.ID) })
	for i, in := range doc.Inputs {
		id, err := in.id("Inputs", i)
		if err != nil {
			return nil, err
		}
		d.Inputs = append(d.Inputs, Input{ID: id, Name: in.text("Name"), Level: in.level("State"), S0Count: in.number("S0Counter")})
	}
	return d, nil
}

// decodeTotal reads GlobalMeasure, whose names differ by version.
func decodeTotal(o object) *Total {
	if o == nil {
		return nil
	}
	return &Total{
		VoltageV:        o.number("Voltage"),
		FrequencyHz:     o.number("Frequency"),
		CurrentMA:       o.number("TotalCurrent"),
		PowerFactor:     o.number("TotalPowerFactor", "OverallPowerFactor"),
		PhaseDeg:        o.number("TotalPhase", "Phase", "OverallPhase"),
		LoadW:           o.number("TotalLoad"),
		EnergyWh:        o.number("TotalEnergy"),
		EnergyNRWh:      o.number("TotalEnergyNR", "TotalEnergy_NR"),
		ReverseEnergyWh: o.number("TotalReverseEnergy"),
		ReverseNRWh:     o.number("TotalReverseEnergyNR", "TotalReverseEnergy_NR"),
		EnergyStart:     o.text("EnergyStart"),
	}
}

// decodeOutput reads one element of Outputs.
func decodeOutput(id pdu.OutputID, o object) Output {
	return Output{
		ID:              id,
		Name:            o.text("Name"),
		State:           o.level("State"),
		ShortDelayMs:    o.number("Delay"),
		CurrentMA:       o.number("Current"),
		PowerFactor:     o.number("PowerFactor"),
		PhaseDeg:        o.number("Phase"),
		LoadW:           o.number("Load"),
		EnergyWh:        o.number("Energy"),
		EnergyNRWh:      o.number("EnergyNR", "Energy_NR"),
		ReverseEnergyWh: o.number("ReverseEnergy"),
		ReverseNRWh:     o.number("ReverseEnergyNR", "ReverseEnergy_NR"),
	}
}

// object is a JSON object whose members are read by what they mean, not by how
// a firmware happens to write them.
type object map[string]json.RawMessage

// text reads a string, or anything else as it is written; "" when absent or null.
func (o object) text(name string) string {
	raw, ok := o[name]
	if !ok || string(raw) == "null" {
		return ""
	}
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	return string(raw)
}

// number reads the first of names that holds a finite number, as number or as
// string; nil when none does.
func (o object) number(names ...string) *float64 {
	for _, name := range names {
		v, err := strconv.ParseFloat(strings.TrimSpace(o.text(name)), 64)
		if err == nil && !math.IsNaN(v) && !math.IsInf(v, 0) {
			return &v
		}
	}
	return nil
}

// level reads 0 or 1, as number, string or boolean.
func (o object) level(name string) pdu.Level {
	switch text := o.text(name); text {
	case "true":
		return pdu.On
	case "false":
		return pdu.Off
	}
	switch n := o.number(name); {
	case n == nil:
		return pdu.Unknown
	case *n == 1:
		return pdu.On
	case *n == 0:
		return pdu.Off
	}
	return pdu.Unknown
}

// maxID bounds numbers of outputs and inputs; the largest known device has 8.
const maxID = 1 << 16

// id reads the number of element i of the array called list.
func (o object) id(list string, i int) (int, error) {
	n := o.number("ID")
	if n == nil || *n != math.Trunc(*n) || *n < 1 || *n > maxID {
		return 0, pdu.Errorf(pdu.Internal, CodeDocument, "the state document has no usable ID in %s[%d]", list, i)
	}
	return int(*n), nil
}

// trim removes a byte order mark and white space around a document.
func trim(body []byte) []byte {
	return bytes.TrimSpace(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf")))
}
