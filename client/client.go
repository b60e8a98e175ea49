package client

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"time"

	"github.com/zerocross-pdu/zerocross/pdu"
)

// The values that apply where Options leaves a field zero.
const (
	DefaultTimeout = 5 * time.Second
	DefaultRetries = 2
	DefaultMaxBody = 1 << 20 // the largest known document has some 4 KiB
)

// Options says which device to talk to and how.
type Options struct {
	// URL of the device: "192.168.1.20", "pdu.example:8080", "https://pdu.example".
	// Without a scheme it is http, without a path /netio.json. It may carry user
	// and password, which User and Password override.
	URL string
	// User and Password for HTTP Basic; both empty sends no credentials.
	User     string
	Password string
	// Timeout is the longest time for one request with its answer.
	Timeout time.Duration
	// Retries is how often a failed read is repeated; negative means never.
	Retries int
	// RetryDelay is the pause before the first repetition; each further one is
	// twice as long. 0 means 200 ms.
	RetryDelay time.Duration
	// MaxBody is the largest answer in bytes.
	MaxBody int64
	// TLS says which certificates are accepted under https.
	TLS TLS
	// Dial opens the connections; nil means the network.
	Dial func(ctx context.Context, network, addr string) (net.Conn, error)
}

// Client talks to one device.
type Client struct {
	url           *url.URL
	opt           Options
	reads, writes *http.Client
}

// New checks opt and makes a client; it does not talk to the device. Its errors
// are Invalid.
func New(opt Options) (*Client, error) {
	u, err := parseURL(opt.URL)
	if err != nil {
		return nil, err
	}
	if u.User != nil {
		if opt.User == "" && opt.Password == "" {
			opt.User = u.User.Username()
			opt.Password, _ = u.User.Password()
		}
		u.User = nil
	}
	tlsConfig, err := opt.TLS.config()
	if err != nil {
		return nil, err
	}
	opt.Timeout = orDefault(opt.Timeout, DefaultTimeout)
	opt.Retries = max(0, orDefault(opt.Retries, DefaultRetries))
	opt.RetryDelay = orDefault(opt.RetryDelay, 200*time.Millisecond)
	opt.MaxBody = orDefault(opt.MaxBody, DefaultMaxBody)
	// Small devices close connections without notice. A write on one that is just
	// being closed would be left unconfirmed, so each write opens its own.
	return &Client{url: u, opt: opt, reads: opt.httpClient(tlsConfig, true), writes: opt.httpClient(tlsConfig, false)}, nil
}

