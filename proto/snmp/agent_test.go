package snmp

import (
	"bytes"
	"errors"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zerocross-pdu/zerocross/pdu"
	"github.com/zerocross-pdu/zerocross/proto/snmp/ber"
	"github.com/zerocross-pdu/zerocross/proto/snmp/usm"
)

// plain is a manager of version 2c without a socket.
func plain(version int32, community string) *manager {
	return &manager{version: version, community: community}
}

// signed is a manager of version 3 without a socket that knows the engine already.
func signed(t testing.TB, a *agent, c usm.Credentials) *manager {
	t.Helper()
	m := &manager{version: version3, user: c}
	if err := m.peer.Discover(&usm.Message{EngineID: a.engine.ID()}, c); err != nil {
		t.Fatal(err)
	}
	d := newDesks(a)
	m.id = 1000
	report := d.answer(t, m.request(ber.GetRequest, 0, 0, nil), somewhere)
	if r, err := m.read(report); err != nil || r.tag != ber.Report {
		t.Fatalf("no report about the time: %v", err)
	}
	return m
}

// ask sends a request to d and reads the answer, nil when there is none.
func (m *manager) ask(t testing.TB, d *desks, tag ber.Tag, first, second int32, list ...asked) *reply {
	t.Helper()
	m.id++
	return m.again(t, d, m.request(tag, first, second, encodeBinds(list)), somewhere)
}

