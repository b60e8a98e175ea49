package web

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
)

// pageFiles is a small page.
var pageFiles = fstest.MapFS{
	"index.html":    {Data: []byte("<!doctype html><title>page</title>")},
	"app.js":        {Data: []byte(strings.Repeat("export const a = 1;\n", 100))},
	"i18n/de.js":    {Data: []byte("export default {};")},
	"icon.svg":      {Data: []byte("<svg xmlns='http://www.w3.org/2000/svg'/>")},
	"strange.thing": {Data: []byte("x")},
}

func assetServer(t *testing.T) http.Handler {
	t.Helper()
	files, err := newAssets(pageFiles)
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{assets: files}
	return s.answering(files.serve)
}

func get(h http.Handler, path string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestAssets(t *testing.T) {
	h := assetServer(t)
	f := func(path string, status int, contentType, body string) {
		t.Helper()
		w := get(h, path)
		if w.Code != status || w.Header().Get("Content-Type") != contentType || !strings.HasPrefix(w.Body.String(), body) {
			t.Errorf("%s: %d %q %.60q", path, w.Code, w.Header().Get("Content-Type"), w.Body)
		}
	}
	html, js, text := "text/html; charset=utf-8", "text/javascript; charset=utf-8", "text/plain; charset=utf-8"
	f("/", 200, html, "<!doctype")
	f("/index.html", 200, html, "<!doctype")
	f("/app.js", 200, js, "export const")
	f("/i18n/de.js", 200, js, "export default")
	f("/icon.svg", 200, "image/svg+xml", "<svg")
	f("/strange.thing", 200, "application/octet-stream", "x")
	// Places within the page.
	f("/outputs/3", 200, html, "<!doctype")
	f("/i18n", 200, html, "<!doctype")
	// What is not there, and tricks.
	f("/missing.js", 404, text, "there is nothing")
	f("/../assets.go", 404, text, "there is nothing")
	f("/%2e%2e/%2e%2e/etc/passwd.txt", 404, text, "there is nothing")
	f("/..%5cassets.go", 404, text, "there is nothing")
	f("/app.js%00.html", 404, text, "there is nothing")
	f("/app.js/", 200, html, "<!doctype")
}

func TestAssetsCompressedAndRevalidated(t *testing.T) {
	h := assetServer(t)
	plain, packed := get(h, "/app.js"), get(h, "/app.js", "Accept-Encoding", "br, gzip;q=0.5")
	if plain.Header().Get("Content-Encoding") != "" || packed.Header().Get("Content-Encoding") != "gzip" {
		t.Fatalf("encodings: %q and %q", plain.Header().Get("Content-Encoding"), packed.Header().Get("Content-Encoding"))
	}
	if packed.Body.Len() >= plain.Body.Len() {
		t.Errorf("%d bytes compressed, %d plain", packed.Body.Len(), plain.Body.Len())
	}
	z, err := gzip.NewReader(packed.Body)
	if err != nil {
		t.Fatal(err)
	}
	if unpacked, err := io.ReadAll(z); err != nil || string(unpacked) != plain.Body.String() {
		t.Errorf("the compressed form differs: %v", err)
	}
	if w := get(h, "/app.js", "Accept-Encoding", "gzip;q=0"); w.Header().Get("Content-Encoding") != "" {
		t.Error("gzip was sent to a client that refuses it")
	}
	if w := get(h, "/icon.svg", "Accept-Encoding", "gzip"); w.Header().Get("Content-Encoding") != "" {
		t.Error("gzip was used where it gains nothing")
	}
	tag := packed.Header().Get("ETag")
	if tag == plain.Header().Get("ETag") || tag == "" {
		t.Errorf("both forms have the tag %s", tag)
	}
	w := get(h, "/app.js", "Accept-Encoding", "gzip", "If-None-Match", `"other", W/`+tag)
	if w.Code != http.StatusNotModified || w.Body.Len() != 0 {
		t.Errorf("with the right tag: %d, %d bytes", w.Code, w.Body.Len())
	}
	if w := get(h, "/app.js", "If-None-Match", tag); w.Code != http.StatusOK {
		t.Errorf("with the tag of the other form: %d", w.Code)
	}
}

func TestAssetsOnlyRead(t *testing.T) {
	h := assetServer(t)
	for _, method := range []string{"POST", "PUT", "DELETE", "PATCH", "OPTIONS"} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(method, "/", nil))
		if w.Code != http.StatusMethodNotAllowed || w.Header().Get("Allow") != "GET, HEAD" {
			t.Errorf("%s: %d, Allow %q", method, w.Code, w.Header().Get("Allow"))
		}
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("HEAD", "/app.js", nil))
	if w.Code != 200 || w.Body.Len() != 0 || w.Header().Get("Content-Length") != "2000" {
		t.Errorf("HEAD: %d, %d bytes, length %s", w.Code, w.Body.Len(), w.Header().Get("Content-Length"))
	}
}

func TestAssetsNeedAnIndex(t *testing.T) {
	if _, err := newAssets(fstest.MapFS{"app.js": {}}); err == nil {
		t.Error("a page without index.html was accepted")
	}
}
