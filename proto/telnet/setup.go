package telnet

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/zerocross-pdu/zerocross/pdu"
)

// portSetup answers "port setup N" and "port setup N NAME MODE DELAY STATE", where
// NAME has quotes when it holds blanks (reference: netio-http-telnet.md 6.5).
func (r *request) portSetup(ctx context.Context) (string, error) {
	if len(r.words) < 3 {
		return "", invalidParameter
	}
	o, err := r.output(r.words[2])
	if err != nil {
		return "", err
	}
	settings := r.ports.Snapshot().Settings.Outputs[o.ID-1]
	if len(r.words) == 3 {
		// Clients take the name apart at quotes, so it must hold none.
		return fmt.Sprintf(`%s"%s" manual %d %c`, data, strings.ReplaceAll(settings.Name, `"`, "'"),
			ceil(settings.ShortDelay, time.Second), powerOnState(o, settings.PowerUp)), nil
	}
	name, rest, ok := r.splitName()
	if !ok || len(rest) != 3 {
		return "", invalidParameter
	}
	edit, err := editOf(name, rest, settings)
	if err != nil {
		return "", err
	}
	return r.configure(ctx, pdu.SettingsEdit{Outputs: map[pdu.OutputID]pdu.OutputEdit{o.ID: edit}})
}

// powerOnState is what the output would do if power returned now.
func powerOnState(o *pdu.Output, p pdu.PowerUp) byte {
	switch {
	case p == pdu.PowerUpOn, p == pdu.PowerUpLast && o.Commanded == pdu.On:
		return '1'
	}
	return '0'
}

// splitName takes the name out of a setup: the fourth word, or what stands between
// two quotes there. rest is what follows.
func (r *request) splitName() (name string, rest []string, ok bool) {
	if !strings.HasPrefix(r.words[3], `"`) {
		return r.words[3], r.words[4:], true
	}
	_, quoted, _ := strings.Cut(r.line, `"`)
	end := strings.LastIndexByte(quoted, '"')
	if end < 0 {
		return "", nil, false
	}
	name, tail := quoted[:end], quoted[end+1:]
	return name, strings.Fields(tail), !strings.Contains(name, `"`)
}

// editOf reads mode, delay and power-on state of a setup. What the unit cannot take
// in is refused instead of being half stored: timer mode, and a power-on state other
// than the one that is set. A delay that rounds to the stored one leaves it alone.
func editOf(name string, rest []string, now pdu.OutputSettings) (pdu.OutputEdit, error) {
	mode, delay, state := rest[0], rest[1], rest[2]
	edit := pdu.OutputEdit{Name: &name}
	stored := map[pdu.PowerUp]string{pdu.PowerUpOff: "0", pdu.PowerUpOn: "1"}[now.PowerUp]
	if mode != "manual" || state != stored {
		return edit, invalidValue
	}
	seconds, err := strconv.ParseUint(delay, 10, 32)
	if err != nil {
		return edit, invalidValue
	}
	if int64(seconds) != ceil(now.ShortDelay, time.Second) {
		d := time.Duration(seconds) * time.Second
		if err := pdu.CheckShortDelay(d); err != nil {
			return edit, err
		}
		edit.ShortDelay = &d
	}
	return edit, nil
}

// portTimer answers "port timer N FORMAT": no output has a timer behind this port.
// Setting one is refused.
func (r *request) portTimer() (string, error) {
	if len(r.words) < 4 {
		return "", invalidParameter
	}
	if _, err := r.output(r.words[2]); err != nil {
		return "", err
	}
	switch r.words[3] {
	case "t", "dt", "ux":
	default:
		return "", invalidParameter
	}
	if len(r.words) > 4 {
		return "", forbidden
	}
	return data + "manual", nil
}
