package journal

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/zerocross-pdu/zerocross/pdu"
)

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

func mustOpen(t testing.TB, d folder, limit int64) (*Journal, State, Report) {
	t.Helper()
	j, s, r, err := open(d, quiet(), limit)
	if err != nil {
		t.Fatal(err)
	}
	return j, s, r
}

func mustAppend(t testing.TB, j *Journal, records ...Record) {
	t.Helper()
	for _, r := range records {
		if err := j.Append(r); err != nil {
			t.Fatal(err)
		}
	}
}

var (
	day    = time.Date(2026, 3, 1, 12, 0, 0, 123456789, time.UTC)
	sample = []Record{
		Boot{PowerCycle: "cycle-1", BootedAt: day},
		Outputs{
			{Output: 1, Commanded: pdu.On, LastChange: day, LastOrigin: pdu.Origin{Source: pdu.SourceM2M, Protocol: "json", User: "netio", Addr: "10.0.0.1"}},
			{Output: 3, Commanded: pdu.Off, Fault: pdu.RelayNotFollowing, PowerUpAt: day.Add(time.Hour), Pulse: &pdu.Pulse{Action: pdu.ActionShortOff, Delay: 5 * time.Second, Ends: day.Add(5 * time.Second), Origin: pdu.Origin{Source: pdu.SourceWeb, Protocol: "web"}}},
		},
		Counters{Energy: []pdu.Energy{{Forward: 5, ForwardLife: 1 << 60}, {Forward: 4, Reverse: 3, ReverseLife: 9, ResetAt: day}}, Inputs: []uint32{7}},
		Outputs{{Output: 3, Commanded: pdu.On}},
		Counters{Energy: []pdu.Energy{{Forward: 50}}, Inputs: []uint32{8}},
	}
	sampleState = State{
		PowerCycle: "cycle-1", BootedAt: day,
		Outputs: map[pdu.OutputID]OutputState{
			1: sample[1].(Outputs)[0],
			3: {Output: 3, Commanded: pdu.On},
		},
		Energy: map[Channel]pdu.Energy{Inlet: {Forward: 50}, 1: {Forward: 4, Reverse: 3, ReverseLife: 9, ResetAt: day}},
		Inputs: map[pdu.InputID]uint32{1: 8},
	}
)

