package web

import (
	"net"
	"net/http"
	"strconv"
	"strings"

	"github.com/zerocross-pdu/zerocross/auth"
)

func (s *Server) getSetup(c *call) error {
	return c.answer(Setup{Needed: s.opt.Auth.NeedsSetup()})
}

// postSetup makes the first account and logs it in.
func (s *Server) postSetup(c *call) error {
	var req SetupRequest
	if _, err := c.decode(&req); err != nil {
		return err
	}
	if err := s.opt.Auth.Setup(c.r.Context(), req.Password, c.origin()); err != nil {
		return err
	}
	return s.login(c, auth.SetupUser, req.Password)
}

func (s *Server) postSession(c *call) error {
	var req SessionRequest
	if _, err := c.decode(&req); err != nil {
		return err
	}
	return s.login(c, req.User, req.Password)
}

// login opens a session and hands its token to the browser in a cookie.
func (s *Server) login(c *call, user, password string) error {
	token, id, err := s.opt.Auth.Login(c.r.Context(), user, password, c.addr())
	if err != nil {
		return err // auth has logged it, without a name that may be a password
	}
	http.SetCookie(c.w, sessionCookie(c.r, token))
	return c.answer(sessionOf(id))
}

func (s *Server) getSession(c *call) error { return c.answer(sessionOf(c.id)) }

// deleteSession ends the session and the streams that were opened with it.
func (s *Server) deleteSession(c *call) error {
	if token := sessionToken(c.r); token != "" {
		s.opt.Auth.Logout(token)
		s.streams.end(token)
	}
	gone := sessionCookie(c.r, "")
	gone.MaxAge = -1
	http.SetCookie(c.w, gone)
	c.w.WriteHeader(http.StatusNoContent)
	return nil
}

func sessionOf(id auth.Identity) Session {
	return Session{User: id.User, Role: id.Role, Privileges: list(id.Privileges())}
}

// sessionCookie makes the cookie of a session. It ends with the browser; the
// session itself ends when auth says so.
func sessionCookie(r *http.Request, token string) *http.Cookie {
	return &http.Cookie{
		Name:     cookieName(r),
		Value:    token,
		Path:     "/",
		HttpOnly: true,
		Secure:   r.TLS != nil,
		SameSite: http.SameSiteStrictMode,
	}
}

// cookieName gives the session cookie a name for each port. Cookies do not know
// ports: units on one host would log each other's users out, and the secure cookie
// of HTTPS would keep a browser from storing that of HTTP (RFC 6265bis, 5.7).
func cookieName(r *http.Request) string {
	port := "80"
	if r.TLS != nil {
		port = "443"
	}
	if _, given, err := net.SplitHostPort(r.Host); err == nil {
		if n, err := strconv.ParseUint(given, 10, 16); err == nil {
			port = strconv.FormatUint(n, 10)
		}
	}
	return auth.CookieName + "_" + port
}

// withSession gives a request in which the session cookie of this port has the
// name that auth reads.
func withSession(r *http.Request) *http.Request {
	cookie, err := r.Cookie(cookieName(r))
	if err != nil {
		return r
	}
	r = r.WithContext(r.Context()) // a shallow copy
	r.Header = r.Header.Clone()
	r.Header.Set("Cookie", auth.CookieName+"="+cookie.Value)
	return r
}

// sessionToken finds the token that a request authenticates with, "" when it
// uses something else.
func sessionToken(r *http.Request) string {
	if token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		return token
	}
	if cookie, err := r.Cookie(auth.CookieName); err == nil {
		return cookie.Value
	}
	return ""
}
