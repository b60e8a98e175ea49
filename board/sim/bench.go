package sim

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"os"
	"sync"
	"time"

	"github.com/zerocross-pdu/zerocross/metering"
	"github.com/zerocross-pdu/zerocross/pdu"
)

const (
	// sampleRate is that of every simulated converter, in samples per second.
	sampleRate = 6400
	// tick is how often samples are made when nothing else happens.
	tick = 50 * time.Millisecond
	// longestCatchUp is how much time is made good after the process stood still.
	// What is beyond was neither sampled nor metered; no energy is invented for it.
	longestCatchUp = 2 * time.Second
)

// Options are what a Bench needs besides its model.
type Options struct {
	// StateDir keeps the truth of the hardware and uploaded recordings. nil keeps
	// the hardware in memory and allows no upload.
	StateDir *os.Root
	// Recordings are folders searched for recorded loads, in this order, before
	// the uploaded ones. They may be missing.
	Recordings []string
	// Loads are plugged in when StateDir knows of none, outlet 1 first; see
	// DemoLoads. A bench without any is empty.
	Loads []Load
	// Seed decides everything random: the same seed gives the same bench.
	Seed uint64
	Log  *slog.Logger // nil logs nothing
}

// Bench is a simulated board. Its methods may be called by any goroutine.
type Bench struct {
	profile *pdu.Profile
	log     *slog.Logger
	library *library
	store   *hardwareStore
	loads   *loadStore
	seed    uint64
	wake    chan struct{} // told by Drive that a contact will move

	mu      sync.Mutex
	running bool
	hw      hardware
	moves   []move // contacts on their way, in order of time
	chance  *rand.Rand
	plugged []plug // index = output - 1
	wave    *waveform
	outbox  []pdu.BoardEvent
	latest  pdu.BoardMeasurement
}

var _ pdu.Board = (*Bench)(nil)

// New makes a bench for a model, with the hardware as StateDir knows it. It returns
// an error when StateDir cannot be read or written, or a load of Options is not in
// order.
func New(profile *pdu.Profile, opt Options) (*Bench, error) {
	log := opt.Log
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	b := &Bench{
		profile: profile,
		log:     log,
		library: &library{folders: opt.Recordings, state: opt.StateDir},
		loads:   newLoadStore(opt.StateDir),
		seed:    opt.Seed,
		chance:  chance(opt.Seed, ofRelays),
		wake:    make(chan struct{}, 1),
		plugged: make([]plug, profile.Outputs),
	}
	for k := range b.plugged {
		b.plugged[k] = plug{spec: &Empty{}, source: open{}}
	}
	var err error
	if b.store, b.hw, err = openHardware(opt.StateDir, profile, log); err != nil {
		return nil, err
	}
	if b.wave, err = newWaveform(b); err != nil {
		return nil, err
	}
	if err := b.plugStored(opt.Loads); err != nil {
		return nil, err
	}
	for k := range b.plugged {
		b.settle(pdu.OutputID(k + 1))
	}
	return b, nil
}

// Close releases the file that keeps the hardware. Run must have ended.
func (b *Bench) Close() error { return b.store.close() }

// Describe implements pdu.Board.
func (b *Bench) Describe(context.Context) (pdu.BoardState, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.outbox = nil // what happened so far is part of the description
	return pdu.BoardState{
		PowerCycle: b.hw.powerCycle,
		Powered:    b.powered(),
		Contacts:   b.contacts(),
		Inputs:     append([]pdu.Level(nil), b.hw.inputs...),
	}, nil
}

// Run implements pdu.Board. It samples in step with the clock until ctx ends.
func (b *Bench) Run(ctx context.Context, events chan<- pdu.BoardEvent) error {
	if err := b.begin(); err != nil {
		return err
	}
	defer b.end()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		due, batch := b.step(time.Now())
		for _, ev := range batch {
			select {
			case events <- ev:
			case <-ctx.Done():
				return nil
			}
		}
		timer.Reset(time.Until(due))
		select {
		case <-timer.C:
		case <-b.wake:
		case <-ctx.Done():
			return nil
		}
	}
}

func (b *Bench) begin() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.running {
		return errors.New("the bench runs already; one Run at a time")
	}
	b.running = true
	b.wave.restart(time.Now())
	return nil
}

func (b *Bench) end() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.running = false
}

// step brings the bench up to now and hands out what it saw and when it has to be
// called again at the latest.
func (b *Bench) step(now time.Time) (due time.Time, batch []pdu.BoardEvent) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.advance(now)
	batch, b.outbox = b.outbox, nil
	due = now.Add(tick)
	if len(b.moves) > 0 && b.moves[0].due.Before(due) {
		due = b.moves[0].due
	}
	return due, batch
}

// emit queues an event for Run. The caller holds mu.
func (b *Bench) emit(ev pdu.BoardEvent) { b.outbox = append(b.outbox, ev) }

// save keeps the hardware. A simulated relay does not fail because a disk does. The
// caller holds mu.
func (b *Bench) save() {
	if err := b.store.save(&b.hw); err != nil {
		b.log.Error("bench hardware not saved; after a restart its relays may stand elsewhere", "error", err)
	}
}

// nudge makes Run look at what has to be done.
func (b *Bench) nudge() {
	select {
	case b.wake <- struct{}{}:
	default: // it has not yet followed an earlier nudge
	}
}

// meterConfig is that of all outlets and, last, the inlet.
func (b *Bench) meterConfig() metering.Config {
	return metering.Config{Rate: sampleRate, Channels: b.profile.Outputs + 1, NoLoadVA: metering.DefaultNoLoadVA}
}