func (m *manager) again(t testing.TB, d *desks, datagram []byte, from netip.AddrPort) *reply {
	t.Helper()
	answer := d.answer(t, bytes.Clone(datagram), from)
	if answer == nil {
		return nil
	}
	r, err := m.read(bytes.Clone(answer))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func switchTo(id pdu.OutputID, action int32) asked { return asked{cell(5, id), intValue(action)} }

// TestSetIsOneCommand: all variables are tested before one command is given.
func TestSetIsOneCommand(t *testing.T) {
	a, u := newTestAgent(t, "8ks", nil)
	d, m := newDesks(a), plain(version2c, "private")
	f := func(want Status, index int32, switched string, list ...asked) {
		t.Helper()
		r := m.ask(t, d, ber.SetRequest, 0, 0, list...)
		if r == nil || r.status != want || r.index != index {
			t.Errorf("answer %+v, want status %d at %d", r, want, index)
		}
		if got := brief(u.take()); got != switched {
			t.Errorf("switched %s, want %s", got, switched)
		}
	}
	name := func(s string) asked { return asked{"1.3.6.1.2.1.1.5.0", textValue(s)} }
	f(NoError, 0, "[1:on 2:toggle 1:shortOff]", switchTo(1, 1), switchTo(2, 4), switchTo(1, 2))
	f(NoError, 0, "[3:off 4:on]", asked{"1.3.6.1.2.1.229.1.2.1.8.103", intValue(1025)}, asked{"1.3.6.1.2.1.229.1.2.1.8.104", intValue(1036)})
	f(WrongValue, 2, "", switchTo(1, 1), asked{"1.3.6.1.2.1.229.1.2.1.8.103", intValue(258)})
	f(NoCreation, 2, "", switchTo(1, 1), switchTo(9, 1))
	f(NotWritable, 2, "", switchTo(1, 1), asked{cell(3, 1), intValue(1)})
	f(NotWritable, 1, "", asked{"1.3.6.1.2.1.1.4.0", textValue("me")})
	f(NotWritable, 1, "", asked{"1.3.6.1.9.9.9.0", textValue("me")})
	f(NotWritable, 1, "", asked{"1.3.6.1.2.1.229.1.2.1.8.10", intValue(257)})
	f(WrongType, 1, "", asked{cell(5, 1), textValue("1")})
	f(WrongEncoding, 1, "", asked{cell(5, 1), func(b *ber.Builder) { b.Value(ber.Integer, make([]byte, 5)) }})
	f(WrongValue, 1, "", switchTo(1, -1))
	f(WrongLength, 1, "", name(strings.Repeat("x", 256)))
	f(WrongValue, 1, "", name("a\x00b"))
	f(NoError, 0, "[5:on]", name("Rack C"), asked{"1.3.6.1.2.1.47.1.1.1.1.14.105", textValue("pump")}, switchTo(5, 1))
	if s := u.Snapshot().Settings; s.DeviceName != "Rack C" || s.Outputs[4].Name != "pump" {
		t.Errorf("the settings are %+v", s)
	}
}

// TestFailedSwitchTakesSettingsBack: nothing of a Set stays when a part fails.
func TestFailedSwitchTakesSettingsBack(t *testing.T) {
	a, u := newTestAgent(t, "8ks", nil)
	d, m := newDesks(a), plain(version2c, "private")
	mixed := []asked{{"1.3.6.1.2.1.1.5.0", textValue("other")}, {"1.3.6.1.2.1.47.1.1.1.1.14.101", textValue("other")}, switchTo(1, 1)}
	u.err = pdu.Errorf(pdu.Unavailable, pdu.CodeStopping, "stopping")
	if r := m.ask(t, d, ber.SetRequest, 0, 0, mixed...); r.status != ResourceUnavailable || r.index != 3 {
		t.Errorf("answer %+v", r)
	}
	if s := u.Snapshot().Settings; s.DeviceName != "Rack A" || s.Outputs[0].Name != "router" {
		t.Errorf("settings stayed: %+v", s)
	}
	u.take()
	u.editErr = errors.New("disk full")
	if r := m.ask(t, d, ber.SetRequest, 0, 0, mixed...); r.status != CommitFailed || r.index != 1 || len(u.take()) != 0 {
		t.Errorf("answer %+v", r)
	}
}

func TestErrorsOfTheUnit(t *testing.T) {
	a, u := newTestAgent(t, "8ks", nil)
	d := newDesks(a)
	for _, k := range pdu.Kinds() {
		u.err = pdu.Errorf(k, "test", "test")
		want, ok := StatusOf(k)
		if !ok {
			t.Errorf("kind %s has no status", k)
		}
		if r := plain(version2c, "private").ask(t, d, ber.SetRequest, 0, 0, switchTo(1, int32(k)%6)); k != pdu.TooLarge && (r.status != want || r.index != 1) {
			t.Errorf("kind %s answers %+v", k, r)
		}
		d = newDesks(a)
		if r := plain(version1, "private").ask(t, d, ber.SetRequest, 0, 0, switchTo(1, int32(k)%6)); r.status != want.version1() || r.status > GenErr {
			t.Errorf("version 1, kind %s answers %+v", k, r)
		}
		d = newDesks(a)
	}
}

func TestSetSerialNo(t *testing.T) {
	a, _ := newTestAgent(t, "8ks", nil)
	d, m := newDesks(a), plain(version2c, "private")
	serial := func(n int32, want Status) {
		t.Helper()
		if r := m.ask(t, d, ber.SetRequest, 0, 0, asked{oidSetSerialNo.String() + ".0", intValue(n)}); r.status != want {
			t.Errorf("writing %d: %+v", n, r)
		}
	}
	serial(0, NoError)
	serial(0, InconsistentValue)
	serial(1, NoError)
	serial(-1, WrongValue)
	if n := nextSerial(1<<31 - 1); n != 0 {
		t.Error(n)
	}
}

func TestReadOnlyAccess(t *testing.T) {
	a, u := newTestAgent(t, "8ks", func(c *Config) { c.V1V2c.Write = false })
	d := newDesks(a)
	if r := plain(version2c, "private").ask(t, d, ber.SetRequest, 0, 0, switchTo(1, 1)); r.status != NoAccess || a.stats.inBadCommunityUses.Load() != 1 {
		t.Errorf("version 2c: %+v", r)
	}
	if r := plain(version1, "private").ask(t, d, ber.SetRequest, 0, 0, switchTo(1, 1)); r.status != NoSuchName {
		t.Errorf("version 1: %+v", r)
	}
	if r := signed(t, a, viewer).ask(t, d, ber.SetRequest, 0, 0, switchTo(1, 1)); r.status != NoAccess {
		t.Errorf("version 3: %+v", r)
	}
	if got := u.take(); got != nil {
		t.Errorf("switched %s", brief(got))
	}
}

// TestSilence: what gets no answer, and what is counted for it.
func TestSilence(t *testing.T) {
	a, u := newTestAgent(t, "8ks", nil)
	get := asked{name: "1.3.6.1.2.1.1.3.0"}
	f := func(name string, count func() uint32, datagram []byte) {
		t.Helper()
		before := count()
		if answer := newDesks(a).answer(t, datagram, somewhere); answer != nil {
			t.Errorf("%s: answers %x", name, answer)
		}
		if count() != before+1 {
			t.Errorf("%s: is not counted", name)
		}
	}
	p := plain(version2c, "private")
	good := p.request(ber.GetRequest, 0, 0, encodeBinds([]asked{get}))
	f("wrong community", a.stats.inBadCommunityNames.Load, plain(version2c, "Private").request(ber.SetRequest, 0, 0, encodeBinds([]asked{switchTo(1, 1)})))
	f("truncated", a.stats.inASNParseErrs.Load, good[:len(good)-1])
	f("something behind", a.stats.inASNParseErrs.Load, append(bytes.Clone(good), 0))
	f("nothing", a.stats.inASNParseErrs.Load, nil)
	f("version 2", a.stats.inBadVersions.Load, plain(2, "private").request(ber.GetRequest, 0, 0, nil))
	for _, tag := range []ber.Tag{ber.Response, ber.TrapV2, ber.InformRequest, ber.Report} {
		f("not a request", a.stats.inPkts.Load, p.request(tag, 0, 0, encodeBinds([]asked{get})))
	}
	f("GetBulk of version 1", a.stats.inPkts.Load, plain(version1, "private").request(ber.GetBulkRequest, 0, 10, encodeBinds([]asked{get})))
	a.config.V1V2c.Enabled = false
	f("community while v1v2c is off", a.stats.inBadCommunityNames.Load, good)
	if got := u.take(); got != nil {
		t.Errorf("switched %s", brief(got))
	}
}

func TestSealedAccess(t *testing.T) {
	a, u := newTestAgent(t, "8ks", nil)
	get := asked{name: "1.3.6.1.2.1.1.3.0"}
	stat := func(r *reply, want ber.OID) {
		t.Helper()
		if r == nil || r.tag != ber.Report || r.vars[0].oid() != want.String() {
			t.Errorf("answer %+v, want report %s", r, want)
		}
	}
	ok := signed(t, a, admin)
	if r := ok.ask(t, newDesks(a), ber.GetRequest, 0, 0, get); r.tag != ber.Response || r.status != NoError {
		t.Errorf("%+v", r)
	}
	low := usm.Credentials{Name: "admin", Auth: usm.SHA256, AuthPassphrase: "adminpass"} // the right key, below the user's level
	for _, tag := range []ber.Tag{ber.GetRequest, ber.SetRequest} {
		if r := signed(t, a, low).ask(t, newDesks(a), tag, 0, 0, switchTo(1, 1)); r.status != AuthorizationError || r.index != 0 {
			t.Errorf("%x below the level: %+v", tag, r)
		}
	}
	wrong := func(c usm.Credentials) *reply {
		m := &manager{version: version3, user: c}
		if err := m.peer.Discover(&usm.Message{EngineID: a.engine.ID()}, c); err != nil {
			t.Fatal(err)
		}
		return m.ask(t, newDesks(a), ber.SetRequest, 0, 0, switchTo(1, 1))
	}
	stat(wrong(usm.Credentials{Name: "admin", Auth: usm.SHA256, AuthPassphrase: "wrongpass"}), oidUsmStats.Append(5, 0))
	stat(wrong(usm.Credentials{Name: "nobody", Auth: usm.SHA256, AuthPassphrase: "wrongpass"}), oidUsmStats.Append(3, 0))
	stat(wrong(admin), oidUsmStats.Append(2, 0)) // boots and time 0
	if got := u.take(); got != nil {
		t.Errorf("switched %s", brief(got))
	}
}

// TestRetransmission: a Set that comes again is answered again, not carried out.
func TestRetransmission(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, u := newTestAgent(t, "8ks", nil)
		d, m := newDesks(a), plain(version2c, "private")
		toggle := m.request(ber.SetRequest, 0, 0, encodeBinds([]asked{switchTo(1, 4)}))
		other := netip.MustParseAddrPort("192.0.2.7:40001")
		for range 3 {
			if r := m.again(t, d, toggle, somewhere); r == nil || r.status != NoError {
				t.Fatalf("%+v", r)
			}
			time.Sleep(time.Second)
		}
		if got := brief(u.take()); got != "[1:toggle]" {
			t.Errorf("one toggle with its retransmissions switched %s", got)
		}
		m.again(t, d, toggle, other) // another client
		m.id++
		m.again(t, d, m.request(ber.SetRequest, 0, 0, encodeBinds([]asked{switchTo(1, 4)})), somewhere)
		m.again(t, d, toggle, somewhere) // an old number after a newer one: a client that counts so
		time.Sleep(repeatFor)
		m.again(t, d, toggle, somewhere)
		if got := brief(u.take()); got != "[1:toggle][1:toggle][1:toggle][1:toggle]" {
			t.Errorf("four commands switched %s", got)
		}
	})
}