// TestFolder goes through a real folder: what was appended is found again without
// any sync, as after a kill.
func TestFolder(t *testing.T) {
	root, err := os.OpenRoot(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	j, s, r, err := Open(root, quiet())
	if err != nil || !r.Clean() || s.PowerCycle != "" || len(s.Outputs) != 0 {
		t.Fatalf("new journal: %+v %+v %v", s, r, err)
	}
	mustAppend(t, j, sample...)
	for n := range 5 {
		var again *Journal
		if again, s, r, err = Open(root, quiet()); err != nil || !r.Clean() {
			t.Fatalf("%+v %v", r, err)
		}
		if diff := cmp.Diff(sampleState, s); diff != "" {
			t.Fatalf("opened %d times: %s", n+1, diff)
		}
		if err := again.Close(); err != nil {
			t.Fatal(err)
		}
	}
	entries, err := fs.ReadDir(root.FS(), folderName)
	if err != nil || len(entries) != 2 {
		t.Errorf("not bounded: %v %v", entries, err)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	if err := j.Append(Boot{}); pdu.CodeOf(err) != CodeClosed {
		t.Errorf("append after close: %v", err)
	}
}

func TestRefusedRecords(t *testing.T) {
	j, _, _ := mustOpen(t, newDisk(), SegmentBytes)
	for _, r := range []Record{
		Outputs{{Output: 0}}, Outputs{{Output: 1 << 20}}, Outputs{{Output: 1, Commanded: 3}},
		Outputs{{Output: 1, Pulse: &pdu.Pulse{Action: pdu.ActionOn}}},
		Boot{PowerCycle: strings.Repeat("x", 256)}, Counters{Energy: make([]pdu.Energy, 1000)},
	} {
		if err := j.Append(r); pdu.KindOf(err) != pdu.Invalid {
			t.Errorf("%T: %v", r, err)
		}
	}
	long := OutputState{Output: 1, Commanded: pdu.On, LastOrigin: pdu.Origin{User: strings.Repeat("u", 1000)}}
	mustAppend(t, j, Outputs{long})
	_, s, r := mustOpen(t, j.dir.(*disk).afterKill(), SegmentBytes)
	if !r.Clean() || len(s.Outputs[1].LastOrigin.User) != maxString {
		t.Errorf("long names: %+v %+v", s, r)
	}
}

// written appends the sample and gives the segment and the state after each record.
func written(t *testing.T) (d *disk, name string, states []State, ends []int) {
	d = newDisk()
	j, s, _ := mustOpen(t, d, SegmentBytes)
	name = segmentName(j.number)
	states, ends = append(states, s), append(ends, len(d.names[name].data))
	for _, r := range sample {
		mustAppend(t, j, r)
		states, ends = append(states, j.image.state()), append(ends, len(d.names[name].data))
	}
	return d, name, states, ends
}

// TestTruncated cuts the segment at every byte: the state is that after the last
// whole record, and anything cut off is reported.
func TestTruncated(t *testing.T) {
	d, name, states, ends := written(t)
	whole := d.names[name].data
	for cut := ends[0]; cut <= len(whole); cut++ {
		n := 0
		for n+1 < len(ends) && ends[n+1] <= cut {
			n++
		}
		c := d.afterKill()
		c.names[name].data = whole[:cut]
		_, s, r := mustOpen(t, c, SegmentBytes)
		if diff := cmp.Diff(states[n], s); diff != "" {
			t.Fatalf("cut at %d: %s", cut, diff)
		}
		if wantDamage := cut != ends[n]; wantDamage != (len(r.Damage) == 1 && r.Damage[0].Torn) || !wantDamage != r.Clean() {
			t.Fatalf("cut at %d: %+v", cut, r)
		}
	}
}

// TestBitFlips flips every bit: never is there a state that was not, whatever is
// after the damage is used, and the damage is reported.
func TestBitFlips(t *testing.T) {
	d, name, states, ends := written(t)
	for i := range d.names[name].data {
		for bit := range 8 {
			c := d.afterKill()
			c.names[name].data[i] ^= 1 << bit
			_, s, r := mustOpen(t, c, SegmentBytes)
			want := states[len(states)-1]
			switch n := len(ends); {
			case i >= ends[n-2]: // the last counters
				want = states[n-2]
			case i >= ends[n-3]: // the last outputs: the last counters still count
				want = states[n-3]
				want.Energy, want.Inputs = states[n-1].Energy, states[n-1].Inputs
			case i >= ends[0] && i < ends[1]: // the only power cycle
				want.PowerCycle, want.BootedAt = "", time.Time{}
			}
			if diff := cmp.Diff(want, s); diff != "" {
				t.Fatalf("bit %d of byte %d: %s", bit, i, diff)
			}
			if r.Clean() || r.Fallback {
				t.Fatalf("bit %d of byte %d: %+v", bit, i, r)
			}
		}
	}
}

// TestFallback destroys the newest segment: the one before it is used, and said so.
func TestFallback(t *testing.T) {
	d := newDisk()
	j, _, _ := mustOpen(t, d, SegmentBytes)
	mustAppend(t, j, sample...)
	j, _, _ = mustOpen(t, d.afterKill(), SegmentBytes)
	mustAppend(t, j, Outputs{{Output: 3, Commanded: pdu.On}}, Outputs{{Output: 3, Commanded: pdu.On}})
	d = j.dir.(*disk)
	name, data := segmentName(j.number), slices.Clone(d.names[segmentName(j.number)].data)
	clear(d.names[name].data)
	j, s, r := mustOpen(t, d.afterKill(), SegmentBytes)
	if diff := cmp.Diff(sampleState, s); diff != "" || !r.Fallback || r.Lost {
		t.Errorf("%s %+v", diff, r)
	}
	// What is written from here on is newer than anything that comes back to life.
	mustAppend(t, j, Outputs{{Output: 3, Commanded: pdu.Off}})
	d2 := j.dir.(*disk)
	d2.names[name] = &inode{data: data}
	if _, s, _ = mustOpen(t, d2.afterKill(), SegmentBytes); s.Outputs[3].Commanded != pdu.Off {
		t.Error("an old state came back")
	}
	for _, f := range d2.names {
		clear(f.data)
	}
	if _, s, r = mustOpen(t, d2.afterKill(), SegmentBytes); !r.Lost || len(s.Outputs) != 0 {
		t.Errorf("everything destroyed: %+v", r)
	}
}

func TestNewerFormat(t *testing.T) {
	d := newDisk()
	f, _ := d.Create(segmentName(1))
	b := appendHeader(nil, 1)
	b[6] = formatVersion + 1
	b = append(b[:16], crcOf(b[:16])...)
	f.Write(b)
	if _, _, _, err := open(d, quiet(), SegmentBytes); pdu.KindOf(err) != pdu.Conflict {
		t.Errorf("newer format: %v", err)
	}
}

// TestFullDisk: while nothing can be written the state is kept in memory, half a
// record is taken back, and everything is there once writing works again.
func TestFullDisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDisk()
		j, _, _ := mustOpen(t, d, SegmentBytes)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- j.Run(ctx) }()
		mustAppend(t, j, sample[0])
		d.mu.Lock()
		d.full = true
		d.mu.Unlock()
		for _, r := range sample[1:] {
			if err := j.Append(r); pdu.KindOf(err) != pdu.Unavailable {
				t.Errorf("full disk: %v", err)
			}
		}
		if _, s, r := mustOpen(t, d.afterKill(), SegmentBytes); !r.Clean() || s.PowerCycle != "cycle-1" || len(s.Outputs) != 0 {
			t.Errorf("while full: %+v %+v", s, r)
		}
		d.mu.Lock()
		d.full = false
		d.mu.Unlock()
		time.Sleep(2 * retryInterval)
		synctest.Wait()
		_, s, r := mustOpen(t, d.afterPowerCut(0), SegmentBytes)
		if diff := cmp.Diff(sampleState, s); diff != "" || !r.Clean() {
			t.Errorf("after it: %s %+v", diff, r)
		}
		mustAppend(t, j, Boot{PowerCycle: "cycle-2"})
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
		if _, s, _ = mustOpen(t, d.afterPowerCut(0), SegmentBytes); s.PowerCycle != "cycle-2" {
			t.Error("Run did not sync before it ended")
		}
	})
}

