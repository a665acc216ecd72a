package folder

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// Request is a command another process is asked to do.
type Request struct {
	// Name is the command's; Input its settings as JSON.
	Name  string          `json:"name"`
	Input json.RawMessage `json:"input"`
	// Version is the asking program's: only the same one is served.
	Version string `json:"version"`
}

// Streams are what a command reads and writes, here or through the socket.
type Streams struct {
	// In is what the command reads: a file named by the asker, or his standard
	// input.
	In io.Reader
	// Out and Err are the asker's terminal; File is the file he wants written.
	Out, Err, File io.Writer
}

// Say writes to the asker's standard output; one who left hears nothing.
func (s Streams) Say(format string, args ...any) { _, _ = fmt.Fprintf(s.Out, format, args...) }

// Warn writes to the asker's standard error.
func (s Streams) Warn(format string, args ...any) { _, _ = fmt.Fprintf(s.Err, format, args...) }

// Do runs a command with the streams of whoever asked for it.
type Do func(ctx context.Context, r Request, s Streams) error

const (
	frameOut  = 'o'
	frameErr  = 'e'
	frameFile = 'f'
	frameEnd  = 'x'
	// maxSocketPath is the longest path every system takes for a socket.
	maxSocketPath = 100
)

// Serve does what other processes ask of the folder's owner, until ctx ends. It
// answers once it listens; the error is of making the socket.
func (h *Held) Serve(ctx context.Context, address, version string, do Do) error {
	path := filepath.Join(h.folder, SocketName)
	var temporary string
	if len(path) > maxSocketPath {
		var err error
		if temporary, err = os.MkdirTemp("", "ecrm-"); err != nil {
			return fmt.Errorf("make a folder for the socket: %w", err)
		}
		path = filepath.Join(temporary, SocketName)
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "unix", path)
	if err != nil {
		return fmt.Errorf("listen on %s: %w", path, err)
	}
	// The folder is its owner's alone (0700), so nobody came in meanwhile.
	if err := errors.Join(os.Chmod(path, 0o600), h.tell(Owner{os.Getpid(), version, address, path})); err != nil {
		return errors.Join(err, listener.Close())
	}
	server := &http.Server{
		Handler: handler(version, do), ReadHeaderTimeout: 10 * time.Second,
		BaseContext: func(net.Listener) context.Context { return ctx },
	}
	go func() {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			slog.Error("serve the folder's socket", "error", err)
		}
	}()
	context.AfterFunc(ctx, func() {
		stop, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		_ = server.Shutdown(stop)
		if temporary != "" {
			_ = os.RemoveAll(temporary)
		}
	})
	return nil
}

func handler(version string, do Do) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// A command says how far it is while it still reads.
		if err := http.NewResponseController(w).EnableFullDuplex(); err != nil {
			slog.Error("serve the folder's socket", "error", err)
			return
		}
		to := &frames{w: w, flush: http.NewResponseController(w).Flush}
		end := func(err error) {
			text := ""
			if err != nil {
				text = err.Error()
			}
			_, _ = to.kind(frameEnd).Write([]byte(text))
		}
		var asked Request
		if err := json.Unmarshal([]byte(r.Header.Get("Ecrm-Command")), &asked); err != nil {
			end(fmt.Errorf("read the command: %w", err))
			return
		}
		if asked.Version != version {
			end(fmt.Errorf("the server here is ECRM %s and this program is %s: restart the server, or use its program", version, asked.Version))
			return
		}
		err := func() (err error) {
			defer func() {
				if p := recover(); p != nil {
					err = fmt.Errorf("the command failed: %v", p)
				}
			}()
			return do(r.Context(), asked, Streams{In: r.Body, Out: to.kind(frameOut), Err: to.kind(frameErr), File: to.kind(frameFile)})
		}()
		end(err)
	})
}

// frames writes several streams into one.
type frames struct {
	mu    sync.Mutex
	w     io.Writer
	flush func() error
}

type frameWriter struct {
	f    *frames
	kind byte
}

func (f *frames) kind(kind byte) io.Writer { return frameWriter{f, kind} }

// Write sends a piece of one stream.
func (w frameWriter) Write(p []byte) (int, error) {
	w.f.mu.Lock()
	defer w.f.mu.Unlock()
	head := binary.BigEndian.AppendUint32([]byte{w.kind}, uint32(len(p)))
	if _, err := w.f.w.Write(append(head, p...)); err != nil {
		return 0, err
	}
	return len(p), w.f.flush()
}

// Ask has the server that owns the folder do a command, and answers its error.
func (o *Owner) Ask(ctx context.Context, asked Request, s Streams) error {
	text, err := json.Marshal(asked)
	if err != nil {
		return err
	}
	if s.In == nil {
		s.In = bytes.NewReader(nil)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://folder/", io.NopCloser(s.In))
	if err != nil {
		return err
	}
	request.Header.Set("Ecrm-Command", string(text))
	transport := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", o.Socket)
	}}
	defer transport.CloseIdleConnections()
	response, err := (&http.Client{Transport: transport}).Do(request)
	if err != nil {
		return fmt.Errorf("ask the server that holds the folder (process %d): %w", o.PID, err)
	}
	defer response.Body.Close()
	to := map[byte]io.Writer{frameOut: s.Out, frameErr: s.Err, frameFile: s.File}
	head := make([]byte, 5)
	for {
		if _, err := io.ReadFull(response.Body, head); err != nil {
			return fmt.Errorf("the server ended before the command did: %w", err)
		}
		piece := io.LimitReader(response.Body, int64(binary.BigEndian.Uint32(head[1:])))
		if head[0] == frameEnd {
			said, err := io.ReadAll(piece)
			if err == nil && len(said) > 0 {
				err = errors.New(string(said))
			}
			return err
		}
		w := to[head[0]]
		if w == nil {
			w = io.Discard
		}
		if _, err := io.Copy(w, piece); err != nil {
			return err
		}
	}
}
