package api

import (
	"fmt"
	"io/fs"
	"log/slog"
	"mime"
	"net"
	"net/http"
	"path"
	"strconv"
	"strings"

	"github.com/klauspost/compress/gzhttp"
)

// static serves the files of the interface, in the compressed form the build put
// beside them where the browser takes it, and its page at every other address.
func (s *Server) static() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := strings.TrimPrefix(r.URL.Path, "/")
		if info, err := fs.Stat(s.Web, name); name != "" && err == nil && !info.IsDir() {
			s.file(w, r, name)
			return
		}
		index, err := fs.ReadFile(s.Web, "index.html")
		if err != nil {
			http.Error(w, "The interface was not built into this binary: run make build.", http.StatusNotFound)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Cache-Control", "no-cache")
		if _, err := fmt.Fprint(w, string(index)); err != nil {
			slog.Debug("the client is gone", "error", err)
		}
	})
}

func (s *Server) file(w http.ResponseWriter, r *http.Request, name string) {
	h := w.Header()
	switch ext := path.Ext(name); ext {
	case ".webmanifest":
		h.Set("Content-Type", "application/manifest+json")
	case ".js": // what the machine has for it may be no type a browser runs
		h.Set("Content-Type", "text/javascript; charset=utf-8")
	default:
		if t := mime.TypeByExtension(ext); t != "" {
			h.Set("Content-Type", t)
		}
	}
	if strings.HasPrefix(name, "assets/") {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	for _, form := range [][2]string{{"br", ".br"}, {"gzip", ".gz"}} {
		if _, err := fs.Stat(s.Web, name+form[1]); err != nil {
			continue
		}
		h.Set("Vary", "Accept-Encoding")
		if accepts(r.Header.Get("Accept-Encoding"), form[0]) {
			h.Set("Content-Encoding", form[0])
			name += form[1]
			break
		}
	}
	http.ServeFileFS(w, r, s.Web, name) //nolint:gosec // an fs.FS has no path out of itself, and this one was found in it
}

// accepts tells whether a header Accept-Encoding names a coding, and not to forbid it.
func accepts(header, coding string) bool {
	for part := range strings.SplitSeq(header, ",") {
		name, weight, _ := strings.Cut(part, ";")
		if !strings.EqualFold(strings.TrimSpace(name), coding) {
			continue
		}
		_, q, given := strings.Cut(weight, "=")
		value, err := strconv.ParseFloat(strings.TrimSpace(q), 64)
		return !given || err != nil || value > 0
	}
	return false
}

// smaller compresses answers for whoever is further away than this machine: there
// the wire is slower than the processor, here it is not.
func smaller(next http.Handler) http.Handler {
	// The padding by chance hides how well an answer compressed, which could tell a
	// listener who may add to it what else it holds (BREACH).
	wrap, err := gzhttp.NewWrapper(gzhttp.MinSize(2048), gzhttp.CompressionLevel(1), gzhttp.RandomJitter(64, 0, false),
		gzhttp.ContentTypes([]string{"application/json", "application/problem+json", "text/html"}))
	if err != nil {
		panic(err) // the options are constants
	}
	compressed := wrap(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host, _, _ := net.SplitHostPort(r.RemoteAddr)
		// An event is to be sent when it happens, not when there are enough of them.
		if ip := net.ParseIP(host); ip != nil && ip.IsLoopback() || r.URL.Path == prefix+"events" {
			next.ServeHTTP(w, r)
			return
		}
		compressed.ServeHTTP(w, r)
	})
}
