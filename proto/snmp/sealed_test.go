package snmp

import (
	"bytes"
	"fmt"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zerocross-pdu/zerocross/proto/snmp/ber"
	"github.com/zerocross-pdu/zerocross/proto/snmp/usm"
)

// sealScoped builds a signed message around any ScopedPDU.
func (m *manager) sealScoped(reportable bool, scoped func(b *ber.Builder)) []byte {
	var p, b ber.Builder
	scoped(&p)
	m.id++
	h := m.peer.Header(m.id, maxMessage)
	h.Reportable = reportable
	usm.Seal(&b, h, m.peer.Key(), m.peer.Key().Level(), p.Bytes())
	return b.Bytes()
}

// scopedIn gives a ScopedPDU with a Get in any context.
func scopedIn(engine []byte, context string, tag ber.Tag) func(b *ber.Builder) {
	return func(b *ber.Builder) {
		s := b.Open(ber.Sequence)
		b.Value(ber.OctetString, engine)
		b.Text(context)
		appendPDU(b, tag, 77, 0, 0, encodeBinds([]asked{switchTo(1, 1)}))
		b.Close(s)
	}
}

// TestOtherContexts: what is signed but not for us is reported, as the dispatcher of
// RFC 3412 does.
func TestOtherContexts(t *testing.T) {
	a, u := newTestAgent(t, "8ks", nil)
	d, m := newDesks(a), signed(t, a, admin)
	id := a.engine.ID()
	f := func(name, want string, scoped func(b *ber.Builder)) {
		t.Helper()
		r := m.again(t, d, m.sealScoped(true, scoped), somewhere)
		switch {
		case want == "" && r != nil:
			t.Errorf("%s: answer %+v", name, r)
		case want != "" && (r == nil || r.tag != ber.Report || r.vars[0].oid() != want || r.id != 77):
			t.Errorf("%s: answer %+v, want report %s", name, r, want)
		}
		if want != "" && m.again(t, d, m.sealScoped(false, scoped), somewhere) != nil {
			t.Errorf("%s: a report comes that nobody wants", name)
		}
	}
	f("context name", "1.3.6.1.6.3.12.1.5.0", scopedIn(id, "other", ber.SetRequest))
	f("context engine", "1.3.6.1.6.3.11.2.1.3.0", scopedIn([]byte("another"), "", ber.SetRequest))
	f("trap", "", scopedIn(id, "", ber.TrapV2))
	f("response", "", scopedIn(id, "", ber.Response))
	before := a.stats.inASNParseErrs.Load()
	f("no PDU", "", func(b *ber.Builder) {
		s := b.Open(ber.Sequence)
		b.Value(ber.OctetString, id)
		b.Close(s)
	})
	f("bad PDU", "", func(b *ber.Builder) {
		s := b.Open(ber.Sequence)
		b.Value(ber.OctetString, id)
		b.Text("")
		b.Value(ber.SetRequest, []byte{2, 1, 1})
		b.Close(s)
	})
	if n := a.stats.inASNParseErrs.Load() - before; n != 2 {
		t.Errorf("%d malformed PDUs are counted, want 2", n)
	}
	if got := u.take(); got != nil {
		t.Errorf("switched %s", brief(got))
	}
}

// TestOtherMessages: versions of security that nobody has get silence.
func TestOtherMessages(t *testing.T) {
	a, _ := newTestAgent(t, "8ks", nil)
	d := newDesks(a)
	good := (&manager{version: version3}).request(ber.GetRequest, 0, 0, nil)
	flags := bytes.Index(good, []byte{4, 1, 4}) + 2
	change := func(at int, value byte) []byte {
		bad := bytes.Clone(good)
		bad[at] = value
		return bad
	}
	if answer := d.answer(t, change(flags, 6), somewhere); answer != nil || a.stats.invalidMsgs.Load() != 1 {
		t.Errorf("encrypted without signature: %x", answer)
	}
	if answer := d.answer(t, change(flags+3, 2), somewhere); answer != nil || a.stats.unknownSecurityModels.Load() != 1 {
		t.Errorf("another security model: %x", answer)
	}
	if answer := d.answer(t, change(flags, 0), somewhere); answer != nil || a.engine.Count(usm.UnknownEngineIDs) != 1 {
		t.Errorf("discovery that wants no report: %x", answer)
	}
}

// TestMemoryIsBounded: whoever sends from many addresses finds bounds everywhere.
func TestMemoryIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, u := newTestAgent(t, "8ks", nil)
		d, m := newDesks(a), plain(version2c, "private")
		from := func(i int) netip.AddrPort {
			return netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}), 5000)
		}
		wrong := plain(version2c, "wrong").request(ber.GetRequest, 0, 0, nil)
		for i := range 3000 {
			d.answer(t, wrong, from(i))
			m.again(t, d, m.request(ber.SetRequest, 0, 0, encodeBinds([]asked{switchTo(1, 5)})), from(i+1<<16))
			d.reading.guard.mayReport(from(i).Addr(), time.Now())
		}
		g := &a.guard
		if len(g.wrong.until) > guardedAddrs || len(g.reports.until) > guardedAddrs || len(g.trusted) > rememberedMax || len(d.setting.last) > maxRepeats {
			t.Errorf("%d guessing, %d reported, %d trusted, %d callers", len(g.wrong.until), len(g.reports.until), len(g.trusted), len(d.setting.last))
		}
		if n := len(u.take()); n != 3000 {
			t.Errorf("%d Sets were carried out, want 3000", n)
		}
		time.Sleep(repeatFor)
		d.setting.forgetCaller(time.Now())
		if len(d.setting.last) != 0 {
			t.Errorf("%d callers are remembered for nothing", len(d.setting.last))
		}
	})
}

func TestDigestsAreForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, _ := newTestAgent(t, "8ks", nil)
		s := newSetter(a)
		note := func(digest string) bool {
			return s.replayed(&request{received: time.Now(), v3: sealed{key: a.engine.Key("admin"), digest: digest}})
		}
		for i := range maxDigests + 100 {
			if note(fmt.Sprint(i)) {
				t.Fatalf("message %d was seen before", i)
			}
		}
		if len(s.digests) != maxDigests || len(s.order) != maxDigests || !note(fmt.Sprint(maxDigests)) {
			t.Errorf("%d digests, %d in order", len(s.digests), len(s.order))
		}
		time.Sleep(replayFor + time.Second)
		if note("new") || len(s.digests) != 1 {
			t.Errorf("%d digests after the window", len(s.digests))
		}
	})
}
