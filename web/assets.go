package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"

	"github.com/zerocross-pdu/zerocross/pdu"
)

// indexName is the page that every path without an extension shows.
const indexName = "index.html"

// contentTypes of the files a page may consist of. The table of the operating
// system is not asked: it differs and may be missing.
var contentTypes = map[string]string{
	".html":  "text/html; charset=utf-8",
	".css":   "text/css; charset=utf-8",
	".js":    "text/javascript; charset=utf-8",
	".json":  "application/json",
	".map":   "application/json",
	".svg":   "image/svg+xml",
	".png":   "image/png",
	".ico":   "image/x-icon",
	".txt":   "text/plain; charset=utf-8",
	".woff2": "font/woff2",
}

// assets serves the files of the page. A name that is not in the table does not
// exist, so no path can leave the file system given.
type assets map[string]*asset

// asset is one file, read and compressed when it is first asked for.
type asset struct {
	contentType string
	load        func() (assetBody, error)
}

// assetBody is a file in the forms in which it is sent.
type assetBody struct {
	plain   []byte
	gzipped []byte // nil when compression gains nothing
	tag     string // of the content, without quotes
}

// newAssets lists the files of the page.
func newAssets(files fs.FS) (assets, error) {
	table := make(assets)
	err := fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		contentType, ok := contentTypes[path.Ext(name)]
		if !ok {
			contentType = "application/octet-stream"
		}
		table[name] = &asset{contentType, sync.OnceValues(func() (assetBody, error) { return loadAsset(files, name) })}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list the files of the page: %w", err)
	}
	if table[indexName] == nil {
		return nil, fmt.Errorf("list the files of the page: there is no %s; build the page first", indexName)
	}
	return table, nil
}

func loadAsset(files fs.FS, name string) (assetBody, error) {
	plain, err := fs.ReadFile(files, name)
	if err != nil {
		return assetBody{}, fmt.Errorf("read %s of the page: %w", name, err)
	}
	sum := sha256.Sum256(plain)
	body := assetBody{plain: plain, tag: hex.EncodeToString(sum[:12])}
	var buf bytes.Buffer
	z, err := gzip.NewWriterLevel(&buf, gzip.BestCompression)
	if err != nil {
		return assetBody{}, err
	}
	if _, err := z.Write(plain); err != nil {
		return assetBody{}, err
	}
	if err := z.Close(); err != nil {
		return assetBody{}, err
	}
	if buf.Len() < len(plain)*9/10 {
		body.gzipped = bytes.Clone(buf.Bytes())
	}
	return body, nil
}

// serve answers a request for a file of the page, or for a place within it.
func (a assets) serve(w http.ResponseWriter, r *http.Request) error {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		return pdu.Errorf(pdu.Invalid, codeMethod, "the page can only be read")
	}
	name := strings.TrimPrefix(r.URL.Path, "/")
	file := a[name]
	if file == nil && path.Ext(name) == "" {
		file = a[indexName]
	}
	if file == nil {
		return errPath(r)
	}
	body, err := file.load()
	if err != nil {
		return err
	}
	body.write(w, r, file.contentType)
	return nil
}

// write sends the form that the client takes, or 304 when it has it already.
func (b assetBody) write(w http.ResponseWriter, r *http.Request, contentType string) {
	content, tag := b.plain, `"`+b.tag+`"`
	h := w.Header()
	if b.gzipped != nil {
		h.Set("Vary", "Accept-Encoding")
		if acceptsGzip(r) {
			content, tag = b.gzipped, `"`+b.tag+`-gz"`
			h.Set("Content-Encoding", "gzip")
		}
	}
	h.Set("Cache-Control", "no-cache") // kept, but asked for again: an update shows at once
	h.Set("ETag", tag)
	if matchesTag(r.Header.Get("If-None-Match"), tag) {
		h.Del("Content-Encoding")
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h.Set("Content-Type", contentType)
	h.Set("Content-Length", strconv.Itoa(len(content)))
	if r.Method != http.MethodHead {
		_, _ = w.Write(content) // a client that has gone misses nothing
	}
}

// acceptsGzip reads Accept-Encoding as far as it matters (RFC 9110, 12.5.3).
func acceptsGzip(r *http.Request) bool {
	for part := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		coding, params, _ := strings.Cut(part, ";")
		if strings.EqualFold(strings.TrimSpace(coding), "gzip") {
			weight, _ := strings.CutPrefix(strings.TrimSpace(params), "q=")
			q, err := strconv.ParseFloat(weight, 64)
			return err != nil || q > 0
		}
	}
	return false
}

// matchesTag compares as If-None-Match does, weakly (RFC 9110, 13.1.2).
func matchesTag(header, tag string) bool {
	for part := range strings.SplitSeq(header, ",") {
		part = strings.TrimSpace(part)
		if part == "*" || strings.TrimPrefix(part, "W/") == tag {
			return true
		}
	}
	return false
}
