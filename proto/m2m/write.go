package m2m

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"strings"
	"time"

	"github.com/zerocross-pdu/zerocross/pdu"
)

// encodeJSON gives the JSON document of s at now.
func encodeJSON(s *pdu.Snapshot, now time.Time) []byte {
	d := buildDocument(s, now, "JSONVer", s.Profile.JSONVersion)
	w := jsonWriter{pretty: layoutOf(s.Profile) == layout4x}
	w.open('{')
	w.group("Agent", d.agent)
	w.group("GlobalMeasure", d.global)
	w.list("Outputs", d.outputs)
	w.list("Inputs", d.inputs)
	w.close('}')
	return w.buf.Bytes()
}

// jsonWriter writes JSON either without white space or, pretty, in the style of
// the 4x generation: each member on a line of its own behind tabs, a tab after
// the colon, objects of an array opened on the line of the bracket
// (reference: netio-http-telnet.md 2.6).
type jsonWriter struct {
	buf    bytes.Buffer
	pretty bool
	depth  int
	comma  bool // something stands before in this object or array
}

func (w *jsonWriter) open(bracket byte) {
	w.buf.WriteByte(bracket)
	w.depth++
	w.comma = false
}

func (w *jsonWriter) close(bracket byte) {
	w.depth--
	if bracket == '}' {
		w.newline()
	}
	w.buf.WriteByte(bracket)
	w.comma = true
}

func (w *jsonWriter) newline() {
	if w.pretty {
		w.buf.WriteByte('\n')
		w.buf.WriteString(strings.Repeat("\t", w.depth))
	}
}

// name begins a member.
func (w *jsonWriter) name(name string) {
	if w.comma {
		w.buf.WriteByte(',')
	}
	w.newline()
	w.buf.WriteByte('"')
	w.buf.WriteString(name)
	w.buf.WriteString(`":`)
	if w.pretty {
		w.buf.WriteByte('\t')
	}
	w.comma = true
}

func (w *jsonWriter) fields(fields []field) {
	w.open('{')
	for _, f := range fields {
		w.name(f.name)
		if f.text {
			w.buf.Write(jsonString(f.value))
		} else {
			w.buf.WriteString(f.value)
		}
	}
	w.close('}')
}

func (w *jsonWriter) group(name string, fields []field) {
	if fields == nil {
		return
	}
	w.name(name)
	w.fields(fields)
}

func (w *jsonWriter) list(name string, entries [][]field) {
	if entries == nil {
		return
	}
	w.name(name)
	w.open('[')
	for i, fields := range entries {
		if i > 0 {
			w.buf.WriteByte(',')
			if w.pretty {
				w.buf.WriteByte(' ')
			}
		}
		w.fields(fields)
	}
	w.close(']')
}

// jsonString quotes s. Invalid UTF-8 becomes the replacement character.
func jsonString(s string) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(s) // a string into memory cannot fail
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// xmlNamespace is the namespace of the root element; all others have none
// (reference: netio-http-telnet.md 3.1).
const xmlNamespace = "http://www.netio-products.com/XMLSchema/NETIO.xsd"

// encodeXML gives the XML document of s at now: CRLF, no indentation, each leaf
// alone on its line, no declaration. A well-known script finds values by looking
// for their names at the start of a line.
func encodeXML(s *pdu.Snapshot, now time.Time) []byte {
	d := buildDocument(s, now, "XmlVer", s.Profile.XMLVersion)
	var w xmlWriter
	w.openRoot()
	w.group("Agent", d.agent)
	w.group("GlobalMeasure", d.global)
	w.list("Outputs", "Output", d.outputs)
	w.list("Inputs", "Input", d.inputs)
	w.closeRoot()
	return w.buf.Bytes()
}

type xmlWriter struct{ buf bytes.Buffer }

func (w *xmlWriter) openRoot()  { w.line(`<set:Root xmlns:set="` + xmlNamespace + `">`) }
func (w *xmlWriter) closeRoot() { w.line("</set:Root>") }

func (w *xmlWriter) line(s string) {
	w.buf.WriteString(s)
	w.buf.WriteString("\r\n")
}

func (w *xmlWriter) leaf(f field) {
	w.buf.WriteString("<" + f.name + ">")
	if f.text {
		_ = xml.EscapeText(&w.buf, []byte(f.value)) // into memory it cannot fail
	} else {
		w.buf.WriteString(f.value)
	}
	w.line("</" + f.name + ">")
}

func (w *xmlWriter) group(name string, fields []field) {
	if fields == nil {
		return
	}
	w.line("<" + name + ">")
	for _, f := range fields {
		w.leaf(f)
	}
	w.line("</" + name + ">")
}

func (w *xmlWriter) list(name, element string, entries [][]field) {
	if entries == nil {
		return
	}
	w.line("<" + name + ">")
	for _, fields := range entries {
		w.group(element, fields)
	}
	w.line("</" + name + ">")
}
