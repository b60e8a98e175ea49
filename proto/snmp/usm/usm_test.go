package usm

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zerocross-pdu/zerocross/proto/snmp/ber"
)

var engineID = []byte{0x80, 0, 0x7e, 0xd9, 3, 2, 0, 0, 0x12, 0x3a, 0x5f}

// TestKeyVectors: RFC 3414 appendix A.3.
func TestKeyVectors(t *testing.T) {
	id := append(make([]byte, 11), 2)
	f := func(a Auth, wantKey, wantLocal string) {
		t.Helper()
		key := PassphraseKey(a, "maplesyrup")
		if got := hex.EncodeToString(key); got != wantKey {
			t.Errorf("%s: key %s, want %s", a, got, wantKey)
		}
		if got := hex.EncodeToString(Localize(a, key, id)); got != wantLocal {
			t.Errorf("%s: localised %s, want %s", a, got, wantLocal)
		}
	}
	f(MD5, "9faf3283884e92834ebc9847d8edd963", "526f5eed9fcce26f8964c2930787d82b")
	f(SHA1, "9fb5cc0381497b3793528939ff788d5d79145211", "6695febc9288e36282235fc7151f128497b38f3f")
}

// TestDigestLengths: RFC 3414 sections 6.3.1 and 7.3.1, RFC 7860 section 4.
func TestDigestLengths(t *testing.T) {
	want := map[Auth]int{MD5: 12, SHA1: 12, SHA224: 16, SHA256: 24, SHA384: 32, SHA512: 48}
	for _, a := range Auths() {
		if spec, ok := a.spec(); !ok || spec.digest != want[a] {
			t.Errorf("%s sends %d octets, want %d", a, spec.digest, want[a])
		}
	}
}

func credentials(a Auth, p Priv) Credentials {
	c := Credentials{Name: "ann", Auth: a, AuthPassphrase: "authpass1", Priv: p, PrivPassphrase: "privpass1"}
	if p.Stretches(a) {
		c.Extension = Blumenthal
	}
	return c
}

// scopedSample is a ScopedPDU around a Get without variables.
func scopedSample() []byte {
	var b ber.Builder
	s := b.Open(ber.Sequence)
	b.Value(ber.OctetString, engineID)
	b.Text("")
	p := b.Open(ber.GetRequest)
	b.Int(1)
	b.Int(0)
	b.Int(0)
	b.Close(b.Open(ber.Sequence))
	b.Close(p)
	b.Close(s)
	return b.Bytes()
}

func newEngine(t testing.TB, c ...Credentials) *Engine {
	t.Helper()
	e, err := NewEngine(engineID, 7, c)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func seal(e *Engine, user string, level Level, h Header) []byte {
	var b ber.Builder
	h.ID, h.MaxSize, h.User = 5, 1500, user
	Seal(&b, h, e.Key(user), level, scopedSample())
	return b.Bytes()
}

func now(e *Engine) Header { return Header{EngineID: e.ID(), Boots: e.Boots(), Time: e.Time()} }

func TestEveryPairOfProtocols(t *testing.T) {
	for _, a := range Auths() {
		for _, p := range append(Privs(), NoPriv) {
			for _, x := range []Extension{Blumenthal, Reeder} {
				t.Run(fmt.Sprintf("%s/%s/%s", a, p, x), func(t *testing.T) {
					c := credentials(a, p)
					c.Extension = x
					e := newEngine(t, c)
					level := e.Key("ann").Level()
					m, err := Parse(seal(e, "ann", level, now(e)))
					if err != nil {
						t.Fatal(err)
					}
					scoped, k, report := e.Open(m)
					if report != nil || k.Name() != "ann" || !bytes.Equal(scoped, scopedSample()) {
						t.Fatalf("opened %x (%v)", scoped, report)
					}
				})
			}
		}
	}
}

func TestShortKeysNeedAChoice(t *testing.T) {
	c := credentials(SHA1, AES256)
	c.Extension = NoExtension
	if _, err := NewEngine(engineID, 1, []Credentials{c}); err == nil {
		t.Error("SHA-1 with AES-256 works without an extension")
	}
	if SHA256 := credentials(SHA256, AES256); SHA256.Extension != NoExtension {
		t.Error("SHA-256 with AES-256 wants an extension")
	}
}

func TestShortPassphrases(t *testing.T) {
	for _, c := range []Credentials{
		{Name: "a", Auth: SHA256, AuthPassphrase: "1234567"},
		{Name: "a", Auth: SHA256, AuthPassphrase: "12345678", Priv: AES128, PrivPassphrase: "1234567"},
	} {
		if _, err := NewEngine(engineID, 1, []Credentials{c}); err == nil {
			t.Errorf("%+v works", c)
		}
	}
}

// TestOrder: a message that is wrong in several ways is reported for the first.
func TestOrder(t *testing.T) {
	e := newEngine(t, credentials(SHA256, NoPriv), Credentials{Name: "bob", Auth: SHA256, AuthPassphrase: "authpass1", Priv: AES128, PrivPassphrase: "privpass1"})
	other := newEngine(t, credentials(SHA256, NoPriv), Credentials{Name: "bob", Auth: SHA256, AuthPassphrase: "wrongpass", Priv: AES128, PrivPassphrase: "privpass1"},
		Credentials{Name: "eve", Auth: SHA256, AuthPassphrase: "wrongpass"})
	otherPriv := newEngine(t, Credentials{Name: "ann", Auth: SHA256, AuthPassphrase: "wrongpass", Priv: AES128, PrivPassphrase: "privpass1"},
		Credentials{Name: "bob", Auth: SHA256, AuthPassphrase: "authpass1", Priv: DES, PrivPassphrase: "privpass1"})
	stale := Header{EngineID: engineID, Boots: 6}
	is := func(datagram []byte, want Stat, signed bool) {
		t.Helper()
		m, err := Parse(datagram)
		if err != nil {
			t.Fatal(err)
		}
		before := e.Count(want)
		_, _, r := e.Open(m)
		if r == nil || r.Stat != want || (r.Key != nil) != signed || r.Count != before+1 || e.Count(want) != before+1 {
			t.Errorf("report %+v, want counter %d, signed %t", r, want, signed)
		}
	}
	is(seal(other, "eve", AuthNoPriv, Header{EngineID: []byte("another")}), UnknownEngineIDs, false)
	is(seal(other, "eve", AuthNoPriv, stale), UnknownUserNames, false)
	is(seal(otherPriv, "ann", AuthPriv, stale), UnsupportedSecLevels, false)
	is(seal(other, "bob", AuthNoPriv, stale), WrongDigests, false)
	is(seal(e, "bob", AuthNoPriv, stale), NotInTimeWindows, true)
	is(seal(otherPriv, "bob", AuthPriv, now(e)), DecryptionErrors, false)
}

func TestWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEngine(t, credentials(SHA256, NoPriv))
		time.Sleep(time.Hour)
		for _, c := range []struct {
			boots, time uint32
			ok          bool
		}{{7, 3600, true}, {7, 3600 - 150, true}, {7, 3600 + 150, true}, {7, 3600 - 151, false}, {7, 3600 + 151, false}, {6, 3600, false}, {8, 3600, false}, {0, 0, false}} {
			m, err := Parse(seal(e, "ann", AuthNoPriv, Header{EngineID: engineID, Boots: c.boots, Time: c.time}))
			if err != nil {
				t.Fatal(err)
			}
			if _, _, r := e.Open(m); (r == nil) != c.ok {
				t.Errorf("boots %d time %d: %v", c.boots, c.time, r)
			}
		}
	})
}

