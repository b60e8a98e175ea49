package proto

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"github.com/zerocross-pdu/zerocross/health"
	"github.com/zerocross-pdu/zerocross/pdu"
)

// CodeFailed is the condition that a protocol does not run although it should.
const CodeFailed = "protocol.failed"

// Pauses of the supervisor.
const (
	firstPause = time.Second      // before the first restart
	longPause  = 30 * time.Second // no pause is longer
	settled    = 5 * time.Second  // who ran this long has not failed at start
)

// keeper keeps one protocol running.
type keeper struct {
	def     Definition
	deps    Deps
	changed chan any // holds the newest section that run has not seen

	// began is closed once the protocol has begun for the first time, or it is
	// known that it does not.
	began chan struct{}
	once  sync.Once

	mu     sync.Mutex
	status Status
}

func newKeeper(def Definition, deps Deps) *keeper {
	return &keeper{def: def, deps: deps, changed: make(chan any, 1), began: make(chan struct{}), status: Status{Name: def.Name}}
}

// change gives run a new section. Calls come one after the other.
func (k *keeper) change(section any) {
	select {
	case <-k.changed: // never seen, and out of date
	default:
	}
	k.changed <- section
}

func (k *keeper) currentStatus() Status {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.status
}

func (k *keeper) setStatus(enabled, running bool, err error) {
	k.setStatusAt(enabled, running, "", err)
}

// setStatusAt is setStatus of a service with a port of its own.
func (k *keeper) setStatusAt(enabled, running bool, addr string, err error) {
	st := Status{Name: k.def.Name, Enabled: enabled, Running: running, Addr: addr}
	if err != nil {
		st.Error = err.Error()
	}
	k.mu.Lock()
	k.status = st
	k.mu.Unlock()
	if running || !enabled || err != nil {
		k.once.Do(func() { close(k.began) })
	}
}

// run is the life of the protocol: it follows its section until ctx ends.
func (k *keeper) run(ctx context.Context, section any) {
	pause := firstPause
	for ctx.Err() == nil {
		if !section.(Enabler).IsEnabled() {
			k.setStatus(false, false, nil)
			k.deps.Health.Clear(CodeFailed, k.def.Name)
			section, pause = k.wait(ctx, section, nil), firstPause
			continue
		}
		k.setStatus(true, false, nil)
		began := time.Now()
		next, err := k.serve(ctx, section)
		if time.Since(began) >= settled {
			pause = firstPause
		}
		switch {
		case ctx.Err() != nil:
		case err == nil:
			section, pause = next, firstPause
		default:
			k.fail(err, pause)
			section = k.wait(ctx, section, time.After(pause))
			pause = min(2*pause, longPause)
		}
	}
	k.setStatus(section.(Enabler).IsEnabled(), false, nil)
	k.deps.Health.Clear(CodeFailed, k.def.Name)
}

// wait waits for a new section, for pause, or for the end, and gives the section
// that is in force then.
func (k *keeper) wait(ctx context.Context, section any, pause <-chan time.Time) any {
	select {
	case section = <-k.changed:
	case <-pause:
	case <-ctx.Done():
	}
	return section
}

func (k *keeper) fail(err error, pause time.Duration) {
	k.setStatus(true, false, err)
	k.deps.Log.Error("a protocol failed", "protocol", k.def.Name, "err", err, "again", pause)
	k.deps.Health.Raise(health.Condition{Code: CodeFailed, Subject: k.def.Name, Severity: health.Error,
		Text: fmt.Sprintf("%s does not run: %v", k.def.Name, err), Args: map[string]any{"protocol": k.def.Name}})
}

// serve runs the service once and waits for its end. It gives the new section when
// that is why it ended, and the error when the service failed.
func (k *keeper) serve(ctx context.Context, section any) (next any, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- k.runService(ctx, section) }()
	ran := time.NewTimer(settled)
	defer ran.Stop()
	for {
		select {
		case next = <-k.changed:
			cancel()
			if err := <-done; err != nil {
				k.deps.Log.Warn("a protocol did not stop well", "protocol", k.def.Name, "err", err)
			}
			return next, nil
		case err = <-done:
			return nil, err
		case <-ran.C:
			k.deps.Health.Clear(CodeFailed, k.def.Name)
		}
	}
}

// runService makes the service and runs it. Only the end of ctx is a good end.
func (k *keeper) runService(ctx context.Context, section any) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = pdu.Errorf(pdu.Internal, "protocol.panic", "a defect in %s: %v", k.def.Name, p)
			k.deps.Log.Error("a protocol panicked", "protocol", k.def.Name, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
		}
	}()
	service, err := k.def.New(k.deps, section)
	if err != nil {
		return err
	}
	ready := func() {
		addr := ""
		if own, ok := service.(Addresser); ok {
			addr = own.Addr()
		}
		k.setStatusAt(true, true, addr, nil)
	}
	if err := service.Run(ctx, ready); err != nil {
		return err
	}
	if ctx.Err() == nil {
		return pdu.Errorf(pdu.Internal, "protocol.ended", "%s ended by itself", k.def.Name)
	}
	return nil
}
