package auth

import (
	"net/http"
	"strings"
	"time"

	"github.com/zerocross-pdu/zerocross/pdu"
)

// CookieName is the name of the cookie that holds a session token.
const CookieName = "zerocross_session"

// Authenticate tells who sent r: by the session cookie, by "Authorization: Bearer"
// with a session token, or by HTTP Basic of an account, in this order. Every
// credential that is present must be right, even when another would do, so that a
// caller never acts as somebody else than it believes. Errors: Unauthenticated,
// and those of Login for HTTP Basic.
func (s *Service) Authenticate(r *http.Request) (Identity, error) {
	var found []Identity
	for _, c := range sessionCookies(r) {
		id, err := s.resume(c.Value, r)
		if err != nil {
			return Identity{}, err
		}
		found = append(found, id)
	}
	headers := r.Header.Values("Authorization")
	if len(headers) > 1 {
		return Identity{}, malformed("more than one Authorization header")
	}
	if len(headers) == 1 {
		id, err := s.authorize(headers[0], r)
		if err != nil {
			return Identity{}, err
		}
		found = append(found, id)
	}
	if len(found) == 0 {
		return Identity{}, pdu.Errorf(pdu.Unauthenticated, CodeMissing, "the request has no credentials; log in first")
	}
	return found[0], nil
}

// HasCredentials reports whether r carries anything that Authenticate looks at.
func HasCredentials(r *http.Request) bool {
	return len(sessionCookies(r)) > 0 || len(r.Header.Values("Authorization")) > 0
}

// sessionCookies lists the session cookies of r; an empty one is none.
func sessionCookies(r *http.Request) []*http.Cookie {
	var list []*http.Cookie
	for _, c := range r.CookiesNamed(CookieName) {
		if c.Value != "" {
			list = append(list, c)
		}
	}
	return list
}

// authorize checks an Authorization header.
func (s *Service) authorize(header string, r *http.Request) (Identity, error) {
	scheme, rest, _ := strings.Cut(header, " ")
	switch {
	case strings.EqualFold(scheme, "Bearer"):
		return s.resume(strings.TrimSpace(rest), r)
	case strings.EqualFold(scheme, "Basic"):
		user, password, ok := r.BasicAuth()
		if !ok {
			return Identity{}, malformed("HTTP Basic without a name and a password")
		}
		return s.Verify(r.Context(), user, password, r.RemoteAddr)
	}
	return Identity{}, malformed("a scheme other than Bearer and Basic")
}

// resume finds the session of a token.
func (s *Service) resume(token string, r *http.Request) (Identity, error) {
	account, ok := s.sessions.use(token, time.Now())
	if !ok {
		return Identity{}, sessionEnded()
	}
	if !s.isCurrent(account) { // changed while its login was under way
		s.sessions.remove(token)
		return Identity{}, sessionEnded()
	}
	return identify(account, hostOf(r.RemoteAddr)), nil
}

func malformed(what string) error {
	return pdu.Errorf(pdu.Unauthenticated, CodeMalformed, "the credentials cannot be read: %s", what)
}
