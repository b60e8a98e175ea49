package m2m

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The part of XML Schema that our schema uses.
type (
	xsdSchema struct {
		Elements []xsdElement `xml:"element"`
		Complex  []xsdType    `xml:"complexType"`
		Simple   []xsdSimple  `xml:"simpleType"`
	}
	xsdElement struct {
		Name      string   `xml:"name,attr"`
		Type      string   `xml:"type,attr"`
		MinOccurs string   `xml:"minOccurs,attr"`
		MaxOccurs string   `xml:"maxOccurs,attr"`
		Complex   *xsdType `xml:"complexType"`
	}
	xsdType struct {
		Name     string       `xml:"name,attr"`
		All      []xsdElement `xml:"all>element"`
		Sequence []xsdElement `xml:"sequence>element"`
		Choice   *struct {
			Sequence []xsdElement `xml:"sequence>element"`
			Element  []xsdElement `xml:"element"`
		} `xml:"choice"`
	}
	xsdSimple struct {
		Name    string `xml:"name,attr"`
		Pattern struct {
			Value string `xml:"value,attr"`
		} `xml:"restriction>pattern"`
	}
)

// node is an element of a document.
type node struct {
	XMLName  xml.Name
	Text     string `xml:",chardata"`
	Children []node `xml:",any"`
}

