package telnet

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"runtime/debug"
	"time"
)

// Bounds of one connection.
const (
	answerTime = 5 * time.Second // for the client to take an answer
	lingerTime = time.Second     // for the client to close after the last answer
	grace      = time.Second     // for the client to take an answer when the service stops
	mostWrong  = 5               // wrong logins after which the connection ends
	chunkBytes = 4096
)

// client is one connection. It belongs to its goroutine, but for what clients uses.
type client struct {
	svc   *Service
	conn  net.Conn
	addr  netip.Addr
	since time.Time
	salt  string // eight digits of the greeting

	in      decoder
	visitor visitor
	wrong   int // logins that failed
}

func newClient(s *Service, conn net.Conn, addr netip.Addr) *client {
	var salt [4]byte
	rand.Read(salt[:])
	return &client{svc: s, conn: conn, addr: addr, since: time.Now(), salt: fmt.Sprintf("%X", salt)}
}

// turnAway tells the client that there is no room.
func (c *client) turnAway() {
	_ = c.conn.SetWriteDeadline(time.Now().Add(answerTime)) // an empty buffer takes it at once
	_, _ = io.WriteString(c.conn, string(tooManyConnections)+"\r\n")
	_ = c.conn.Close()
}

// run serves the connection to its end.
func (c *client) run(ctx context.Context) {
	defer c.svc.clients.leave(c)
	defer func() {
		if p := recover(); p != nil {
			c.svc.log.Error("a Telnet connection panicked", "addr", c.addr.String(), "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
		}
		c.svc.door.leave(&c.visitor)
		_ = c.conn.Close()
	}()
	// Whatever waits for the client ends when the service does.
	defer context.AfterFunc(ctx, func() {
		_ = c.conn.SetReadDeadline(time.Now())
		_ = c.conn.SetWriteDeadline(time.Now().Add(grace))
	})()
	err := c.serve(ctx)
	c.svc.log.Debug("a Telnet connection ended", "addr", c.addr.String(), "reason", err)
	if err == nil {
		c.linger(ctx)
	}
}

// serve answers lines until the connection or ctx ends. It returns nil when the
// last thing was an answer that the client should still get.
func (c *client) serve(ctx context.Context) error {
	// The short form of the greeting would make one client hash its line end.
	if err := c.send(ctx, hello+c.salt+" - KSHELL V1.3"); err != nil {
		return err
	}
	until := time.Now().Add(c.svc.idle)
	chunk := make([]byte, chunkBytes)
	for {
		if err := c.conn.SetReadDeadline(until); err != nil {
			return err
		}
		if err := ctx.Err(); err != nil { // after setting: the end may have set its own just before
			return err
		}
		n, err := c.conn.Read(chunk)
		last, whole, failed := c.process(ctx, chunk[:n], time.Now())
		switch {
		case failed != nil || last:
			return failed
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.Is(err, os.ErrDeadlineExceeded):
			return c.send(ctx, timedOut)
		case err != nil:
			return err
		}
		if whole && c.visitor.isIn() { // without a login the clock runs on
			until = time.Now().Add(c.svc.idle)
		}
	}
}

// process takes what arrived together and answers the lines in it. whole says that
// there was one, last that its answer was the last of the connection.
func (c *client) process(ctx context.Context, chunk []byte, received time.Time) (last, whole bool, err error) {
	behindLogin := false
	for _, b := range chunk {
		line, tooLong, done := c.in.take(b)
		if c.in.endless() {
			return true, whole, c.send(ctx, string(lineTooLong))
		}
		if !done {
			continue
		}
		whole = true
		// One client ends its login with two line ends and reads one answer; another
		// needs an answer to an empty line that it sends alone.
		if len(line) == 0 && !tooLong && behindLogin {
			behindLogin = false
			continue
		}
		behindLogin = isLogin(line)
		answer := string(lineTooLong)
		if !tooLong {
			answer, last = c.answer(ctx, line, received)
		}
		if err := c.send(ctx, answer); err != nil || last {
			return last, whole, err
		}
	}
	return false, whole, nil
}

// send writes one line, in one piece because some clients read once for each answer.
func (c *client) send(ctx context.Context, line string) error {
	if err := c.conn.SetWriteDeadline(time.Now().Add(answerTime)); err != nil {
		return err
	}
	if ctx.Err() != nil { // after setting, as above
		_ = c.conn.SetWriteDeadline(time.Now().Add(grace))
	}
	_, err := io.WriteString(c.conn, line+"\r\n")
	return err
}

// linger ends our side and waits shortly for the other, because closing with bytes
// unread would take the last answer away from the client.
func (c *client) linger(ctx context.Context) {
	half, ok := c.conn.(interface{ CloseWrite() error })
	if !ok || half.CloseWrite() != nil || c.conn.SetReadDeadline(time.Now().Add(lingerTime)) != nil || ctx.Err() != nil {
		return
	}
	_, _ = io.Copy(io.Discard, c.conn)
}
