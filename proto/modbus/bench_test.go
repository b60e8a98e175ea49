package modbus

import (
	"fmt"
	"io"
	"log/slog"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/zerocross-pdu/zerocross/proto"
)

// BenchmarkReadInput measures function 04 with 8 registers over loopback, each
// connection with one request under way. The client shares the machine.
func BenchmarkReadInput(b *testing.B) {
	for _, conns := range []int{1, 32} {
		b.Run(fmt.Sprintf("%d", conns), func(b *testing.B) {
			_, s := start(b, "8ks", openConfig())
			var list []net.Conn
			for range conns {
				conn := dial(b, s.Addr())
				_ = conn.SetDeadline(time.Time{})
				list = append(list, conn)
			}
			const round = 2000
			var took []time.Duration
			for b.Loop() {
				took = append(took, exchange(b, list, round)...)
			}
			slices.Sort(took)
			b.ReportMetric(float64(b.N)*round/b.Elapsed().Seconds(), "req/s")
			b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-µs")
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
		})
	}
}

// exchange sends total requests over all connections and gives how long each took.
func exchange(b *testing.B, conns []net.Conn, total int64) []time.Duration {
	request := adu(7, 1, "04 0065 0008")
	var left atomic.Int64
	left.Store(total)
	took := make([][]time.Duration, len(conns))
	var wg sync.WaitGroup
	for i, conn := range conns {
		wg.Go(func() {
			answer := make([]byte, 9+16)
			for left.Add(-1) >= 0 {
				began := time.Now()
				if _, err := conn.Write(request); err != nil {
					b.Error(err)
					return
				}
				if _, err := io.ReadFull(conn, answer); err != nil {
					b.Error(err)
					return
				}
				took[i] = append(took[i], time.Since(began))
			}
		})
	}
	wg.Wait()
	return slices.Concat(took...)
}

// BenchmarkAnswer measures one request without a connection.
func BenchmarkAnswer(b *testing.B) {
	for name, request := range map[string]string{"input8": "04 0065 0008", "sunspec125": "03 9c40 007d"} {
		b.Run(name, func(b *testing.B) {
			u := &fakeUnit{snap: sample(b, "8ks")}
			s, err := newService(proto.Deps{Reader: u, Switcher: u, Log: slog.New(slog.DiscardHandler)}, openConfig())
			if err != nil {
				b.Fatal(err)
			}
			frame := adu(7, 1, request)
			c := &client{svc: s, who: caller{may: mayRead}}
			out := make([]byte, 0, maxFrame)
			now := time.Now()
			b.ReportAllocs()
			for b.Loop() {
				out = c.answer(b.Context(), frame, now, out[:0])
			}
		})
	}
}
