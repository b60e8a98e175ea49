package m2m

import (
	"bufio"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/zerocross-pdu/zerocross/pdu"
)

// ask sends one request and gives status, body and header of the answer.
func (r *rig) ask(t *testing.T, method, target, body string, header ...string) (int, string, http.Header) {
	t.Helper()
	var reader io.Reader
	if body != "" {
		reader = strings.NewReader(body)
	}
	req, err := http.NewRequest(method, r.base+target, reader)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(b), resp.Header
}

func basic(user, password string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))
}

// A command and what the engine must be told; "" for nothing at all.
type commandCase struct {
	name, body string
	status     int
	want       string
}

var jsonCommands = []commandCase{
	{"smallest", `{"Outputs":[{"ID":3,"Action":1}]}`, 200, "[3:on]"},
	{"several in order", `{"Outputs":[{"ID":4,"Action":4},{"ID":1,"Action":0}]}`, 200, "[4:toggle 1:off]"},
	{"delay and state", `{"Outputs":[{"ID":1,"Action":2,"Delay":1500},{"ID":2,"Action":6,"State":0}]}`, 200, "[1:shortOff/1.5s 2:ignore=off]"},
	{"bounds of delay", `{"Outputs":[{"ID":1,"Action":2,"Delay":100},{"ID":2,"Action":3,"Delay":86400000}]}`, 200, "[1:shortOff/100ms 2:shortOn/24h0m0s]"},
	{"stored delay", `{"Outputs":[{"ID":1,"Action":2,"Delay":0},{"ID":2,"Action":3},{"ID":3,"Action":3,"Delay":null}]}`, 200, "[1:shortOff 2:shortOn 3:shortOn]"},
	{"strings", `{"Outputs":[{"ID":"1","Action":"3","Delay":"250"},{"ID":"2","Action":"6","State":"1"}]}`, 200, "[1:shortOn/250ms 2:ignore=on]"},
	{"ignore without state", `{"Outputs":[{"ID":1,"Action":6},{"ID":2,"Action":6,"State":null}]}`, 200, "[1:ignore 2:ignore]"},
	{"state and delay beside other actions", `{"Outputs":[{"ID":1,"Action":1,"State":0,"Delay":5},{"ID":2,"Action":5,"State":[7],"Delay":{"a":1}}]}`, 200, "[1:on 2:noChange]"},
	{"demo that fills in everything", `{"Outputs":[{"ID":1,"Name":null,"State":0,"Action":1,"Delay":0,"Current":0}]}`, 200, "[1:on]"},
	{"unknown members", `{"Agent":{"x":[[]]},"Outputs":[{"ID":1,"Action":1,"Foo":{"ID":9}}],"y":null}`, 200, "[1:on]"},
	{"white space and BOM", "\xef\xbb\xbf\r\n\t{ \"Outputs\" : [ { \"ID\" : 1 , \"Action\" : 1 } ] }\r\n ", 200, "[1:on]"},
	{"no outputs in the list", `{"Outputs":[]}`, 200, ""},
	{"empty body reads", "", 200, ""},
	{"blank body reads", " \r\n", 200, ""},
	{"same output twice", `{"Outputs":[{"ID":1,"Action":1},{"ID":1,"Action":4}]}`, 200, "[1:on 1:toggle]"},

	{"no such output", `{"Outputs":[{"ID":9,"Action":1}]}`, 400, "[9:on]"}, // for the engine to refuse
	{"output 0", `{"Outputs":[{"ID":0,"Action":1}]}`, 400, ""},
	{"negative output", `{"Outputs":[{"ID":-1,"Action":1}]}`, 400, ""},
	{"huge output", `{"Outputs":[{"ID":99999999999999999999,"Action":1}]}`, 400, ""},
	{"one bad among good", `{"Outputs":[{"ID":1,"Action":1},{"ID":2,"Action":7}]}`, 400, ""},
	{"action 7", `{"Outputs":[{"ID":1,"Action":7}]}`, 400, ""},
	{"no action", `{"Outputs":[{"ID":1,"State":1}]}`, 400, ""},
	{"null action", `{"Outputs":[{"ID":1,"Action":null}]}`, 400, ""},
	{"no ID", `{"Outputs":[{"Action":1}]}`, 400, ""},
	{"fraction", `{"Outputs":[{"ID":1.5,"Action":1}]}`, 400, ""},
	{"whole fraction", `{"Outputs":[{"ID":1.0,"Action":1}]}`, 400, ""},
	{"exponent", `{"Outputs":[{"ID":1e0,"Action":1}]}`, 400, ""},
	{"string with blank", `{"Outputs":[{"ID":"1 ","Action":1}]}`, 400, ""},
	{"string with sign", `{"Outputs":[{"ID":"+1","Action":1}]}`, 400, ""},
	{"empty string", `{"Outputs":[{"ID":"","Action":1}]}`, 400, ""},
	{"boolean", `{"Outputs":[{"ID":1,"Action":true}]}`, 400, ""},
	{"object as number", `{"Outputs":[{"ID":1,"Action":{"a":1}}]}`, 400, ""},
	{"NaN", `{"Outputs":[{"ID":NaN,"Action":1}]}`, 400, ""},
	{"state 2", `{"Outputs":[{"ID":1,"Action":6,"State":2}]}`, 400, ""},
	{"boolean state", `{"Outputs":[{"ID":1,"Action":6,"State":true}]}`, 400, ""},
	{"delay 99", `{"Outputs":[{"ID":1,"Action":2,"Delay":99}]}`, 400, ""},
	{"delay 24h and a bit", `{"Outputs":[{"ID":1,"Action":3,"Delay":86400001}]}`, 400, ""},
	{"negative delay", `{"Outputs":[{"ID":1,"Action":2,"Delay":-100}]}`, 400, ""},
	{"delay that wraps", `{"Outputs":[{"ID":1,"Action":2,"Delay":18446744073710}]}`, 400, ""},
	{"delay beyond int64", `{"Outputs":[{"ID":1,"Action":2,"Delay":99999999999999999999999}]}`, 400, ""},
	{"text as delay", `{"Outputs":[{"ID":1,"Action":2,"Delay":"soon"}]}`, 400, ""},
	{"key twice", `{"Outputs":[{"ID":1,"ID":2,"Action":1}]}`, 400, ""},
	{"key twice, once escaped", `{"Outputs":[{"ID":1,"\u0049D":2,"Action":1}]}`, 400, ""},
	{"outputs twice", `{"Outputs":[{"ID":1,"Action":1}],"Outputs":[]}`, 400, ""},
	{"no outputs member", `{}`, 400, ""},
	{"other case", `{"outputs":[{"ID":1,"Action":1}]}`, 400, ""},
	{"not an object", `[{"ID":1,"Action":1}]`, 400, ""},
	{"a number", `7`, 400, ""},
	{"outputs not an array", `{"Outputs":{"ID":1,"Action":1}}`, 400, ""},
	{"null outputs", `{"Outputs":null}`, 400, ""},
	{"element not an object", `{"Outputs":[1]}`, 400, ""},
	{"not JSON", `ID=1&Action=1`, 400, ""},
	{"cut off", `{"Outputs":[{"ID":1,"Action":1}`, 400, ""},
	{"garbage behind", `{"Outputs":[{"ID":1,"Action":1}]} x`, 400, ""},
	{"second document", `{"Outputs":[{"ID":1,"Action":1}]}{}`, 400, ""},
	{"not UTF-8", "{\"Outputs\":[{\"ID\":1,\"Action\":1,\"Name\":\"\xff\"}]}", 400, ""},
	{"depth bomb", `{"x":` + strings.Repeat("[", 30000) + strings.Repeat("]", 30000) + `,"Outputs":[]}`, 400, ""},
	{"deep", `{"x":` + strings.Repeat("[", 100) + strings.Repeat("]", 100) + `,"Outputs":[{"ID":1,"Action":1}]}`, 400, ""},
	{"endless list", `{"Outputs":[` + strings.Repeat(`{"ID":1,"Action":5},`, 300) + `{"ID":1,"Action":1}]}`, 400, ""},
	{"too large", `{"Outputs":[{"ID":1,"Action":1}]}` + strings.Repeat(" ", maxBodyBytes), 413, ""},
}

