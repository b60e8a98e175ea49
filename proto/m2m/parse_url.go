package m2m

import (
	"net/url"
	"strings"

	"github.com/zerocross-pdu/zerocross/pdu"
)

// urlRequest is a request to the URL API as it was found. err says what is wrong
// with it; it is kept so that the passphrase can be judged first.
type urlRequest struct {
	pass     string
	commands []pdu.OutputCommand
	err      error
}

// parseURL reads "pass=...&output1=1&delay1=500". Outputs are switched in the order
// in which they stand, a delay may stand anywhere, outlet is an alias of output,
// and unknown parameters are skipped. An empty value counts as none. Action 6 is
// refused: there is no State here that it could stand for.
func parseURL(query string) urlRequest {
	p := urlParser{delays: make(map[string]value), seen: make(map[string]bool)}
	for pair := range strings.SplitSeq(query, "&") {
		key, text, _ := strings.Cut(pair, "=")
		key, err1 := url.QueryUnescape(key)
		text, err2 := url.QueryUnescape(text)
		if err1 != nil || err2 != nil {
			p.fail(pdu.Errorf(pdu.Invalid, CodeSyntax, "a parameter is not percent-encoded as it should be"))
			continue
		}
		p.parameter(key, value{text, text != ""})
	}
	r := urlRequest{pass: p.pass, err: p.err}
	if r.err == nil {
		r.commands, r.err = p.commands()
	}
	return r
}

// urlParser collects the parameters of one request.
type urlParser struct {
	pass   string
	list   []entry
	delays map[string]value // by output number, as written
	seen   map[string]bool
	err    error // the first thing that is wrong
}

func (p *urlParser) fail(err error) {
	if p.err == nil {
		p.err = err
	}
}

// parameter takes one parameter.
func (p *urlParser) parameter(key string, v value) {
	key = strings.Replace(key, "outlet", "output", 1)
	number, isOutput := strings.CutPrefix(key, "output")
	if !isOutput {
		var isDelay bool
		if number, isDelay = strings.CutPrefix(key, "delay"); !isDelay && key != "pass" {
			return
		}
	}
	if p.seen[key] {
		p.fail(pdu.Errorf(pdu.Invalid, CodeStructure, "parameter %s stands twice", value{key, true}))
		return
	}
	p.seen[key] = true
	switch {
	case key == "pass":
		p.pass = v.text
	case !isOutput:
		p.delays[number] = v
	case v.text == "6":
		p.fail(pdu.Errorf(pdu.Invalid, pdu.CodeActionUnknown, "action 6 for output %s means nothing here; use 0 to 5", value{number, true}))
	case len(p.list) == maxEntries:
		p.fail(errTooManyEntries())
	default:
		p.list = append(p.list, entry{id: value{number, true}, action: v})
	}
}

// commands puts outputs and delays together.
func (p *urlParser) commands() ([]pdu.OutputCommand, error) {
	if len(p.list) == 0 {
		return nil, pdu.Errorf(pdu.Invalid, CodeStructure, "no output is named; add for example output1=1")
	}
	for i := range p.list {
		number := p.list[i].id.text
		p.list[i].delay = p.delays[number]
		delete(p.delays, number)
	}
	for number := range p.delays {
		return nil, pdu.Errorf(pdu.Invalid, CodeStructure, "a delay is given for output %s, but no action", value{number, true})
	}
	return commands(p.list)
}