var builtin = map[string]*regexp.Regexp{
	"xs:string":        regexp.MustCompile(`(?s)^.*$`),
	"xs:decimal":       regexp.MustCompile(`^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)$`),
	"xs:int":           regexp.MustCompile(`^-?[0-9]{1,10}$`),
	"xs:unsignedByte":  regexp.MustCompile(`^[0-9]{1,3}$`),
	"xs:unsignedShort": regexp.MustCompile(`^[0-9]{1,5}$`),
	"xs:unsignedInt":   regexp.MustCompile(`^[0-9]{1,10}$`),
	"xs:unsignedLong":  regexp.MustCompile(`^[0-9]{1,20}$`),
	"xs:dateTime":      regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?([+-]\d\d:\d\d|Z)?$`),
}

func (s *xsdSchema) check(n node, e xsdElement) error {
	t := e.Complex
	if t == nil {
		if i := slices.IndexFunc(s.Complex, func(t xsdType) bool { return t.Name == e.Type }); i >= 0 {
			t = &s.Complex[i]
		}
	}
	if t == nil {
		return s.checkLeaf(n, e.Type)
	}
	if strings.TrimSpace(n.Text) != "" {
		return fmt.Errorf("%s holds text", n.XMLName.Local)
	}
	switch {
	case t.Choice != nil && len(n.Children) > 0 && n.Children[0].XMLName.Local == t.Choice.Element[0].Name:
		return s.checkChildren(n, t.Choice.Element, true)
	case t.Choice != nil:
		return s.checkChildren(n, t.Choice.Sequence, true)
	case t.All != nil:
		return s.checkChildren(n, t.All, false)
	default:
		return s.checkChildren(n, t.Sequence, true)
	}
}

func (s *xsdSchema) checkLeaf(n node, kind string) error {
	re := builtin[kind]
	if i := slices.IndexFunc(s.Simple, func(t xsdSimple) bool { return t.Name == kind }); i >= 0 {
		re = regexp.MustCompile("^(" + s.Simple[i].Pattern.Value + ")$")
	}
	if re == nil {
		return fmt.Errorf("the schema uses type %q, which is not there", kind)
	}
	if len(n.Children) > 0 || !re.MatchString(n.Text) {
		return fmt.Errorf("%s %q is no %s", n.XMLName.Local, n.Text, kind)
	}
	return nil
}

func (s *xsdSchema) checkChildren(n node, particles []xsdElement, ordered bool) error {
	count := make([]int, len(particles))
	at := 0
	for _, c := range n.Children {
		i := slices.IndexFunc(particles, func(e xsdElement) bool { return e.Name == c.XMLName.Local })
		if i < 0 || c.XMLName.Space != "" || ordered && i < at {
			return fmt.Errorf("%s in %s is unknown, qualified or out of order", c.XMLName.Local, n.XMLName.Local)
		}
		at = i
		count[i]++
		if err := s.check(c, particles[i]); err != nil {
			return err
		}
	}
	for i, e := range particles {
		low, high := 1, 1
		if e.MinOccurs != "" {
			low, _ = strconv.Atoi(e.MinOccurs)
		}
		if e.MaxOccurs != "" {
			high, _ = strconv.Atoi(e.MaxOccurs)
		}
		if count[i] < low || count[i] > high {
			return fmt.Errorf("%s stands %d times in %s, not %d to %d", e.Name, count[i], n.XMLName.Local, low, high)
		}
	}
	return nil
}

// validate checks a document against the schema that we serve.
func validate(t *testing.T, doc []byte) error {
	t.Helper()
	var s xsdSchema
	if err := xml.Unmarshal(schema, &s); err != nil {
		t.Fatal(err)
	}
	var root node
	if err := xml.Unmarshal(doc, &root); err != nil {
		return err
	}
	if root.XMLName != (xml.Name{Space: xmlNamespace, Local: "Root"}) {
		return fmt.Errorf("root %v", root.XMLName)
	}
	return s.check(root, s.Elements[0])
}

// TestSchemaFitsOurDocuments: all that we send is valid, and what is not ours is
// not, so that the check has teeth.
func TestSchemaFitsOurDocuments(t *testing.T) {
	files, err := filepath.Glob("testdata/*.xml")
	if err != nil || len(files) < 14 {
		t.Fatalf("%v, %v", files, err)
	}
	for _, file := range files {
		doc, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := validate(t, doc); err != nil {
			t.Errorf("%s: %v", file, err)
		}
		for _, damage := range [][2]string{{"<State>1", "<State>2"}, {"<Model>", "<Model><x/>"}, {"<Action>6", "<Action>7"}, {"<Uptime>", "<Up>"}, {"<Agent>", "<Foo/><Agent>"}, {"<code>", "<code>x"}} {
			broken := bytes.Replace(doc, []byte(damage[0]), []byte(damage[1]), 1)
			if !bytes.Equal(broken, doc) && validate(t, broken) == nil {
				t.Errorf("%s: %s is taken for valid", file, damage[1])
			}
		}
	}
	for _, c := range xmlCommands {
		if c.name == "minimal" || c.name == "empty action" || c.name == "empty state and delay" || c.name == "no outputs in the list" {
			if err := validate(t, []byte(c.body)); err != nil {
				t.Errorf("command %s: %v", c.name, err)
			}
		}
	}
}

// TestSchemaWithXmllint asks an independent validator, where there is one.
func TestSchemaWithXmllint(t *testing.T) {
	xmllint, err := exec.LookPath("xmllint")
	if err != nil {
		t.Skip("xmllint is not installed; TestSchemaFitsOurDocuments checks the structure")
	}
	files, _ := filepath.Glob("testdata/*.xml")
	out, err := exec.Command(xmllint, append([]string{"--noout", "--nonet", "--schema", "netio.xsd"}, files...)...).CombinedOutput()
	if err != nil {
		t.Errorf("%v: %s", err, out)
	}
}

func TestSchemaIsServedToEverybody(t *testing.T) {
	cfg := openDocument()
	cfg.Read = Mode{Enabled: true, User: "a", Password: "b"}
	r := start(t, "8ks", map[string]any{"xml": cfg})
	status, body, header := r.ask(t, "GET", PathXSD, "")
	want, err := os.ReadFile("netio.xsd")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), body); status != 200 || diff != "" || !strings.Contains(header.Get("Content-Type"), "xml") {
		t.Errorf("%d %v\n%s", status, header, diff)
	}
	if err := xml.NewDecoder(strings.NewReader(body)).Decode(new(node)); err != nil && err != io.EOF {
		t.Error(err)
	}
}