const rootOpen = `<set:Root xmlns:set="http://www.netio-products.com/XMLSchema/NETIO.xsd">`

func xmlOf(outputs string) string {
	return rootOpen + "<Outputs>" + outputs + "</Outputs></set:Root>"
}

var xmlCommands = []commandCase{
	{"minimal", xmlOf(`<Output><ID>1</ID><Action>0</Action></Output>`), 200, "[1:off]"},
	{"several in order", xmlOf(`<Output><ID>4</ID><Action>4</Action></Output><Output><ID>2</ID><Action>2</Action><Delay>1500</Delay></Output>`), 200, "[4:toggle 2:shortOff/1.5s]"},
	{"state", xmlOf(`<Output><ID>1</ID><State>1</State><Action>6</Action></Output>`), 200, "[1:ignore=on]"},
	{"other prefix", `<ns0:Root xmlns:ns0="http://www.netio-products.com/XMLSchema/NETIO.xsd"><Outputs><Output><ID>1</ID><Action>1</Action></Output></Outputs></ns0:Root>`, 200, "[1:on]"},
	{"no namespace", `<Root><Outputs><Output><ID>1</ID><Action>1</Action></Output></Outputs></Root>`, 200, "[1:on]"},
	{"declaration, comments, white space", "\xef\xbb\xbf<?xml version=\"1.0\" encoding=\"utf-8\"?>\r\n<!-- x -->" + rootOpen + "\r\n <Outputs>\r\n  <Output>\r\n   <ID> 1 </ID>\r\n   <Action>\n1<!-- on -->\n</Action>\r\n  </Output>\r\n </Outputs>\r\n</set:Root>\r\n<!-- end -->\r\n", 200, "[1:on]"},
	{"empty action", xmlOf(`<Output><ID>1</ID><Action/></Output><Output><ID>2</ID><Action></Action><State>1</State></Output>`), 200, "[1:noChange 2:noChange]"},
	{"empty state and delay", xmlOf(`<Output><ID>1</ID><Action>6</Action><State/></Output><Output><ID>2</ID><Action>3</Action><Delay/></Output>`), 200, "[1:ignore 2:shortOn]"},
	{"delay 0", xmlOf(`<Output><ID>1</ID><Action>2</Action><Delay>0</Delay></Output>`), 200, "[1:shortOff]"},
	{"unknown elements and attributes", rootOpen + `<Agent><Model>x</Model></Agent><Outputs n="1"><Foo><ID>3</ID></Foo><Output a="b"><ID>1</ID><Name>a</Name><Action>1</Action><X><ID>2</ID></X></Output></Outputs></set:Root>`, 200, "[1:on]"},
	{"CDATA and character references", xmlOf(`<Output><ID><![CDATA[1]]></ID><Action>&#49;</Action></Output>`), 200, "[1:on]"},
	{"no outputs in the list", rootOpen + `<Outputs/></set:Root>`, 200, ""},
	{"empty body reads", "", 200, ""},

	{"no such output", xmlOf(`<Output><ID>9</ID><Action>0</Action></Output>`), 400, "[9:off]"},
	{"output 0", xmlOf(`<Output><ID>0</ID><Action>0</Action></Output>`), 400, ""},
	{"action 7", xmlOf(`<Output><ID>1</ID><Action>7</Action></Output>`), 400, ""},
	{"no action", xmlOf(`<Output><ID>1</ID></Output>`), 400, ""},
	{"no ID", xmlOf(`<Output><Action>1</Action></Output>`), 400, ""},
	{"empty ID", xmlOf(`<Output><ID/><Action>1</Action></Output>`), 400, ""},
	{"fraction", xmlOf(`<Output><ID>1.5</ID><Action>1</Action></Output>`), 400, ""},
	{"bad delay", xmlOf(`<Output><ID>1</ID><Action>2</Action><Delay>99</Delay></Output>`), 400, ""},
	{"ID twice", xmlOf(`<Output><ID>1</ID><ID>2</ID><Action>1</Action></Output>`), 400, ""},
	{"outputs twice", rootOpen + `<Outputs/><Outputs><Output><ID>1</ID><Action>1</Action></Output></Outputs></set:Root>`, 400, ""},
	{"element in a number", xmlOf(`<Output><ID><b>1</b></ID><Action>1</Action></Output>`), 400, ""},
	{"text between", xmlOf(`<Output>1<ID>1</ID><Action>1</Action></Output>`), 400, ""},
	{"other root", `<html><Outputs/></html>`, 400, ""},
	{"no outputs", rootOpen + `</set:Root>`, 400, ""},
	{"document type", `<!DOCTYPE Root>` + xmlOf(`<Output><ID>1</ID><Action>1</Action></Output>`), 400, ""},
	{"external entity", `<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>` + xmlOf(`<Output><ID>1</ID><Action>&x;</Action></Output>`), 400, ""},
	{"billion laughs", `<!DOCTYPE r [<!ENTITY a "1"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>` + xmlOf(`<Output><ID>1</ID><Action>&b;</Action></Output>`), 400, ""},
	{"undeclared entity", xmlOf(`<Output><ID>1</ID><Action>&x;</Action></Output>`), 400, ""},
	{"depth bomb", rootOpen + strings.Repeat("<a>", 5000) + strings.Repeat("</a>", 5000) + `<Outputs/></set:Root>`, 400, ""},
	{"endless list", xmlOf(strings.Repeat(`<Output><ID>1</ID><Action>5</Action></Output>`, 300)), 400, ""},
	{"unclosed", rootOpen + `<Outputs><Output><ID>1</ID><Action>1</Action></Output></Outputs>`, 400, ""},
	{"crossed", `<Root><Outputs></Root></Outputs>`, 400, ""},
	{"garbage behind", xmlOf(`<Output><ID>1</ID><Action>1</Action></Output>`) + "x", 400, ""},
	{"second root", xmlOf(`<Output><ID>1</ID><Action>1</Action></Output>`) + `<Root/>`, 400, ""},
	{"document type behind", xmlOf(`<Output><ID>1</ID><Action>1</Action></Output>`) + `<!DOCTYPE Root>`, 400, ""},
	{"other encoding", `<?xml version="1.0" encoding="latin1"?>` + xmlOf(`<Output><ID>1</ID><Action>1</Action></Output>`), 400, ""},
	{"not UTF-8", xmlOf("<Output><ID>1</ID><Action>1</Action><Name>\xff</Name></Output>"), 400, ""},
	{"not XML", `{"Outputs":[{"ID":1,"Action":1}]}`, 400, ""},
	{"too large", xmlOf(`<Output><ID>1</ID><Action>1</Action></Output>`) + strings.Repeat(" ", maxBodyBytes), 413, ""},
}

