package core

import (
	"context"
	"sync/atomic"

	"github.com/zerocross-pdu/zerocross/pdu"
)

// maxLag is how many changes a reader may be behind before it is told that it
// lagged. It bounds the memory that slow readers can hold: about 50 seconds of
// measurements.
const maxLag = 256

// node is one entry of the list of changes. Its change is fixed when it is made;
// next is set once, before ready is closed.
type node struct {
	change pdu.Change
	next   atomic.Pointer[node]
	ready  chan struct{}
}

// feed is the broadcast list: the writer appends, any number of readers follow at
// their own pace. Nodes older than maxLag are cut off, so a reader that stands
// still holds one node and not the history since.
type feed struct {
	head    atomic.Pointer[node]
	stopped chan struct{}
	recent  [maxLag]*node // owned by the writer; ring of the newest nodes
	count   uint64        // owned by the writer; nodes appended
}

// cut marks the place behind a node that was cut off.
var cut = new(node)

func newFeed(first *pdu.Snapshot) *feed {
	f := &feed{stopped: make(chan struct{})}
	f.push(&node{change: pdu.Change{Seq: first.Seq, At: first.At, Snapshot: first}, ready: make(chan struct{})})
	return f
}

// append adds one change. Only the writer calls it.
func (f *feed) append(c pdu.Change) {
	n := &node{change: c, ready: make(chan struct{})}
	last := f.head.Load()
	last.next.Store(n)
	f.push(n)
	close(last.ready)
}

// push makes n the head and cuts off the node that falls out of the ring.
func (f *feed) push(n *node) {
	slot := f.count % maxLag
	if old := f.recent[slot]; old != nil {
		old.next.Store(cut)
	}
	f.recent[slot] = n
	f.count++
	f.head.Store(n)
}

// stop ends the feed; readers get the rest and then an error.
func (f *feed) stop() { close(f.stopped) }

func (f *feed) snapshot() *pdu.Snapshot { return f.head.Load().change.Snapshot }

// watcher is one reader's place in a feed.
type watcher struct {
	feed *feed
	at   *node
}

func (w *watcher) Snapshot() *pdu.Snapshot { return w.at.change.Snapshot }

func (w *watcher) Next(ctx context.Context) (pdu.Change, error) {
	select {
	case <-w.at.ready:
		return w.advance(), nil
	default:
	}
	select {
	case <-w.at.ready:
		return w.advance(), nil
	case <-ctx.Done():
		return pdu.Change{}, context.Cause(ctx)
	case <-w.feed.stopped:
		return pdu.Change{}, errStopping()
	}
}

// advance moves to the next node, or to the newest when the next was cut off.
func (w *watcher) advance() pdu.Change {
	next := w.at.next.Load()
	if next != cut {
		w.at = next
		return next.change
	}
	w.at = w.feed.head.Load()
	c := w.at.change
	return pdu.Change{Seq: c.Seq, At: c.At, Snapshot: c.Snapshot, Lagged: true}
}
