// Package m2m serves the three APIs over HTTP that scripts and drivers of NETIO
// PDUs speak: JSON (/netio.json), XML (/netio.xml with its schema /netio.xsd) and
// URL (/netio.cgi). Facts: reference netio-http-telnet.md sections 1 to 4; where
// the original is not known the choice is told here and in docs/protocols.
//
// A document is described once (document.go) and written in three layouts: the
// tab-indented JSON of the 4x generation, compact JSON, and XML with one leaf per
// line. It is encoded once per snapshot.
//
// # Who may do what (JSON and XML)
//
// Reading and writing are two modes, each with a switch and a pair of user and
// password; a pair that is empty on both sides means that none is needed.
//
//   - The pair of the write mode also reads, even while the read mode is off.
//   - The pair of the read mode gets 403 for a write.
//   - When no pair at all could help (the mode is off) the answer is 403, else
//     missing or wrong credentials are 401.
//   - A write answers with the state. Therefore an open write mode beside a
//     protected read mode lets only those write who may read: otherwise an empty
//     command would go around the password.
//   - An open write mode does not make reading possible while reading is off.
//   - Ten wrong pairs from one address, and it gets 429 without being looked at
//     until it has been quiet; one more attempt every 6 s.
//
// The URL API has a passphrase, or none. With none, and for JSON and XML always,
// a request of which the browser says that another site's page made it is refused
// with 403. No answer carries CORS headers.
//
// # What is refused
//
// 400: not well-formed, a member twice that is read, an ID that is no output (0 is
// no shortcut for all), an action outside 0 to 6 (URL: 0 to 5), with action 6 a
// State that is neither 0 nor 1, with a pulse a Delay outside 100 ms to 24 h other
// than 0, more than 256 entries, nesting beyond 32, a body without outputs. Numbers
// are decimal digits, plain or in quotes. 413: a body beyond 64 KiB. 405: methods
// other than GET, HEAD (not for the URL API) and POST. A refused request changes
// nothing. An empty body reads. An empty list of outputs does nothing and reads.
//
// The package starts no goroutines; handlers run on those of package httpd.
package m2m
