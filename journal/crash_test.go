package journal

import (
	"context"
	"encoding/binary"
	"hash/crc32"
	"io/fs"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/zerocross-pdu/zerocross/pdu"
)

func crcOf(b []byte) []byte {
	return binary.LittleEndian.AppendUint32(nil, crc32.Checksum(b, castagnoli))
}

// life appends n counters to a journal with tiny segments, so that it is all the
// time beginning new ones, and returns the last value that Append accepted and the
// last that was synced after.
func life(j *Journal, from, n int) (accepted, synced int) {
	for v := from; v < from+n; v++ {
		if j.Append(Counters{Energy: []pdu.Energy{{Forward: uint64(v)}}}) == nil {
			accepted = v
		}
		if j.maintain() {
			synced = v
		}
	}
	return accepted, synced
}

// TestCrashAtEveryStep stops the disk at every operation, also in the middle of
// writes, and looks at what the next process finds after a kill and after a loss
// of power.
func TestCrashAtEveryStep(t *testing.T) {
	const rounds, limit = 12, 150
	for stop := 1; ; stop++ {
		d := newDisk()
		first, _, _ := mustOpen(t, d, limit)
		life(first, 1, 3)
		d = d.afterKill()
		d.stopAt, d.partial = stop, stop*7
		j, _, _ := mustOpen(t, d, limit)
		accepted, synced := life(j, 4, rounds)
		accepted, synced = max(accepted, 3), max(synced, 3)
		reached := d.steps >= stop
		check := func(name string, d *disk, atLeast int) {
			_, s, r := mustOpen(t, d, limit)
			if got := int(s.Energy[Inlet].Forward); got < atLeast || got > 3+rounds || r.Fallback || r.Lost {
				t.Fatalf("stop at %d, %s: %d, at least %d expected; %+v", stop, name, got, atLeast, r)
			}
			if len(d.names) > 4 {
				t.Fatalf("stop at %d, %s: not bounded: %d files", stop, name, len(d.names))
			}
		}
		check("kill", d.afterKill(), accepted)
		for luck := range 40 {
			check("power cut", d.afterPowerCut(luck*5), synced)
		}
		if !reached {
			if stop < 30 {
				t.Fatalf("only %d steps: this test tests nothing", stop)
			}
			return
		}
	}
}

// TestAppendDuringRotation appends between the steps by which a new segment comes
// to be: those records must be found whichever segment is left.
func TestAppendDuringRotation(t *testing.T) {
	d := newDisk()
	j, _, _ := mustOpen(t, d, 1)
	v := 0
	d.during = func() {
		v++
		if err := j.Append(Counters{Energy: []pdu.Energy{{Forward: uint64(v)}}}); err != nil {
			t.Error(err)
		}
		if _, s, r := mustOpen(t, d.afterKill(), SegmentBytes); !r.Clean() || s.Energy[Inlet].Forward != uint64(v) {
			t.Errorf("killed after %d: %d %+v", v, s.Energy[Inlet].Forward, r)
		}
	}
	for range 5 {
		if !j.maintain() {
			t.Fatal("maintain failed")
		}
	}
	d.during = nil
	cut := d.afterPowerCut(0)
	clear(cut.names[segmentName(j.number)].data) // the one before is a fallback as good as any
	if _, s, r := mustOpen(t, cut, SegmentBytes); !r.Fallback || s.Energy[Inlet].Forward != uint64(v) {
		t.Errorf("newest destroyed: %d of %d, %+v", s.Energy[Inlet].Forward, v, r)
	}
	for name, f := range map[string]*disk{"kill": d.afterKill(), "power cut": d.afterPowerCut(0)} {
		if _, s, r := mustOpen(t, f, SegmentBytes); !r.Clean() || s.Energy[Inlet].Forward != uint64(v) {
			t.Errorf("%s: %d of %d, %+v", name, s.Energy[Inlet].Forward, v, r)
		}
	}
}