func TestDocumentCommands(t *testing.T) {
	r := start(t, "4ks", openAll())
	for path, cases := range map[string][]commandCase{PathJSON: jsonCommands, PathXML: xmlCommands} {
		for _, c := range cases {
			before := r.unit.Snapshot()
			status, body, _ := r.ask(t, "POST", path, c.body)
			if status != c.status {
				t.Errorf("%s %s: status %d, want %d: %s", path, c.name, status, c.status, body)
			}
			cmds := r.unit.take()
			if got := brief(cmds); got != c.want {
				t.Errorf("%s %s: the engine was told %q, want %q", path, c.name, got, c.want)
			}
			for _, cmd := range cmds {
				want := pdu.Origin{Source: pdu.SourceM2M, Protocol: strings.TrimPrefix(path, "/netio."), Addr: "127.0.0.1"}
				if cmd.Origin != want || time.Since(cmd.Received) > time.Minute {
					t.Errorf("%s %s: origin %+v, received %v", path, c.name, cmd.Origin, cmd.Received)
				}
			}
			if status != 200 && r.unit.Snapshot() != before {
				t.Errorf("%s %s: an error changed the state", path, c.name)
			}
			wantBody := map[bool]string{true: `"Agent"`, false: `{"result":{"error":{"code":` + fmt.Sprint(c.status)}[status == 200]
			if path == PathXML {
				wantBody = map[bool]string{true: "<Agent>", false: "<code>" + fmt.Sprint(c.status) + "</code>"}[status == 200]
			}
			if !strings.Contains(body, wantBody) {
				t.Errorf("%s %s: body %q lacks %q", path, c.name, body, wantBody)
			}
		}
	}
}