// TestReplay: a signed Set is carried out once, inside the time window and outside.
func TestReplay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, u := newTestAgent(t, "8ks", nil)
		d, m := newDesks(a), signed(t, a, admin)
		m.id++
		captured := m.request(ber.SetRequest, 0, 0, encodeBinds([]asked{switchTo(1, 4)}))
		if r := m.again(t, d, captured, somewhere); r.status != NoError {
			t.Fatalf("%+v", r)
		}
		u.take()
		from := netip.MustParseAddrPort("198.51.100.9:5000")
		for range 30 {
			if r := m.again(t, d, captured, from); r != nil && r.tag != ber.Report {
				t.Fatalf("a replay is answered: %+v", r)
			}
			if r := m.again(t, d, captured, somewhere); r != nil && r.tag == ber.Response && u.commands != nil {
				t.Fatalf("a replay from the same port switched")
			}
			time.Sleep(13 * time.Second)
		}
		if got := u.take(); got != nil {
			t.Errorf("replays switched %s", brief(got))
		}
		if a.stats.replays.Load() == 0 || a.engine.Count(usm.NotInTimeWindows) < 2 {
			t.Errorf("%d replays, %d outside the window", a.stats.replays.Load(), a.engine.Count(usm.NotInTimeWindows))
		}
	})
}

