package telnet

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/zerocross-pdu/zerocross/pdu"
)

// decode takes a whole stream apart.
func decode(stream []byte) (lines []string) {
	var d decoder
	for _, b := range stream {
		text, tooLong, done := d.take(b)
		switch {
		case done && tooLong:
			lines = append(lines, "too long")
		case done:
			lines = append(lines, string(text))
		}
	}
	return lines
}

// TestDecoderSkipsNegotiation: whatever is negotiated between the bytes of a text,
// the lines are the same.
func TestDecoderSkipsNegotiation(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		letters := rapid.SliceOf(rapid.SampledFrom([]byte("ab \r\n\r\n\x00"))).Draw(t, "text")
		var noisy []byte
		for _, b := range letters {
			switch rapid.IntRange(0, 4).Draw(t, "noise") {
			case 0:
				noisy = append(noisy, iac, rapid.ByteRange(will, dont).Draw(t, "verb"), rapid.Byte().Draw(t, "option"))
			case 1:
				inside := rapid.SliceOf(rapid.Byte()).Draw(t, "inside")
				noisy = append(noisy, iac, sb)
				noisy = append(noisy, bytes.ReplaceAll(inside, []byte{iac}, []byte{iac, iac})...)
				noisy = append(noisy, iac, se)
			case 2:
				noisy = append(noisy, iac, rapid.ByteRange(se, sb-1).Draw(t, "command"))
			}
			noisy = append(noisy, b)
		}
		if diff := cmp.Diff(decode(letters), decode(noisy)); diff != "" {
			t.Errorf("%q and %q differ:\n%s", letters, noisy, diff)
		}
	})
}

// TestDecoderLineEnds: lines come back as they were sent, whatever ends them.
func TestDecoderLineEnds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lines := rapid.SliceOf(rapid.StringMatching(`[ -~]{1,40}`)).Draw(t, "lines")
		var stream []byte
		for _, l := range lines {
			stream = append(stream, l...)
			stream = append(stream, rapid.SampledFrom([]string{"\r\n", "\r\x00", "\r", "\n"}).Draw(t, "end")...)
		}
		if got := decode(stream); !slices.Equal(lines, got) {
			t.Errorf("%q became %q", stream, got)
		}
	})
}

// TestSplitAnywhere plays a conversation byte by byte and cut in two everywhere: the
// answers are those to the whole.
func TestSplitAnywhere(t *testing.T) {
	stream := "\xff\xfd\x03\r\nlogin demo demo\r\nport\xff\xfa\x18\x00x\xff\xf0 1 0\rport list\n" +
		"port list 1u4u\r\x00nonsense\r\n\xff\xff\r\nport 1\r\nquit\r\nport 2 1\r\n"
	converse := func(t *testing.T, chunks ...string) (answers, asked string) {
		synctest.Test(t, func(t *testing.T) {
			u := newUnit(t, "4c")
			w := connect(t.Context(), newTestService(t, u, defaultConfig(nil), &fakeAccounts{}))
			for _, c := range chunks {
				w.say(c)
			}
			answers, _ = w.hear()
			w.hangUp()
			asked = u.take()
		})
		return answers, asked
	}
	answers, asked := converse(t, stream)
	if asked != "1:off; 1:on 2:noChange 3:toggle 4:noChange" || !strings.HasSuffix(answers, "110 BYE\r\n") {
		t.Fatalf("whole: asked %q, answers %q", asked, answers)
	}
	check := func(how string, chunks ...string) {
		if a, b := converse(t, chunks...); a != answers || b != asked {
			t.Errorf("%s: asked %q, want %q; answers %q, want %q", how, b, asked, a, answers)
		}
	}
	check("byte by byte", strings.Split(stream, "")...)
	for i := range len(stream) {
		check("cut at "+strconv.Itoa(i), stream[:i], stream[i:])
	}
}

// FuzzLines sends any bytes to a connection that is not logged in, to one that may
// look and to one that may do everything. Each answer is a known line, and only who
// may switch can reach the outputs.
func FuzzLines(f *testing.F) {
	files, _ := filepath.Glob("testdata/*.txt")
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		var stream strings.Builder
		for line := range strings.Lines(string(text)) {
			if quoted, ok := strings.CutPrefix(strings.TrimSpace(line), "> "); ok {
				chunk, _ := strconv.Unquote(quoted)
				stream.WriteString(chunk)
			}
		}
		for user := range uint8(3) {
			f.Add(user, []byte(stream.String()), uint16(len(stream.String())/2))
		}
	}
	f.Fuzz(func(t *testing.T, user uint8, stream []byte, cut uint16) {
		if len(stream) > 2*maxEndlessBytes {
			return
		}
		synctest.Test(t, func(t *testing.T) {
			u := newUnit(t, "8ks")
			c := defaultConfig(nil)
			c.HashedLogin, c.Write = true, Credential{User: "x", Password: "y"}
			s := newTestService(t, u, c, &fakeAccounts{})
			w := connect(t.Context(), s)
			if name := []string{"", "guest", "admin"}[user%3]; name != "" {
				w.ask("login " + name + " " + name)
			}
			w.hear()
			at := min(int(cut), len(stream))
			w.say(string(stream[:at]))
			w.say(string(stream[at:]))
			answers, _ := w.hear()
			w.hangUp()
			for line := range strings.Lines(answers) {
				checkAnswer(t, line)
			}
			tries := bytes.Contains(stream, []byte("login")) || bytes.IndexByte(stream, iac) >= 0 || bytes.IndexByte(stream, 0) >= 0
			if asked := u.take(); asked != "" && user%3 != 2 && !tries {
				t.Errorf("somebody without the right made the unit do %q", asked)
			}
			for _, cmd := range u.commands {
				for _, o := range cmd.Outputs {
					if !u.snap.Profile.HasOutput(o.Output) || o.Action > pdu.ActionNoChange {
						t.Errorf("the unit was asked %+v", o)
					}
				}
			}
		})
	})
}

// checkAnswer: one line, ended by CR LF, with a code of the protocol.
func checkAnswer(t *testing.T, line string) {
	t.Helper()
	text, ok := strings.CutSuffix(line, "\r\n")
	if !ok || strings.ContainsAny(text, "\r\n") {
		t.Errorf("the answer %q is not one line", line)
	}
	if strings.HasPrefix(text, data) || text == bye || text == timedOut {
		return
	}
	for _, r := range []refusal{invalidValue, invalidParameter, unknownCommand, invalidLogin, alreadyLoggedIn, forbidden, lineTooLong} {
		if text == string(r) {
			return
		}
	}
	t.Errorf("%q is no answer of the protocol", line)
}