// TestAnswerShowsTheNewState: a known client fails its job otherwise.
func TestAnswerShowsTheNewState(t *testing.T) {
	r := start(t, "8ks", openAll())
	_, body, _ := r.ask(t, "POST", PathJSON, `{"Outputs":[{"ID":2,"Action":1},{"ID":1,"Action":4}]}`)
	for _, want := range []string{`{"ID":1,"Name":"router","State":0,`, `{"ID":2,"Name":"output_2","State":1,`} {
		if !strings.Contains(body, want) {
			t.Errorf("no %s in %s", want, body)
		}
	}
	_, again, _ := r.ask(t, "GET", PathJSON, "")
	if diff := cmp.Diff(body, again); diff != "" {
		t.Errorf("what was read then is something else:\n%s", diff)
	}
}

// TestEcho: a client sends back the whole document that it has read.
func TestEcho(t *testing.T) {
	for _, model := range pdu.ProfileIDs() {
		r := start(t, model, openAll())
		for _, path := range []string{PathJSON, PathXML} {
			_, doc, _ := r.ask(t, "GET", path, "")
			status, body, _ := r.ask(t, "POST", path, doc)
			cmds := r.unit.take()
			if status != 200 || len(cmds) != 1 || len(cmds[0].Outputs) != r.unit.Snapshot().Profile.Outputs {
				t.Fatalf("%s %s: %d %s", model, path, status, body)
			}
			for i, c := range cmds[0].Outputs {
				want := pdu.OutputCommand{Output: pdu.OutputID(i + 1), Action: pdu.ActionIgnore, State: r.unit.Snapshot().Outputs[i].State()}
				if c != want {
					t.Errorf("%s %s: %+v, want %+v", model, path, c, want)
				}
			}
		}
	}
}