// TestGuessing: an address that guesses is not listened to, but cannot lock out a
// manager whose address it fakes.
func TestGuessing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, _ := newTestAgent(t, "8ks", nil)
		d := newDesks(a)
		get := asked{name: "1.3.6.1.2.1.1.3.0"}
		trusted := signed(t, a, admin)
		if r := trusted.ask(t, d, ber.GetRequest, 0, 0, get); r == nil {
			t.Fatal("no answer before")
		}
		for range guessBurst + 5 {
			plain(version2c, "guess").ask(t, d, ber.GetRequest, 0, 0, get)
		}
		if r := plain(version2c, "private").ask(t, d, ber.GetRequest, 0, 0, get); r != nil {
			t.Error("an address that guessed is answered")
		}
		if n := a.stats.inBadCommunityNames.Load(); n != guessBurst {
			t.Errorf("%d communities were looked at, want %d", n, guessBurst)
		}
		if r := trusted.ask(t, d, ber.GetRequest, 0, 0, get); r == nil || r.tag != ber.Response {
			t.Errorf("a manager was locked out: %+v", r)
		}
		time.Sleep(guessEvery * guessBurst)
		if r := plain(version2c, "private").ask(t, d, ber.GetRequest, 0, 0, get); r == nil {
			t.Error("an address that was quiet is not answered")
		}
	})
}

// TestNoAmplifier: what nobody has signed makes few and small answers.
func TestNoAmplifier(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, _ := newTestAgent(t, "8ks", nil)
		d := newDesks(a)
		discovery := (&manager{version: version3}).request(ber.GetRequest, 0, 0, nil)
		answers := 0
		for range 1000 {
			if r := d.answer(t, bytes.Clone(discovery), somewhere); r != nil {
				answers++
				if len(r) > 2*len(discovery) {
					t.Fatalf("%d octets are answered with %d", len(discovery), len(r))
				}
			}
		}
		if answers != reportBurst {
			t.Errorf("%d reports at once, want %d", answers, reportBurst)
		}
		m := plain(version2c, "private")
		if r := m.ask(t, d, ber.GetBulkRequest, 0, 1<<31-1, asked{name: "1.3"}); len(r.vars) < 20 || d.reading.out.Len() > maxPlain {
			t.Errorf("GetBulk has %d variables in %d octets", len(r.vars), d.reading.out.Len())
		}
	})
}

