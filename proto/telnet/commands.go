package telnet

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/zerocross-pdu/zerocross/auth"
	"github.com/zerocross-pdu/zerocross/pdu"
)

// answer carries out one line and gives the line that answers it. last says that the
// connection ends with it.
func (c *client) answer(ctx context.Context, line []byte, received time.Time) (answer string, last bool) {
	words := strings.Fields(string(line))
	switch {
	case len(words) == 0:
		return string(unknownCommand), false // also before a login: one client waits for it
	case words[0] == "quit":
		return bye, true
	case isLogin(line):
		return c.login(ctx, line)
	case !c.visitor.isIn():
		return string(forbidden), false
	}
	id, err := c.svc.door.identify(&c.visitor, c.addr)
	if err != nil { // the session was ended; a client that is told so connects anew
		return timedOut, true
	}
	r := &request{
		ports: auth.Guard(id, c.svc.ports), origin: id.Origin(protocolName), received: received,
		port: localPort(c.conn), line: string(line), words: words,
	}
	r.origin.Source = pdu.SourceM2M
	answer, err = r.carryOut(ctx)
	if err != nil {
		if pdu.KindOf(err) == pdu.Internal && !isRefusal(err) && ctx.Err() == nil {
			c.svc.log.Error("a Telnet command failed", "command", words[0], "addr", c.addr.String(), "err", err)
		}
		return refusalOf(err), false
	}
	return answer, false
}

func isRefusal(err error) bool {
	_, ok := errors.AsType[refusal](err)
	return ok
}

// isLogin reports whether line is a login of either form, whatever else is wrong
// with it.
func isLogin(line []byte) bool {
	first, _, _ := bytes.Cut(line, []byte(" "))
	return string(first) == "login" || string(first) == "clogin"
}

// login lets the visitor in, or not.
func (c *client) login(ctx context.Context, line []byte) (answer string, last bool) {
	if c.visitor.isIn() {
		return string(alreadyLoggedIn), false
	}
	command, user, secret := parseLogin(line)
	var err error
	switch {
	case user == "" || secret == "":
		return string(invalidLogin), false // no guess
	case command == "clogin":
		c.visitor, err = c.svc.door.hashedLogin(c.addr, user, strings.TrimSpace(secret), c.salt)
	default:
		c.visitor, err = c.svc.door.login(ctx, c.addr, user, secret)
	}
	if err != nil {
		c.wrong++
		return refusalOf(err), c.wrong >= mostWrong
	}
	c.svc.clients.loggedIn(c)
	return ok, false
}

// localPort is the port on which conn came in, 0 when it has none.
func localPort(conn net.Conn) int {
	if tcp, ok := conn.LocalAddr().(*net.TCPAddr); ok {
		return tcp.Port
	}
	return 0
}

// request is one line of somebody who has logged in.
type request struct {
	ports    *auth.Guarded // what that account may see and do
	origin   pdu.Origin
	received time.Time
	port     int    // on which the connection came in
	line     string // the whole of it
	words    []string
}

// carryOut does what the line says and gives the answer, or a refusal or another
// error.
func (r *request) carryOut(ctx context.Context) (string, error) {
	switch r.words[0] {
	case "port":
		return r.portCommand(ctx)
	case "input":
		return r.inputList()
	case "alias":
		return r.alias(ctx)
	case "system":
		return r.system()
	case "version":
		return r.only(func(s *pdu.Snapshot) string { return data + "V" + s.Identity.Firmware })
	case "uptime":
		return r.only(func(s *pdu.Snapshot) string { return data + uptime(time.Since(s.BootedAt)) })
	case "noop":
		return r.only(func(*pdu.Snapshot) string { return ok })
	case "reboot":
		return "", forbidden // nobody may restart the unit through this port
	}
	return "", unknownCommand
}

// only answers a command of one word.
func (r *request) only(answer func(*pdu.Snapshot) string) (string, error) {
	if len(r.words) > 1 {
		return "", invalidParameter
	}
	return answer(r.ports.Snapshot()), nil
}

// uptime writes a time the way one client insists on. A year has 365 days.
func uptime(d time.Duration) string {
	seconds := max(0, int64(d/time.Second))
	days := seconds / 86400
	return fmt.Sprintf("%d years %d days %d hours %d min %d sec",
		days/365, days%365, seconds/3600%24, seconds/60%60, seconds%60)
}

// inputList answers "input list" with one digit for each input. A model without
// inputs does not have the command.
func (r *request) inputList() (string, error) {
	inputs := r.ports.Snapshot().Inputs
	switch {
	case len(inputs) == 0 || len(r.words) < 2 || r.words[1] != "list":
		return "", unknownCommand
	case len(r.words) > 2:
		return "", invalidParameter
	}
	digits := make([]byte, len(inputs))
	for i, in := range inputs {
		digits[i] = digit(in.Level)
	}
	return data + string(digits), nil
}

// digit is a level in a list. One that nobody knows is the letter that means "leave
// it" where such a list is sent back as a command.
func digit(l pdu.Level) byte {
	switch l {
	case pdu.On:
		return '1'
	case pdu.Off:
		return '0'
	}
	return 'u'
}

// alias answers "alias" and "alias NAME", the name of the unit.
func (r *request) alias(ctx context.Context) (string, error) {
	switch len(r.words) {
	case 1:
		return data + r.ports.Snapshot().Settings.DeviceName, nil
	case 2:
		return r.configure(ctx, pdu.SettingsEdit{DeviceName: new(r.words[1])})
	}
	return "", invalidParameter
}

// configure changes settings.
func (r *request) configure(ctx context.Context, edit pdu.SettingsEdit) (string, error) {
	if err := r.ports.Configure(ctx, edit, r.origin); err != nil {
		return "", err
	}
	return ok, nil
}

// system answers those system commands whose value the unit knows. They can be read
// only: clock, time zone and addresses belong to the host.
func (r *request) system() (string, error) {
	if len(r.words) < 2 {
		return "", invalidParameter
	}
	s := r.ports.Snapshot()
	now := time.Now().In(s.Location())
	var value string
	switch r.words[1] {
	case "time":
		value = now.Format("2006/01/02,15:04:05")
	case "timezone":
		_, offset := now.Zone()
		value = strconv.Itoa(offset)
	case "swdelay":
		value = strconv.FormatInt(ceil(s.Settings.OutputStartInterval, 100*time.Millisecond), 10)
	case "mac":
		value = strings.ToUpper(net.HardwareAddr(s.Identity.MAC[:]).String())
	case "kshport":
		value = strconv.Itoa(r.port)
	case "reboot":
		return "", forbidden
	default:
		return "", unknownCommand
	}
	if len(r.words) > 2 {
		return "", forbidden
	}
	return data + value, nil
}

// ceil is d in whole units, rounded up.
func ceil(d, unit time.Duration) int64 { return int64((d + unit - 1) / unit) }