// httpClient makes what carries requests.
func (opt *Options) httpClient(tlsConfig *tls.Config, keepAlive bool) *http.Client {
	return &http.Client{
		Transport: &http.Transport{
			DialContext:         opt.Dial,
			TLSClientConfig:     tlsConfig,
			DisableKeepAlives:   !keepAlive,
			MaxIdleConnsPerHost: 2,
			IdleConnTimeout:     30 * time.Second,
			// A PDU stands in the same network; credentials must not wander through a proxy.
			Proxy: nil,
		},
		// Following would turn a write into a read, or take the credentials elsewhere.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// URL gives the address of the document, without credentials.
func (c *Client) URL() string { return c.url.String() }

// Close lets go of idle connections.
func (c *Client) Close() { c.reads.CloseIdleConnections() }

// Read fetches the state of the device.
func (c *Client) Read(ctx context.Context) (*Device, error) {
	pause := c.opt.RetryDelay
	for attempt := 0; ; attempt++ {
		d, err := c.exchange(ctx, http.MethodGet, nil)
		if err == nil || attempt >= c.opt.Retries || !Temporary(err) || ctx.Err() != nil {
			return d, err
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return nil, err
		}
		pause *= 2
	}
}

// Write sends commands in one request and gives the state that the device
// answered with. It is sent once. A delay counts for pulses only; zero leaves it
// to the device. Use Device.Unmet to see whether the outputs followed.
func (c *Client) Write(ctx context.Context, commands ...pdu.OutputCommand) (*Device, error) {
	body, err := encode(commands)
	if err != nil {
		return nil, err
	}
	return c.exchange(ctx, http.MethodPost, body)
}

// exchange sends one request and reads its answer.
func (c *Client) exchange(ctx context.Context, method string, body []byte) (*Device, error) {
	ctx, cancel := context.WithTimeout(ctx, c.opt.Timeout)
	defer cancel()
	connected := false
	trace := &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { connected = true }}
	req, err := http.NewRequestWithContext(httptrace.WithClientTrace(ctx, trace), method, c.url.String(), bytes.NewReader(body))
	if err != nil {
		return nil, pdu.Errorf(pdu.Invalid, CodeURL, "make a request for %s: %w", c.url, err)
	}
	req.Header.Set("Accept", "application/json")
	if c.opt.User != "" || c.opt.Password != "" {
		req.SetBasicAuth(c.opt.User, c.opt.Password)
	}
	carrier, write := c.reads, method == http.MethodPost
	if write {
		carrier = c.writes
		req.Header.Set("Content-Type", "application/json")
	}
	answer, status, err := roundTrip(carrier, req, c.opt.MaxBody)
	if err != nil {
		return nil, transportError(c.url, err, write && connected)
	}
	d, err := interpret(c.url, status, answer)
	if write && uncertain(err) {
		return nil, unconfirmed(c.url, err)
	}
	return d, err
}

// roundTrip gives the body and status of the answer to req. A redirect is
// reported with its target as body.
func roundTrip(carrier *http.Client, req *http.Request, maxBody int64) ([]byte, int, error) {
	resp, err := carrier.Do(req)
	if err != nil {
		return nil, 0, err
	}
	defer resp.Body.Close()
	if location := resp.Header.Get("Location"); location != "" && resp.StatusCode/100 == 3 {
		return []byte(location), resp.StatusCode, nil
	}
	answer, err := io.ReadAll(io.LimitReader(resp.Body, maxBody+1))
	if err == nil && int64(len(answer)) > maxBody {
		err = pdu.Errorf(pdu.TooLarge, CodeDocument, "the answer is longer than %d bytes", maxBody)
	}
	return answer, resp.StatusCode, err
}

// wireCommand is one entry of a control document (reference:
// netio-http-telnet.md 2.1).
type wireCommand struct {
	ID     pdu.OutputID
	Action pdu.Action
	Delay  int64 `json:",omitzero"` // ms
	State  *int  `json:",omitempty"`
}

// encode makes the control document.
func encode(commands []pdu.OutputCommand) ([]byte, error) {
	if len(commands) == 0 {
		return nil, pdu.Errorf(pdu.Invalid, pdu.CodeNoOutputs, "the command names no output")
	}
	wire := make([]wireCommand, len(commands))
	for i, cmd := range commands {
		if cmd.Output < 1 {
			return nil, pdu.Errorf(pdu.Invalid, pdu.CodeOutputUnknown, "output %d: outputs are numbered from 1", cmd.Output)
		}
		if !cmd.Action.Valid() {
			return nil, pdu.Errorf(pdu.Invalid, pdu.CodeActionUnknown, "output %d: action %d is outside 0 to 6", cmd.Output, cmd.Action)
		}
		wire[i] = wireCommand{ID: cmd.Output, Action: cmd.Action}
		if cmd.Action.Pulse() && cmd.Delay != 0 {
			if err := pdu.CheckShortDelay(cmd.Delay); err != nil {
				return nil, err
			}
			wire[i].Delay = cmd.Delay.Milliseconds()
		}
		if cmd.Action == pdu.ActionIgnore && cmd.State != pdu.Unknown {
			wire[i].State = new(int(cmd.State - pdu.Off))
		}
	}
	return json.Marshal(struct{ Outputs []wireCommand }{wire})
}

// parseURL completes what a person types to a whole URL.
func parseURL(s string) (*url.URL, error) {
	full := strings.TrimSpace(s)
	if !strings.Contains(full, "://") {
		full = "http://" + full
	}
	u, err := url.Parse(full)
	if err != nil {
		// The parser's error repeats the whole URL, which may hold a password.
		return nil, pdu.Errorf(pdu.Invalid, CodeURL, "the address of the device is not a URL; write it like 192.168.1.20 or https://pdu.example")
	}
	if u.Hostname() == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return nil, pdu.Errorf(pdu.Invalid, CodeURL, "the address %q names no http or https device; write it like 192.168.1.20 or https://pdu.example", u.Redacted())
	}
	if u.Path == "" || u.Path == "/" {
		u.Path = "/netio.json"
	}
	return u, nil
}

// orDefault gives v, or def when v is the zero value.
func orDefault[T comparable](v, def T) T {
	var zero T
	if v == zero {
		return def
	}
	return v
}
