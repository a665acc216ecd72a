package api

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
)

func TestFilesOfTheInterfaceAreServedInTheFormTheBrowserTakes(t *testing.T) {
	s := &Server{Web: fstest.MapFS{
		"index.html":      {Data: []byte("<!doctype html>")},
		"assets/a.js":     {Data: []byte("plain")},
		"assets/a.js.br":  {Data: []byte("brotli")},
		"assets/a.js.gz":  {Data: []byte("gzip")},
		"assets/small.js": {Data: []byte("small")},
	}}
	for _, c := range []struct{ path, accept, coding, body string }{
		{"/assets/a.js", "gzip, deflate, br, zstd", "br", "brotli"},
		{"/assets/a.js", "gzip", "gzip", "gzip"},
		{"/assets/a.js", "br;q=0, GZIP;q=0.5", "gzip", "gzip"},
		{"/assets/a.js", "", "", "plain"},
		{"/assets/small.js", "br", "", "small"},
		{"/o/customers", "br", "", "<!doctype html>"},
	} {
		r := httptest.NewRequest("GET", c.path, nil)
		r.Header.Set("Accept-Encoding", c.accept)
		w := httptest.NewRecorder()
		s.static().ServeHTTP(w, r)
		if w.Code != 200 || w.Header().Get("Content-Encoding") != c.coding || w.Body.String() != c.body {
			t.Errorf("%s for %q: %d, coding %q, %q", c.path, c.accept, w.Code, w.Header().Get("Content-Encoding"), w.Body)
		}
		if kind := w.Header().Get("Content-Type"); strings.HasSuffix(c.path, ".js") && kind != "text/javascript; charset=utf-8" {
			t.Errorf("%s for %q is %s", c.path, c.accept, kind)
		}
	}
}

func TestAnswersAreCompressedForWhoeverIsFarAway(t *testing.T) {
	long := bytes.Repeat([]byte(`{"name":"正精營造企業社"},`), 500)
	h := smaller(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == prefix+"events" {
			w.Header().Set("Content-Type", "text/event-stream")
			_, _ = io.WriteString(w, "event: change\n\n")
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(long)
	}))
	ask := func(from, path string) *httptest.ResponseRecorder {
		r := httptest.NewRequest("GET", path, nil)
		r.RemoteAddr = from
		r.Header.Set("Accept-Encoding", "gzip, br")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w
	}
	far := ask("192.168.1.20:5000", prefix+"customers")
	unpacked, err := gzip.NewReader(far.Body)
	if err != nil || far.Header().Get("Content-Encoding") != "gzip" || far.Body.Len() > len(long)/4 {
		t.Fatalf("far away: coding %q, %d bytes, %v", far.Header().Get("Content-Encoding"), far.Body.Len(), err)
	}
	if got, err := io.ReadAll(unpacked); err != nil || !bytes.Equal(got, long) {
		t.Errorf("what was compressed is not what was said: %d bytes, %v", len(got), err)
	}
	if near := ask("127.0.0.1:5000", prefix+"customers"); near.Header().Get("Content-Encoding") != "" || !bytes.Equal(near.Body.Bytes(), long) {
		t.Error("on this machine the answer is compressed")
	}
	if live := ask("192.168.1.20:5000", prefix+"events"); live.Header().Get("Content-Encoding") != "" || live.Body.Len() == 0 {
		t.Error("events are held back")
	}
}
