package m2m

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"

	"github.com/zerocross-pdu/zerocross/pdu"
)

// parseXML reads a control command. Elements are known by their local names,
// whatever their prefix or namespace; attributes and unknown elements are skipped.
// An empty Action means that this output is left alone. Document type
// declarations, and so entities of the sender, are refused.
func parseXML(body []byte) ([]pdu.OutputCommand, error) {
	r := xmlReader{Decoder: xml.NewDecoder(bytes.NewReader(bytes.TrimPrefix(body, utf8BOM)))}
	root, err := r.element()
	if err != nil {
		return nil, err
	}
	if root != "Root" {
		return nil, pdu.Errorf(pdu.Invalid, CodeStructure, "the document element is %s, not Root", value{root, true})
	}
	entries, err := r.root()
	if err != nil {
		return nil, err
	}
	if err := r.end(); err != nil {
		return nil, err
	}
	return commands(entries)
}

// xmlReader reads elements and refuses what a control command never holds.
type xmlReader struct {
	*xml.Decoder
	depth int
}

// token gives the next start, end or text, without comments and declarations.
func (r *xmlReader) token() (xml.Token, error) {
	for {
		t, err := r.Token()
		if errors.Is(err, io.EOF) {
			return nil, io.EOF
		}
		if err != nil {
			return nil, pdu.Errorf(pdu.Invalid, CodeSyntax, "the body is not XML: %w", err)
		}
		switch t.(type) {
		case xml.StartElement:
			if r.depth++; r.depth > maxDepth {
				return nil, pdu.Errorf(pdu.Invalid, CodeStructure, "the body nests deeper than %d levels", maxDepth)
			}
			return t, nil
		case xml.EndElement:
			r.depth--
			return t, nil
		case xml.CharData:
			return t, nil
		case xml.Directive:
			return nil, pdu.Errorf(pdu.Invalid, CodeStructure, "document type declarations are refused")
		}
	}
}

// element gives the name of the next element inside the current one, or "" at
// its end. Text between elements is white space.
func (r *xmlReader) element() (string, error) {
	for {
		t, err := r.token()
		if errors.Is(err, io.EOF) {
			return "", pdu.Errorf(pdu.Invalid, CodeSyntax, "the body is not XML: it has no document element")
		}
		if err != nil {
			return "", err
		}
		switch t := t.(type) {
		case xml.StartElement:
			return t.Name.Local, nil
		case xml.EndElement:
			return "", nil
		case xml.CharData:
			if len(bytes.TrimSpace(t)) > 0 {
				return "", pdu.Errorf(pdu.Invalid, CodeStructure, "there is text between elements: %s", value{string(t), true})
			}
		}
	}
}

// end checks that nothing follows the document element.
func (r *xmlReader) end() error {
	for {
		t, err := r.token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if text, ok := t.(xml.CharData); !ok || len(bytes.TrimSpace(text)) > 0 {
			return pdu.Errorf(pdu.Invalid, CodeSyntax, "something follows the document element")
		}
	}
}

// each calls child with the name of each element inside the current one, to read
// or skip it. Only the elements in single may not stand twice.
func (r *xmlReader) each(single string, child func(name string) error) error {
	seen := make(map[string]bool)
	for {
		name, err := r.element()
		if err != nil || name == "" {
			return err
		}
		if seen[name] && strings.Contains(single, " "+name+" ") {
			return pdu.Errorf(pdu.Invalid, CodeStructure, "element %s stands twice", name)
		}
		seen[name] = true
		if err := child(name); err != nil {
			return err
		}
	}
}

// root reads the content of Root.
func (r *xmlReader) root() (entries []entry, err error) {
	found := false
	err = r.each(" Outputs ", func(name string) error {
		if name != "Outputs" {
			return r.skip()
		}
		found = true
		return r.each("", func(name string) error {
			if name != "Output" {
				return r.skip()
			}
			if len(entries) == maxEntries {
				return errTooManyEntries()
			}
			e, err := r.entry()
			entries = append(entries, e)
			return err
		})
	})
	if err == nil && !found {
		err = pdu.Errorf(pdu.Invalid, CodeStructure, "Root holds no Outputs; send <Outputs><Output><ID>1</ID><Action>1</Action></Output></Outputs> in it, or no body to read")
	}
	return entries, err
}

// entry reads the content of one Output.
func (r *xmlReader) entry() (e entry, err error) {
	targets := map[string]*value{"ID": &e.id, "Action": &e.action, "State": &e.state, "Delay": &e.delay}
	emptyAction := false
	err = r.each(" ID Action State Delay ", func(name string) (err error) {
		target := targets[name]
		if target == nil {
			return r.skip()
		}
		if *target, err = r.leaf(name); err != nil {
			return err
		}
		emptyAction = emptyAction || name == "Action" && !target.given
		return nil
	})
	if emptyAction {
		e.action = value{"5", true} // no change
	}
	return e, err
}

// leaf reads the text of an element without the white space around it.
func (r *xmlReader) leaf(name string) (value, error) {
	var text []byte
	for {
		t, err := r.token()
		if err != nil {
			return value{}, err
		}
		switch t := t.(type) {
		case xml.StartElement:
			return value{}, pdu.Errorf(pdu.Invalid, CodeStructure, "element %s holds an element, not a number", name)
		case xml.CharData:
			text = append(text, t...)
		case xml.EndElement:
			text = bytes.TrimSpace(text)
			return value{string(text), len(text) > 0}, nil
		}
	}
}

// skip reads to the end of the current element.
func (r *xmlReader) skip() error {
	for level := 1; level > 0; {
		t, err := r.token()
		if err != nil {
			return err
		}
		switch t.(type) {
		case xml.StartElement:
			level++
		case xml.EndElement:
			level--
		}
	}
	return nil
}
