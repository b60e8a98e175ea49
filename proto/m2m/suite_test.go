package m2m_test

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/zerocross-pdu/zerocross/pdu"
	"github.com/zerocross-pdu/zerocross/proto/m2m"
	"github.com/zerocross-pdu/zerocross/proto/prototest"
)

func TestSuiteJSON(t *testing.T) {
	prototest.Run(t, prototest.Protocol{
		Definition: m2m.JSONDefinition, Section: protectedSection(), Refusal: refusal,
		Connect: func(_ *testing.T, addr string, readOnly bool) prototest.Client {
			return &documentClient{httpClient{addr, credentials(readOnly)}, m2m.PathJSON, json.Unmarshal, encodeJSON}
		},
	})
}

func TestSuiteXML(t *testing.T) {
	prototest.Run(t, prototest.Protocol{
		Definition: m2m.XMLDefinition, Section: protectedSection(), Refusal: refusal,
		Connect: func(_ *testing.T, addr string, readOnly bool) prototest.Client {
			return &documentClient{httpClient{addr, credentials(readOnly)}, m2m.PathXML, xml.Unmarshal, encodeXML}
		},
	})
}

func TestSuiteURL(t *testing.T) {
	const writeOnly = "the URL API switches and never tells anything"
	prototest.Run(t, prototest.Protocol{
		Definition: m2m.URLDefinition, Section: &m2m.URLConfig{Enabled: true, Passphrase: "s3cret phrase"}, Refusal: refusal,
		Connect: func(_ *testing.T, addr string, _ bool) prototest.Client {
			return &urlClient{httpClient{addr: addr}}
		},
		Cannot: map[prototest.Ability]string{
			prototest.ReadStates: writeOnly,
			prototest.ReadEnergy: writeOnly,
			prototest.ReadOnly:   "its one passphrase switches",
			prototest.SetState:   "its parameters have no place for a state",
			prototest.Repeat:     "its parameters are named by output, and each may stand once",
		},
	})
}

func protectedSection() *m2m.DocumentConfig {
	return &m2m.DocumentConfig{Enabled: true,
		Read:  m2m.Mode{Enabled: true, User: "reader", Password: "r"},
		Write: m2m.Mode{Enabled: true, User: "writer", Password: "w"}}
}

func credentials(readOnly bool) *url.Userinfo {
	if readOnly {
		return url.UserPassword("reader", "r")
	}
	return url.UserPassword("writer", "w")
}

func refusal(k pdu.Kind) (string, bool) {
	status, ok := m2m.Status(k)
	return strconv.Itoa(status), ok
}

// httpClient sends requests as scripts do.
type httpClient struct {
	addr string
	user *url.Userinfo
}

func (c httpClient) do(ctx context.Context, method, target string, body []byte) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, method, "http://"+c.addr+target, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	if c.user != nil {
		password, _ := c.user.Password()
		req.SetBasicAuth(c.user.Username(), password)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", resp.Status, text)
	}
	return text, err
}

// status is the part of both documents that the suite looks at.
type status struct {
	Outputs []output `json:"Outputs" xml:"Outputs>Output"`
}

type output struct {
	ID     int
	State  int
	Energy uint64
}

// documentClient speaks JSON or XML.
type documentClient struct {
	httpClient
	path   string
	decode func([]byte, any) error
	encode func([]pdu.OutputCommand) []byte
}

func (c *documentClient) read(ctx context.Context, method string, body []byte) (st status, err error) {
	text, err := c.do(ctx, method, c.path, body)
	if err == nil {
		err = c.decode(text, &st)
	}
	return st, err
}

func (c *documentClient) Ping(ctx context.Context) error {
	_, err := c.read(ctx, http.MethodGet, nil)
	return err
}

// Switch also checks that the answer shows what was asked for.
func (c *documentClient) Switch(ctx context.Context, entries []pdu.OutputCommand) error {
	st, err := c.read(ctx, http.MethodPost, c.encode(entries))
	if err == nil && len(st.Outputs) == 0 {
		err = fmt.Errorf("the answer to a command holds no outputs")
	}
	return err
}

func (c *documentClient) States(ctx context.Context) ([]pdu.Level, error) {
	st, err := c.read(ctx, http.MethodGet, nil)
	var levels []pdu.Level
	for _, o := range st.Outputs {
		levels = append(levels, pdu.LevelOf(o.State == 1))
	}
	return levels, err
}

func (c *documentClient) EnergyWh(ctx context.Context, id pdu.OutputID) (uint64, error) {
	st, err := c.read(ctx, http.MethodGet, nil)
	for _, o := range st.Outputs {
		if o.ID == int(id) {
			return o.Energy, err
		}
	}
	return 0, fmt.Errorf("no output %d: %v", id, err)
}

func encodeJSON(entries []pdu.OutputCommand) []byte {
	var list []map[string]int64
	for _, e := range entries {
		m := map[string]int64{"ID": int64(e.Output), "Action": int64(e.Action)}
		if e.State != pdu.Unknown {
			m["State"] = int64(e.State - pdu.Off)
		}
		if e.Delay != 0 {
			m["Delay"] = e.Delay.Milliseconds()
		}
		list = append(list, m)
	}
	b, _ := json.Marshal(map[string]any{"Outputs": list}) // integers always encode
	return b
}

func encodeXML(entries []pdu.OutputCommand) []byte {
	var b strings.Builder
	b.WriteString(`<set:Root xmlns:set="http://www.netio-products.com/XMLSchema/NETIO.xsd"><Outputs>`)
	for _, e := range entries {
		fmt.Fprintf(&b, "<Output><ID>%d</ID><Action>%d</Action>", e.Output, e.Action)
		if e.State != pdu.Unknown {
			fmt.Fprintf(&b, "<State>%d</State>", e.State-pdu.Off)
		}
		if e.Delay != 0 {
			fmt.Fprintf(&b, "<Delay>%d</Delay>", e.Delay.Milliseconds())
		}
		b.WriteString("</Output>")
	}
	b.WriteString("</Outputs></set:Root>")
	return []byte(b.String())
}

// urlClient speaks the URL API.
type urlClient struct{ httpClient }

func (c *urlClient) Ping(ctx context.Context) error {
	return c.Switch(ctx, []pdu.OutputCommand{{Output: 1, Action: pdu.ActionNoChange}})
}

func (c *urlClient) Switch(ctx context.Context, entries []pdu.OutputCommand) error {
	var query strings.Builder
	query.WriteString("?pass=" + url.QueryEscape("s3cret phrase"))
	for _, e := range entries {
		query.WriteString(fmt.Sprintf("&output%d=%d", e.Output, e.Action))
		if e.Delay != 0 {
			query.WriteString(fmt.Sprintf("&delay%d=%d", e.Output, e.Delay.Milliseconds()))
		}
	}
	text, err := c.do(ctx, http.MethodGet, m2m.PathURL+query.String(), nil)
	if err == nil && string(text) != "OK" {
		err = fmt.Errorf("answer %q", text)
	}
	return err
}

func (c *urlClient) States(context.Context) ([]pdu.Level, error) {
	return nil, fmt.Errorf("the URL API tells no states")
}

func (c *urlClient) EnergyWh(context.Context, pdu.OutputID) (uint64, error) {
	return 0, fmt.Errorf("the URL API tells no energy")
}