func TestLatchedEngineTrustsNobody(t *testing.T) {
	e, err := NewEngine(engineID, MaxBoots+5, []Credentials{credentials(SHA256, NoPriv)})
	if err != nil {
		t.Fatal(err)
	}
	m, err := Parse(seal(e, "ann", AuthNoPriv, now(e)))
	if err != nil {
		t.Fatal(err)
	}
	if _, _, r := e.Open(m); e.Boots() != MaxBoots || r == nil || r.Stat != NotInTimeWindows {
		t.Errorf("boots %d, report %v", e.Boots(), r)
	}
}

// TestEveryBitCounts: no octet of a signed message can be changed.
func TestEveryBitCounts(t *testing.T) {
	e := newEngine(t, credentials(SHA256, AES128))
	good := seal(e, "ann", AuthPriv, now(e))
	for i := range good {
		for bit := range 8 {
			bad := bytes.Clone(good)
			bad[i] ^= 1 << bit
			m, err := Parse(bad)
			if err != nil || m.Model != SecurityModel {
				continue
			}
			if scoped, _, r := e.Open(m); r == nil && m.Level() != NoAuthNoPriv {
				t.Fatalf("octet %d bit %d: opened %x", i, bit, scoped)
			}
		}
	}
}

func TestPeerFindsAndFollows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := credentials(SHA256, AES128)
		e := newEngine(t, c)
		time.Sleep(time.Hour)
		var p Peer
		if err := p.Discover(&Message{EngineID: engineID}, c); err != nil {
			t.Fatal(err)
		}
		send := func() (*Report, []byte) {
			var b ber.Builder
			Seal(&b, p.Header(1, 1500), p.Key(), AuthPriv, scopedSample())
			m, err := Parse(b.Bytes())
			if err != nil {
				t.Fatal(err)
			}
			_, _, r := e.Open(m)
			return r, b.Bytes()
		}
		answer := func() error {
			m, err := Parse(seal(e, "ann", AuthNoPriv, now(e)))
			if err != nil {
				t.Fatal(err)
			}
			_, signed, err := p.Open(m)
			if err == nil && !signed {
				t.Error("not signed")
			}
			return err
		}
		if r, _ := send(); r == nil || r.Stat != NotInTimeWindows {
			t.Fatal(r)
		}
		old := seal(e, "ann", AuthNoPriv, now(e))
		if err := answer(); err != nil {
			t.Fatal(err)
		}
		if r, _ := send(); r != nil {
			t.Fatal(r)
		}
		time.Sleep(10 * time.Minute)
		if r, _ := send(); r != nil {
			t.Fatal("the peer's clock stands:", r)
		}
		m, err := Parse(old)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := p.Open(m); err == nil {
			t.Error("an answer of ten minutes ago is taken")
		}
	})
}

func FuzzOpen(f *testing.F) {
	e := newEngine(f, credentials(SHA256, AES128))
	f.Add(seal(e, "ann", AuthPriv, now(e)))
	f.Add(seal(e, "ann", AuthNoPriv, now(e)))
	f.Add(seal(e, "ann", NoAuthNoPriv, now(e)))
	f.Fuzz(func(t *testing.T, data []byte) {
		whole := bytes.Clone(data)
		m, err := Parse(data)
		if err != nil || m.Model != SecurityModel {
			return
		}
		_, k, r := e.Open(m)
		if r == nil && m.Level() != NoAuthNoPriv && !bytes.Equal(k.sum(zeroed(m, whole)), m.digest) {
			t.Fatal("opened without the right digest")
		}
	})
}

func zeroed(m *Message, whole []byte) []byte {
	clear(whole[m.offset : m.offset+len(m.digest)])
	return whole
}