func TestContentTypeDoesNotMatter(t *testing.T) {
	r := start(t, "8ks", openAll())
	for _, ct := range []string{"", "application/json", "text/plain", "application/x-www-form-urlencoded", "/xml", "text/xml; encoding='utf-8'", ";;;"} {
		for path, body := range map[string]string{PathJSON: `{"Outputs":[{"ID":1,"Action":5}]}`, PathXML: xmlOf(`<Output><ID>1</ID><Action>5</Action></Output>`)} {
			if status, answer, _ := r.ask(t, "POST", path, body, "Content-Type", ct); status != 200 {
				t.Errorf("%s with %q: %d %s", path, ct, status, answer)
			}
		}
	}
}

func TestURLCommands(t *testing.T) {
	for _, phrase := range []string{"", "s3cret ž&="} {
		r := start(t, "8ks", map[string]any{"url": &URLConfig{Enabled: true, Passphrase: "s3cret ž&="}, "json": openDocument()})
		pass := "pass=s3cret+%C5%BE%26%3D"
		if phrase == "" {
			r = start(t, "8ks", openAll())
			pass = "pass="
		}
		for _, c := range []commandCase{
			{"one", pass + "&output1=1", 200, "[1:on]"},
			{"order of the list", pass + "&output4=0&output1=1&output3=4", 200, "[4:off 1:on 3:toggle]"},
			{"pass last", "output1=1&" + pass, 200, "[1:on]"},
			{"alias", pass + "&outlet2=1", 200, "[2:on]"},
			{"delay before and behind", pass + "&delay2=250&output2=2&output3=3&delay3=100", 200, "[2:shortOff/250ms 3:shortOn/100ms]"},
			{"stored delay", pass + "&output2=2&delay2=0&output3=3&delay3=", 200, "[2:shortOff 3:shortOn]"},
			{"delay beside another action", pass + "&output2=1&delay2=7", 200, "[2:on]"},
			{"no change", pass + "&output2=5", 200, "[2:noChange]"},
			{"encoded", pass + "&%6Futput2=%31", 200, "[2:on]"},
			{"unknown parameters", pass + "&_=123&output2=1&x", 200, "[2:on]"},
			{"no such output", pass + "&output9=1", 400, "[9:on]"},
			{"output 0", pass + "&output0=1", 400, ""},
			{"no output", pass, 400, ""},
			{"no number", pass + "&output=1", 400, ""},
			{"bad number", pass + "&output1x=1", 400, ""},
			{"action 6", pass + "&output1=6", 400, ""},
			{"action 7", pass + "&output1=7", 400, ""},
			{"no action", pass + "&output1=", 400, ""},
			{"word", pass + "&output1=on", 400, ""},
			{"fraction", pass + "&output1=1.0", 400, ""},
			{"one bad among good", pass + "&output1=1&output2=9", 400, ""},
			{"delay range", pass + "&output1=2&delay1=99", 400, ""},
			{"delay alone", pass + "&output1=2&delay2=500", 400, ""},
			{"twice", pass + "&output1=1&output1=0", 400, ""},
			{"twice through the alias", pass + "&output1=1&outlet1=0", 400, ""},
			{"pass twice", pass + "&" + pass + "&output1=0", 400, ""},
			{"bad encoding", pass + "&output1=1&x=%zz", 400, ""},
		} {
			for _, method := range []string{"GET", "POST"} {
				target, body := PathURL+"?"+c.body, ""
				if method == "POST" {
					target, body = PathURL, c.body
				}
				status, answer, _ := r.ask(t, method, target, body)
				if status != c.status || (answer == "OK") != (c.status == 200) || answer == "" {
					t.Errorf("%s %s: %d %q, want %d", method, c.name, status, answer, c.status)
				}
				if got := brief(r.unit.take()); got != c.want {
					t.Errorf("%s %s: the engine was told %q, want %q", method, c.name, got, c.want)
				}
			}
		}
		// Where the passphrase is wrong nothing else is judged.
		for _, query := range []string{"output1=1", "pass=&output1=1", "pass=x&output1=1", "pass%3D=s3cret&output1=1", "pass=x&output1=9", "pass=x&x=%zz"} {
			want := map[bool]int{true: 401, false: 200}[phrase != ""]
			if strings.ContainsAny(query, "9z") && want == 200 {
				want = 400
			}
			status, answer, header := r.ask(t, "GET", PathURL+"?"+query, "")
			if status != want || header.Get("WWW-Authenticate") != "" || header.Get("Access-Control-Allow-Origin") != "" {
				t.Errorf("%q with passphrase %q: %d %q, want %d", query, phrase, status, answer, want)
			}
			if n := len(r.unit.take()); status == 401 && n != 0 {
				t.Errorf("%q: %d commands without the passphrase", query, n)
			}
		}
	}
}

