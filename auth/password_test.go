package auth

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/zerocross-pdu/zerocross/pdu"
)

// referenceHash is a test vector of the argon2 reference implementation, version 19.
const referenceHash = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"

func TestReferenceHash(t *testing.T) {
	h, err := parseHash(referenceHash)
	if err != nil {
		t.Fatal(err)
	}
	if string(h.salt) != "somesalt" || h.memoryKiB != 65536 || h.passes != 2 || h.threads != 1 {
		t.Errorf("read %+v", h)
	}
	if !h.matches(argon2Key, "password") {
		t.Error("the password of the test vector is not right")
	}
}

func TestHashPassword(t *testing.T) {
	const password = "correct horse ☃"
	hash, err := HashPassword(password)
	if err != nil {
		t.Fatal(err)
	}
	h, err := parseHash(string(hash))
	if err != nil {
		t.Fatal(err)
	}
	if h.memoryKiB != 7168 || h.passes != 5 || h.threads != 1 || len(h.salt) != 16 || len(h.key) != 32 {
		t.Errorf("cost of %s", string(hash))
	}
	for _, wrong := range []string{"", "correct horse", password + " ", strings.ToUpper(password)} {
		if h.matches(argon2Key, wrong) {
			t.Errorf("%q is taken for the password", wrong)
		}
	}
	if !h.matches(argon2Key, password) {
		t.Error("the password is not right")
	}
	if again, _ := HashPassword(password); again == hash {
		t.Error("two hashes have the same salt")
	}
}

func TestHashPasswordRefuses(t *testing.T) {
	_, err := HashPassword("")
	wantCode(t, err, pdu.Invalid, CodePasswordEmpty)
	_, err = hashWith(cheapKey, strings.Repeat("x", MaxPasswordBytes+1))
	wantCode(t, err, pdu.Invalid, CodePasswordLong)
	_, err = hashWith(cheapKey, strings.Repeat("x", MaxPasswordBytes))
	wantCode(t, err, 0, "")
}

// phc writes a hash with the given parameters.
func phc(parameters string, saltBytes, keyBytes int) string {
	zeros := func(n int) string { return base64.RawStdEncoding.EncodeToString(make([]byte, n)) }
	return fmt.Sprintf("$argon2id$%s$%s$%s", parameters, zeros(saltBytes), zeros(keyBytes))
}

func TestParseHashAccepts(t *testing.T) {
	for _, text := range []string{
		referenceHash,
		phc("v=19$m=7168,t=5,p=1", 16, 32),
		phc("v=19$m=1024,t=1,p=1", 8, 16),
		phc("v=19$m=65536,t=10,p=4", 48, 64),
	} {
		if _, err := parseHash(text); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestParseHashRefuses(t *testing.T) {
	good := phc("v=19$m=7168,t=5,p=1", 16, 32)
	for name, text := range map[string]string{
		"empty":               "",
		"clear password":      "right password",
		"bcrypt":              "$2a$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy",
		"argon2i":             strings.Replace(good, "argon2id", "argon2i", 1),
		"text in front":       "x" + good,
		"text behind":         good + "$",
		"line end behind":     good + "\n",
		"line end inside":     good[:len(good)-4] + "\n" + good[len(good)-4:],
		"padded":              good + "=",
		"loose bits":          good[:len(good)-1] + "B",
		"other alphabet":      strings.Replace(good, "AAAA", "AA-_", 1),
		"old version":         phc("v=16$m=7168,t=5,p=1", 16, 32),
		"no version":          phc("m=7168,t=5,p=1", 16, 32),
		"other order":         phc("v=19$t=5,m=7168,p=1", 16, 32),
		"more parameters":     phc("v=19$m=7168,t=5,p=1,data=AA", 16, 32),
		"leading zero":        phc("v=19$m=07168,t=5,p=1", 16, 32),
		"sign":                phc("v=19$m=+7168,t=5,p=1", 16, 32),
		"hexadecimal":         phc("v=19$m=0x1C00,t=5,p=1", 16, 32),
		"negative":            phc("v=19$m=-7168,t=5,p=1", 16, 32),
		"gigabytes":           phc("v=19$m=4194304,t=5,p=1", 16, 32),
		"just too much":       phc("v=19$m=65537,t=5,p=1", 16, 32),
		"more than 32 bits":   phc("v=19$m=4294974464,t=5,p=1", 16, 32),
		"too little memory":   phc("v=19$m=1023,t=5,p=1", 16, 32),
		"too many passes":     phc("v=19$m=7168,t=11,p=1", 16, 32),
		"no pass":             phc("v=19$m=7168,t=0,p=1", 16, 32),
		"too many threads":    phc("v=19$m=7168,t=5,p=5", 16, 32),
		"threads over 8 bits": phc("v=19$m=7168,t=5,p=257", 16, 32),
		"no thread":           phc("v=19$m=7168,t=5,p=0", 16, 32),
		"short salt":          phc("v=19$m=7168,t=5,p=1", 7, 32),
		"long salt":           phc("v=19$m=7168,t=5,p=1", 49, 32),
		"short hash":          phc("v=19$m=7168,t=5,p=1", 16, 15),
		"long hash":           phc("v=19$m=7168,t=5,p=1", 16, 65),
		"no hash":             phc("v=19$m=7168,t=5,p=1", 16, 0),
	} {
		if h, err := parseHash(text); err == nil {
			t.Errorf("%s is accepted: %q as %+v", name, text, h)
		}
	}
}

func FuzzParseHash(f *testing.F) {
	for _, seed := range []string{
		"", referenceHash, phc("v=19$m=7168,t=5,p=1", 16, 32), phc("v=19$m=4294967295,t=4294967295,p=255", 16, 32),
		phc("v=19$m=07168,t=5,p=1", 16, 32), phc("v=16$m=7168,t=5,p=1", 0, 0), "$argon2id$$$$", "$argon2id$v=19$m=1 024,t=1,p=1$$",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		h, err := parseHash(text)
		if err != nil {
			return
		}
		if h.String() != text {
			t.Errorf("%q is read as %q", text, h)
		}
		if h.memoryKiB > 64*1024 || h.passes > 10 || h.threads < 1 || h.threads > 4 || len(h.salt) > 48 || len(h.key) < 16 || len(h.key) > 64 {
			t.Errorf("%q has a cost out of bounds", text)
		}
	})
}

func BenchmarkArgon2(b *testing.B) {
	h := defaultCost()
	b.ReportAllocs()
	for b.Loop() {
		argon2Key("right password", h)
	}
}
