package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/textproto"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// clients is the number of connections that ask at the same time.
const clients = 16

// getDocument is the request as a driver sends it.
const getDocument = "GET /netio.json HTTP/1.1\r\nHost: pdu\r\nAuthorization: Basic bmV0aW86bmV0aW8=\r\n\r\n"

// measureRequests compares GET /netio.json with a bare net/http handler that writes
// the same number of fixed bytes, in turns, from the same clients.
func measureRequests(ctx context.Context, pdud string, e effort) error {
	d, err := startDaemon(ctx, pdud)
	if err != nil {
		return err
	}
	defer d.stop()
	doc, err := d.call(ctx, "GET", "/netio.json", "netio", "netio", "")
	if err != nil {
		return err
	}
	bareAddr, stopBare, err := startBare(ctx, doc)
	if err != nil {
		return err
	}
	defer stopBare()

	var ours, bare, ratios []float64
	for n := range e.rounds {
		a, b, err := bothRates(d.addr, bareAddr, e.turn, n%2 == 1)
		if err != nil {
			return err
		}
		ours, bare, ratios = append(ours, a), append(bare, b), append(ratios, a/b)
	}
	ratio := median(ratios)
	report(fmt.Sprintf("GET /netio.json / bare net/http handler, %d connections", clients), fmt.Sprintf("%.2f", ratio), ">= 0.9", ratio >= 0.9)
	fmt.Printf("  %-58s %14.0f   bare %.0f (document of %d bytes)\n", "requests per second", median(ours), median(bare), len(doc))
	return nil
}

// bothRates measures one server after the other, in either order.
func bothRates(a, b string, turn time.Duration, swap bool) (rateA, rateB float64, err error) {
	if swap {
		rateB, rateA, err = bothRates(b, a, turn, false)
		return rateA, rateB, err
	}
	if rateA, err = requestRate(a, turn); err != nil {
		return 0, 0, err
	}
	rateB, err = requestRate(b, turn)
	return rateA, rateB, err
}

func median(v []float64) float64 {
	s := slices.Sorted(slices.Values(v))
	return s[len(s)/2]
}

// requestRate asks for d on all connections and gives answers per second.
func requestRate(addr string, d time.Duration) (float64, error) {
	var wg sync.WaitGroup
	var answers atomic.Int64
	errs := make(chan error, clients)
	began := time.Now()
	end := began.Add(d)
	for range clients {
		wg.Go(func() {
			n, err := askUntil(addr, end)
			answers.Add(n)
			if err != nil {
				errs <- err
			}
		})
	}
	wg.Wait()
	close(errs)
	return float64(answers.Load()) / time.Since(began).Seconds(), <-errs
}

// askUntil sends requests on one connection, the next when the last is answered.
func askUntil(addr string, end time.Time) (n int64, err error) {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	conn.SetDeadline(end.Add(10 * time.Second))
	r := bufio.NewReader(conn)
	for ; time.Now().Before(end); n++ {
		if _, err := io.WriteString(conn, getDocument); err != nil {
			return n, err
		}
		if err := readAnswer(r); err != nil {
			return n, err
		}
	}
	return n, nil
}

func readAnswer(r *bufio.Reader) error {
	text := textproto.NewReader(r)
	status, err := text.ReadLine()
	if err != nil {
		return err
	}
	if !strings.HasPrefix(status, "HTTP/1.1 200") {
		return fmt.Errorf("answer %q", status)
	}
	length := 0
	for {
		line, err := text.ReadLine()
		if err != nil {
			return err
		}
		if line == "" {
			break
		}
		if v, ok := strings.CutPrefix(line, "Content-Length: "); ok {
			length, _ = strconv.Atoi(v)
		}
	}
	_, err = r.Discard(length)
	return err
}

// startBare runs this program as the bare handler, in a process of its own as the
// daemon has one.
func startBare(ctx context.Context, body []byte) (addr string, stop func(), err error) {
	self, err := os.Executable()
	if err != nil {
		return "", nil, err
	}
	cmd := exec.CommandContext(ctx, self, bareFlag, strconv.Itoa(len(body)))
	out, err := cmd.StdoutPipe()
	if err != nil {
		return "", nil, err
	}
	if err := cmd.Start(); err != nil {
		return "", nil, err
	}
	stop = func() { cmd.Process.Kill(); cmd.Wait() }
	if addr, err = bufio.NewReader(out).ReadString('\n'); err != nil {
		stop()
		return "", nil, err
	}
	return strings.TrimSpace(addr), stop, nil
}

// serveBare answers every request with the same bytes.
func serveBare(length string) error {
	n, err := strconv.Atoi(length)
	if err != nil {
		return err
	}
	body := []byte(strings.Repeat("x", n))
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println(ln.Addr())
	return http.Serve(ln, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", length)
		w.Write(body)
	}))
}