func TestMethods(t *testing.T) {
	r := start(t, "8ks", openAll())
	for path, allow := range map[string]string{PathJSON: "GET, HEAD, POST", PathXML: "GET, HEAD, POST", PathXSD: "GET, HEAD", PathURL: "GET, POST"} {
		for _, method := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"} {
			allowed := strings.Contains(" "+allow+",", " "+method+",")
			target := path
			if path == PathURL {
				target += "?output1=1"
			}
			status, body, header := r.ask(t, method, target, "")
			switch {
			case allowed && status != 200:
				t.Errorf("%s %s: %d %s", method, path, status, body)
			case !allowed && (status != 405 || header.Get("Allow") != allow):
				t.Errorf("%s %s: %d, Allow %q", method, path, status, header.Get("Allow"))
			case method == "HEAD" && allowed && (body != "" || header.Get("Content-Length") == "0"):
				t.Errorf("HEAD %s: %q", path, body)
			}
			if n := len(r.unit.take()); (n > 0) != (path == PathURL && allowed) {
				t.Errorf("%s %s: %d commands", method, path, n)
			}
		}
	}
}

func TestCrossSiteRequestsAreRefused(t *testing.T) {
	sections := openAll()
	r := start(t, "8ks", sections)
	host := strings.TrimPrefix(r.base, "http://")
	body := map[string]string{PathJSON: `{"Outputs":[{"ID":1,"Action":1}]}`, PathXML: xmlOf(`<Output><ID>1</ID><Action>1</Action></Output>`), PathURL: "output1=1"}
	for path := range body {
		for _, c := range []struct {
			name, value string
			status      int
		}{
			{"Sec-Fetch-Site", "cross-site", 403},
			{"Sec-Fetch-Site", "same-origin", 200},
			{"Sec-Fetch-Site", "none", 200},
			{"Origin", "http://evil.example", 403},
			{"Origin", "null", 403},
			{"Origin", "http://" + host, 200},
			{"Origin", "http://127.0.0.1:9", 200}, // the page on another port of this unit
		} {
			status, answer, _ := r.ask(t, "POST", path, body[path], c.name, c.value)
			if status != c.status {
				t.Errorf("%s with %s %s: %d %s", path, c.name, c.value, status, answer)
			}
			if n := len(r.unit.take()); (n > 0) != (status == 200) {
				t.Errorf("%s with %s %s: %d commands", path, c.name, c.value, n)
			}
		}
	}
	if status, _, _ := r.ask(t, "GET", PathURL+"?output1=1", "", "Sec-Fetch-Site", "cross-site"); status != 403 || len(r.unit.take()) > 0 {
		t.Errorf("an image tag on another site can switch: %d", status)
	}
	// A page that knows the passphrase may use it.
	r = start(t, "8ks", map[string]any{"url": &URLConfig{Enabled: true, Passphrase: "x"}})
	if status, _, _ := r.ask(t, "GET", PathURL+"?pass=x&output1=1", "", "Sec-Fetch-Site", "cross-site"); status != 200 {
		t.Errorf("a dashboard with the passphrase: %d", status)
	}
}