func TestTooBig(t *testing.T) {
	a, _ := newTestAgent(t, "8ks", func(c *Config) { c.Description = strings.Repeat("x", 255) })
	d := newDesks(a)
	var list []asked
	for range 10 {
		list = append(list, asked{name: "1.3.6.1.2.1.1.1.0"})
	}
	if r := plain(version2c, "private").ask(t, d, ber.GetRequest, 0, 0, list...); r.status != TooBig || r.index != 0 || len(r.vars) != 0 {
		t.Errorf("version 2c: %+v", r)
	}
	if r := plain(version1, "private").ask(t, d, ber.GetRequest, 0, 0, list...); r.status != TooBig || len(r.vars) != 10 {
		t.Errorf("version 1: %+v", r)
	}
	if r := signed(t, a, admin).ask(t, d, ber.GetRequest, 0, 0, list...); r.status != NoError || len(r.vars) != 10 {
		t.Errorf("version 3: %+v", r)
	}
}

// TestAnswersFit: no answer is longer than the client can take.
func TestAnswersFit(t *testing.T) {
	a, _ := newTestAgent(t, "8ks", nil)
	d := newDesks(a)
	for _, c := range []usm.Credentials{admin, viewer} {
		m := signed(t, a, c)
		for m.maxSize = usm.MinMaxSize; m.maxSize < maxMessage+1000; m.maxSize += 61 {
			r := m.ask(t, d, ber.GetBulkRequest, 0, 1000, asked{name: "1.3"})
			if r.status != NoError || len(r.vars) == 0 {
				t.Fatalf("size %d: %+v", m.maxSize, r)
			}
			limit := min(int(m.maxSize), maxMessage)
			if size := d.reading.out.Len(); size > limit || size < limit-300 {
				t.Errorf("size %d: the answer has %d octets", m.maxSize, size)
			}
		}
	}
}

// TestStaleSet: a Set that waited behind a slow one is not carried out when its
// sender has given up.
func TestStaleSet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, u := newTestAgent(t, "8ks", nil)
		d, m := newDesks(a), plain(version2c, "private")
		_, set := d.reading.receive(m.request(ber.SetRequest, 0, 0, encodeBinds([]asked{switchTo(1, 1)})), somewhere)
		time.Sleep(staleAfter + time.Millisecond)
		if answer := d.setting.handle(t.Context(), set); answer != nil || u.take() != nil {
			t.Errorf("it is carried out late and answered %x", answer)
		}
	})
}

func TestGetBulk(t *testing.T) {
	a, _ := newTestAgent(t, "8ks", nil)
	d, m := newDesks(a), plain(version2c, "private")
	f := func(first, second int32, want string, names ...string) {
		t.Helper()
		var list []asked
		for _, n := range names {
			list = append(list, asked{name: n})
		}
		r := m.ask(t, d, ber.GetBulkRequest, first, second, list...)
		var got []string
		for _, v := range r.vars {
			text := strings.TrimPrefix(v.oid(), "1.3.6.1.4.1.47952.1.")
			if v.tag == ber.EndOfMibView {
				text += "!"
			}
			got = append(got, text)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%d %d %v gives %s, want %s", first, second, names, got, want)
		}
	}
	const b = "1.3.6.1.4.1.47952.1."
	f(1, 2, "2.1.0 1.1.3.1.0 1.1.28.1.0 1.1.3.2.0 1.1.28.2.0", b+"2", b+"1.1.3", b+"1.1.28")
	f(0, 0, "", b+"2")
	f(-5, 1, "2.1.0", b+"2")
	f(9, 5, "2.1.0", b+"2")
	const last = "1.3.6.1.6.3.15.1.1.6.0" // usmStatsDecryptionErrors.0
	f(0, 9, last+" "+last+"!", "1.3.6.1.6.3.15.1.1.5.0")
	f(0, 2, last+" 2.7.0 "+last+"! 1.3.6.1.6.3.1.1.6.1.0", "1.3.6.1.6.3.15.1.1.5.0", b+"2.6.0")
}
