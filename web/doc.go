// Package web is the admin API under /api/v1, its live event stream, and the
// page that uses it.
//
// A Server is one http.Handler that runs nothing between requests. Each request,
// event streams included, lives in the goroutine that net/http gives it; a stream
// starts one more, which watches for the end of the server and which the stream
// waits for. What streams share (one encoded frame for each change, the list of
// open streams) is guarded by short locks.
//
// Rights are not decided here: each caller acts through the guarded view of the
// engine that package auth makes for the account. The shapes of all documents
// are the structs in api.go; the types of the page are generated from them.
package web

//go:generate go run ./internal/tsgen -out ../ui/src/api.gen.ts