// TestConcurrent appends from several goroutines while Run works on a real folder.
func TestConcurrent(t *testing.T) {
	root, err := os.OpenRoot(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	j, _, _, err := open(rootFolder{root}, quiet(), 2000)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- j.Run(ctx) }()
	var wg sync.WaitGroup
	for id := range 4 {
		wg.Go(func() {
			for n := range 300 {
				if err := j.Append(Outputs{{Output: pdu.OutputID(id + 1), Commanded: pdu.LevelOf(n%2 == 1)}}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
	_, s, r, err := Open(root, quiet())
	if err != nil || !r.Clean() || len(s.Outputs) != 4 {
		t.Fatalf("%+v %+v %v", s, r, err)
	}
	for id, o := range s.Outputs {
		if o.Commanded != pdu.On {
			t.Errorf("output %d is %v", id, o.Commanded)
		}
	}
}

// TestModel appends at random, crashes and opens again; the state is always that of
// a plain model.
func TestModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var model image
		d := newDisk()
		j, _, _, err := open(d, quiet(), 600)
		if err != nil {
			t.Fatal(err)
		}
		levels := rapid.SampledFrom([]pdu.Level{pdu.Off, pdu.On})
		put := func(r Record) {
			if err := j.Append(r); err != nil {
				t.Fatal(err)
			}
			r.merge(&model)
		}
		t.Repeat(map[string]func(*rapid.T){
			"outputs": func(t *rapid.T) {
				var r Outputs
				for id := range rapid.SliceOfNDistinct(rapid.IntRange(1, 8), 1, 4, rapid.ID[int]).Draw(t, "ids") {
					o := OutputState{Output: pdu.OutputID(id + 1), Commanded: levels.Draw(t, "level"), Fault: pdu.RelayFault(id % 4)}
					if rapid.Bool().Draw(t, "pulse") {
						o.Pulse = &pdu.Pulse{Action: pdu.ActionShortOn, Delay: time.Duration(rapid.Int64Min(0).Draw(t, "delay")), Ends: day}
					}
					r = append(r, o)
				}
				put(r)
			},
			"counters": func(t *rapid.T) {
				n := rapid.IntRange(0, 9).Draw(t, "channels")
				c := Counters{Energy: make([]pdu.Energy, n)}
				for i := range c.Energy {
					c.Energy[i] = pdu.Energy{Forward: rapid.Uint64().Draw(t, "forward"), ReverseLife: rapid.Uint64().Draw(t, "reverse")}
				}
				put(c)
			},
			"boot": func(t *rapid.T) { put(Boot{PowerCycle: rapid.StringN(0, 20, 255).Draw(t, "cycle"), BootedAt: day}) },
			"maintain": func(t *rapid.T) {
				if !j.maintain() {
					t.Fatal("maintain failed")
				}
			},
			"kill": func(t *rapid.T) {
				var s State
				var r Report
				if j, s, r, err = open(j.dir.(*disk).afterKill(), quiet(), 600); err != nil || !r.Clean() {
					t.Fatalf("%+v %v", r, err)
				}
				if diff := cmp.Diff(model.state(), s); diff != "" {
					t.Fatal(diff)
				}
			},
			"power cut after sync": func(t *rapid.T) {
				j.maintain()
				var s State
				luck := rapid.IntRange(0, 1000).Draw(t, "luck")
				if j, s, _, err = open(j.dir.(*disk).afterPowerCut(luck), quiet(), 600); err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(model.state(), s); diff != "" {
					t.Fatal(diff)
				}
			},
		})
	})
}

// FuzzReplay reads anything as a segment: no panic, no state from invalid bytes, and
// what is read can be written and read again.
func FuzzReplay(f *testing.F) {
	d := newDisk()
	j, _, _ := mustOpen(f, d, SegmentBytes)
	mustAppend(f, j, sample...)
	whole := d.names[segmentName(1)].data
	f.Add(whole)
	f.Add(whole[:len(whole)-3])
	f.Add(whole[headerBytes:])
	f.Add(make([]byte, 100))
	f.Fuzz(func(t *testing.T, data []byte) {
		d := newDisk()
		d.names[segmentName(1)] = &inode{data: data}
		_, s, r, err := open(d, quiet(), SegmentBytes)
		if err != nil {
			return
		}
		if r.Records == 0 && len(s.Outputs)+len(s.Energy)+len(s.Inputs) > 0 {
			t.Fatal("a state from nothing")
		}
		if _, again, r, err := open(d.afterKill(), quiet(), SegmentBytes); err != nil || cmp.Diff(s, again) != "" {
			t.Fatalf("not stable: %+v %v", r, err)
		}
	})
}

// FuzzBody reads anything as the body of a record; what is accepted is written back
// to the same bytes or to bytes that mean the same.
func FuzzBody(f *testing.F) {
	var im image
	for _, r := range sample {
		r.merge(&im)
	}
	for _, p := range []part{partBoot, partOutputs, partCounters} {
		f.Add(kindOf(p), im.appendRecord(nil, 1, 1, p)[frameBytes:])
	}
	f.Fuzz(func(t *testing.T, kind byte, body []byte) {
		rec, err := decodeBody(kind, body)
		if err != nil {
			return
		}
		var im image
		p := rec.merge(&im)
		again, err := decodeBody(kind, im.appendRecord(nil, 1, 1, p)[frameBytes:])
		if err != nil || cmp.Diff(rec, again) != "" {
			t.Fatalf("%+v became %+v: %v", rec, again, err)
		}
	})
}

// BenchmarkAppendBesideRun measures the switching of one output, as the engine sees
// it while Run syncs after every append as fast as the disk can: the middle and the
// slowest of a hundred. The pause lets Run begin a sync before the next append.
func BenchmarkAppendBesideRun(b *testing.B) {
	root, err := os.OpenRoot(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	defer root.Close()
	j, _, _, err := Open(root, quiet())
	if err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(b.Context())
	done := make(chan error)
	go func() { done <- j.Run(ctx) }()
	r := Outputs{{Output: 1, Commanded: pdu.On}}
	var took []time.Duration
	for b.Loop() {
		time.Sleep(200 * time.Microsecond)
		start := time.Now()
		if err := j.Append(r); err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(start))
	}
	cancel()
	if err := <-done; err != nil {
		b.Fatal(err)
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Nanoseconds())/1e3, "p50-µs")
	b.ReportMetric(float64(took[len(took)*99/100].Nanoseconds())/1e3, "p99-µs")
}

// BenchmarkAppend measures one record of counters of nine channels in the kernel's
// hands, with segments rotated and synced beside it.
func BenchmarkAppend(b *testing.B) {
	root, err := os.OpenRoot(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	defer root.Close()
	j, _, _, err := Open(root, quiet())
	if err != nil {
		b.Fatal(err)
	}
	c := Counters{Energy: make([]pdu.Energy, 9), Inputs: make([]uint32, 1)}
	for i := range c.Energy {
		c.Energy[i] = pdu.Energy{Forward: 1 << 40, ForwardLife: 1 << 41}
	}
	b.ReportAllocs()
	for b.Loop() {
		c.Energy[0].Forward++
		if err := j.Append(c); err != nil {
			b.Fatal(err)
		}
		if j.size >= j.limit {
			b.StopTimer()
			if !j.maintain() {
				b.Fatal("maintain failed")
			}
			b.StartTimer()
		}
	}
	if names, err := fs.ReadDir(root.FS(), folderName); err != nil || len(names) > 2 {
		b.Errorf("%d files: %v", len(names), err)
	}
	j.Close()
}