// TestOpenFullDisk: a start on a full disk is a start with the state that there is.
func TestOpenFullDisk(t *testing.T) {
	d, _, _, _ := written(t)
	d = d.afterKill()
	d.full = true
	j, s, r := mustOpen(t, d, SegmentBytes)
	if diff := cmp.Diff(sampleState, s); diff != "" || r.StorageErr == nil || r.Clean() {
		t.Errorf("%s %+v", diff, r)
	}
	if err := j.Append(Boot{PowerCycle: "x"}); pdu.KindOf(err) != pdu.Unavailable {
		t.Errorf("append: %v", err)
	}
	d.full = false
	if !j.maintain() {
		t.Error("writing does not begin again")
	}
	mustAppend(t, j, Outputs{{Output: 8, Commanded: pdu.On}})
	if _, s, r = mustOpen(t, d.afterKill(), SegmentBytes); !r.Clean() || s.PowerCycle != "x" || len(s.Outputs) != 3 {
		t.Errorf("%+v %+v", s, r)
	}
}

// TestClose writes and syncs without any help from Run.
func TestClose(t *testing.T) {
	d := newDisk()
	j, _, _ := mustOpen(t, d, SegmentBytes)
	mustAppend(t, j, sample...)
	for range 2 {
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
	}
	_, s, r := mustOpen(t, d.afterPowerCut(0), SegmentBytes)
	if diff := cmp.Diff(sampleState, s); diff != "" || !r.Clean() {
		t.Errorf("%s %+v", diff, r)
	}
}

// TestAppendWithoutSegment appends while the journal has no file and a new one is
// being made: what is refused meanwhile is in the new one.
func TestAppendWithoutSegment(t *testing.T) {
	d := newDisk()
	d.full = true
	j, _, _ := mustOpen(t, d, SegmentBytes)
	d.full = false
	refused := 0
	d.during = func() {
		if err := j.Append(Counters{Inputs: []uint32{uint32(refused + 1)}}); pdu.KindOf(err) == pdu.Unavailable {
			refused++
		}
	}
	if !j.maintain() {
		t.Fatal("maintain failed")
	}
	_, s, _ := mustOpen(t, d.afterPowerCut(0), SegmentBytes)
	if refused == 0 || s.Inputs[1] != uint32(refused) {
		t.Errorf("%d refused, %d found", refused, s.Inputs[1])
	}
}

// TestSyncFailure: what the kernel may have dropped is written anew elsewhere.
func TestSyncFailure(t *testing.T) {
	d := newDisk()
	j, _, _ := mustOpen(t, d, SegmentBytes)
	mustAppend(t, j, sample...)
	d.syncErr = errors.New("input/output error")
	if j.maintain() {
		t.Error("a failing sync is all right")
	}
	if err := j.Append(Boot{PowerCycle: "y"}); err == nil {
		t.Error("appended to a file that cannot be synced")
	}
	d.syncErr = nil
	if !j.maintain() {
		t.Error("does not begin again")
	}
	_, s, r := mustOpen(t, d.afterPowerCut(0), SegmentBytes)
	if !r.Clean() || s.PowerCycle != "y" || len(s.Outputs) != 2 {
		t.Errorf("%+v %+v", s, r)
	}
}
