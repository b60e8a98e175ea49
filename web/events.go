package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/zerocross-pdu/zerocross/httpd"
	"github.com/zerocross-pdu/zerocross/pdu"
)

// Limits of event streams.
const (
	maxStreams = 32
	// beatEvery is the pause between comments that show a client, and every box in
	// between, that the stream is alive. With each the session is checked again.
	beatEvery = 15 * time.Second
	// frameTimeout is how long a client may take for one frame. One that is slower
	// is cut and finds the whole state when it comes back.
	frameTimeout = 10 * time.Second
)

// Reasons for which a stream ends or wakes up.
var (
	errBeat       = errors.New("time for a heartbeat")
	errLoggedOut  = errors.New("the session has ended")
	errServerStop = errors.New("the server is stopping")
)

// streams holds the event streams that are open.
type streams struct {
	mu   sync.Mutex
	open map[*stream]struct{}
}

// stream is one open event stream.
type stream struct {
	token string // of the session it was opened with, "" without one
	end   context.CancelCauseFunc
}

// add registers a stream, or refuses it when there are too many.
func (s *streams) add(token string, end context.CancelCauseFunc) (remove func(), err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.open) >= maxStreams {
		return nil, pdu.Errorf(pdu.TooMany, codeStreamsTooMany, "%d event streams are open, no more are served; close another page", maxStreams).With("limit", maxStreams)
	}
	if s.open == nil {
		s.open = make(map[*stream]struct{})
	}
	st := &stream{token, end}
	s.open[st] = struct{}{}
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.open, st)
	}, nil
}

// end cuts the streams of a session.
func (s *streams) end(token string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for st := range s.open {
		if st.token == token {
			st.end(errLoggedOut)
		}
	}
}

// getEvents streams the state and its changes until the client goes, the session
// ends, or the server or the engine stops.
func (s *Server) getEvents(c *call) error {
	ctx, end := context.WithCancelCause(c.r.Context())
	remove, err := s.streams.add(sessionToken(c.r), end)
	if err != nil {
		end(err)
		return err
	}
	defer remove()
	var watch sync.WaitGroup
	defer watch.Wait()
	defer end(nil)
	watch.Go(func() {
		select {
		case <-httpd.Stopping(ctx):
			end(errServerStop)
		case <-ctx.Done():
		}
	})

	err = s.stream(ctx, c.engine, c.w, func() error {
		_, err := s.opt.Auth.Authenticate(c.r)
		return err
	})
	s.opt.Log.Debug("event stream ended", "user", c.id.User, "addr", c.addr(), "reason", err)
	return nil // the answer has begun: an error can no longer be sent
}

// stream sends the state and each change after it, and heartbeats, as long as
// check (of the session) says nil. It gives the reason for which it ended.
func (s *Server) stream(ctx context.Context, reader pdu.Reader, w http.ResponseWriter, check func() error) error {
	out, watcher := newFrameWriter(w), reader.Watch()
	frame, err := s.encoder.snapshotFrame(watcher.Snapshot())
	if err != nil {
		return err
	}
	if err := out.write(append([]byte("retry: 2000\n"), frame...)); err != nil {
		return err
	}
	beat := time.Now().Add(beatEvery)
	for {
		frame, err := s.nextFrame(ctx, watcher, beat)
		if errors.Is(err, errBeat) {
			frame, err = []byte(": alive\n\n"), check()
			beat = time.Now().Add(beatEvery)
		}
		if err != nil {
			return err
		}
		if err := out.write(frame); err != nil {
			return err
		}
	}
}

// nextFrame waits for the next change and gives its frame.
func (s *Server) nextFrame(ctx context.Context, watcher pdu.Watcher, beat time.Time) ([]byte, error) {
	before := watcher.Snapshot()
	change, err := nextBefore(ctx, beat, watcher)
	if err != nil {
		return nil, err
	}
	if change.Lagged || change.Event == nil {
		return s.encoder.snapshotFrame(change.Snapshot)
	}
	return s.encoder.changeFrame(before, change)
}

// nextBefore waits for the next change, at most until the given time: then its
// error is errBeat.
func nextBefore(ctx context.Context, until time.Time, watcher pdu.Watcher) (pdu.Change, error) {
	if !time.Now().Before(until) {
		return pdu.Change{}, errBeat // however many changes are waiting
	}
	ctx, done := context.WithDeadlineCause(ctx, until, errBeat)
	defer done()
	return watcher.Next(ctx)
}

// frameWriter sends frames, each within frameTimeout.
type frameWriter struct {
	w  http.ResponseWriter
	rc *http.ResponseController
}

func newFrameWriter(w http.ResponseWriter) *frameWriter {
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no")
	return &frameWriter{w, http.NewResponseController(w)}
}

func (f *frameWriter) write(frame []byte) error {
	// Writers that know no deadline are those of tests.
	_ = f.rc.SetWriteDeadline(time.Now().Add(frameTimeout))
	if _, err := f.w.Write(frame); err != nil {
		return fmt.Errorf("send to the client: %w", err)
	}
	if err := f.rc.Flush(); err != nil {
		return fmt.Errorf("send to the client: %w", err)
	}
	return nil
}