func TestEngineErrors(t *testing.T) {
	r := start(t, "8ks", openAll())
	for kind, want := range map[error]int{
		pdu.Errorf(pdu.Unavailable, pdu.CodeStopping, "stopping"): 500,
		pdu.Errorf(pdu.Internal, pdu.CodeRelayDrive, "stuck"):     500,
		pdu.Errorf(pdu.Forbidden, "x", "may not"):                 403,
		fmt.Errorf("secret path /x"):                              500,
	} {
		r.unit.err = kind
		for path, body := range map[string]string{PathJSON: `{"Outputs":[{"ID":1,"Action":1}]}`, PathXML: xmlOf(`<Output><ID>1</ID><Action>1</Action></Output>`), PathURL: "output1=1"} {
			status, answer, _ := r.ask(t, "POST", path, body)
			if status != want || strings.Contains(answer, "secret") {
				t.Errorf("%s for %v: %d %s", path, kind, status, answer)
			}
		}
	}
	r.unit.snap = nil // still starting
	for _, path := range []string{PathJSON, PathXML} {
		if status, answer, _ := r.ask(t, "GET", path, ""); status != 500 {
			t.Errorf("%s while starting: %d %s", path, status, answer)
		}
	}
}

func TestEveryKindHasAStatus(t *testing.T) {
	for _, k := range pdu.Kinds() {
		if status, ok := Status(k); !ok || status < 400 || status > 599 {
			t.Errorf("%s: status %d, %t", k, status, ok)
		}
	}
	if len(statuses) != len(pdu.Kinds()) {
		t.Error("the table holds a kind that does not exist")
	}
}

// TestHalfBody: what did not arrive whole is not carried out.
func TestHalfBody(t *testing.T) {
	r := start(t, "8ks", openAll())
	c, err := net.Dial("tcp", strings.TrimPrefix(r.base, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	body := `{"Outputs":[{"ID":1,"Action":1}]}`
	fmt.Fprintf(c, "POST /netio.json HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s", len(body)+1, body)
	_ = c.(*net.TCPConn).CloseWrite()
	resp, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != 400 || len(r.unit.take()) > 0 {
		t.Errorf("half a body: %d", resp.StatusCode)
	}
}

// TestDocumentIsEncodedOnce: per snapshot, or per second when that is old.
func TestDocumentIsEncodedOnce(t *testing.T) {
	count := 0
	c := cache{encode: func(s *pdu.Snapshot, now time.Time) []byte { count++; return encodeJSON(s, now) }}
	s := sample(t, "8ks")
	s.At = time.Now()
	first := c.document(s)
	if c.document(s) != first || count != 1 {
		t.Errorf("encoded %d times", count)
	}
	newer := *s
	newer.Seq++
	second := c.document(&newer)
	if second == first || c.document(&newer) != second || count != 2 {
		t.Errorf("encoded %d times", count)
	}
	// An older one, the result of a command that another overtook, is shown to
	// whom it belongs and takes nobody's place.
	c.document(s)
	if c.document(&newer) != second {
		t.Error("an older document took the place of a newer one")
	}
	// The clock of an old snapshot goes on.
	old := sample(t, "8ks")
	old.Seq, old.At = 100, time.Now().Add(-time.Hour)
	old.BootedAt = old.At
	if body := string(c.document(old).body); !strings.Contains(body, `"Uptime":3600,`) {
		t.Errorf("the clock stands still: %s", body)
	}
}

// TestAnswersDoNotAllocateMuch guards the fast path: reading with credentials.
func TestAnswersDoNotAllocateMuch(t *testing.T) {
	cfg := openDocument()
	cfg.Read.User, cfg.Read.Password = "netio", "netio"
	svc, err := JSONDefinition.New(depsFor(t), cfg)
	if err != nil {
		t.Fatal(err)
	}
	h := svc.(*service).handlers[PathJSON]
	req := httptest.NewRequest("GET", PathJSON, nil)
	req.Header.Set("Authorization", basic("netio", "netio"))
	w := &discard{header: make(http.Header)}
	h.ServeHTTP(w, req)
	if w.status != 0 || w.bytes == 0 {
		t.Fatalf("status %d, %d bytes", w.status, w.bytes)
	}
	if n := testing.AllocsPerRun(100, func() { h.ServeHTTP(w, req) }); n > 0 {
		t.Errorf("%v allocations for one answer", n)
	}
}

type discard struct {
	header http.Header
	status int
	bytes  int
}

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) WriteHeader(status int)      { d.status = status }
func (d *discard) Write(b []byte) (int, error) { d.bytes += len(b); return len(b), nil }
