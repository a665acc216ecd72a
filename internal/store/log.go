package store

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/binary"
	"math"
	"os"
	"sync"
	"sync/atomic"
)

// log brings what SQLite's write-ahead log holds into the database, beside the writer. Left to
// SQLite, the commit that makes the log long does it, and everybody who saves waits: a tenth of
// a second at a million customers, where each row lies on a page of its own. A pass on a
// connection of its own hinders nobody; only the little that was written meanwhile is brought in
// by the writer, between two commits, after which the log begins anew.
type log struct {
	writer *writer
	db     *sql.DB
	// file is where it lies, and done how much of it is in the database already, in pages of the
	// log that begins with these salts.
	file  string
	done  int64
	salts []byte
	// after is how many pages the log holds when it is brought in.
	after   atomic.Int64
	wake    chan struct{}
	stop    chan struct{}
	stopped chan struct{}
	once    sync.Once
}

const (
	// logPages is after how many pages the log is brought into the database: 16 MB.
	logPages = 4000
	// logMost is after how many the writer does it itself, should it grow faster: 64 MB.
	logMost = "16000"
	// logRest is how many pages the writer may be left with, and logPasses how often what is
	// written meanwhile is brought in before they are.
	logRest, logPasses = 200, 4
)

func newLog(w *writer, path, source string) (*log, error) {
	db, err := sql.Open("sqlite", source)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	l := &log{writer: w, db: db, file: path + "-wal", wake: make(chan struct{}, 1), stop: make(chan struct{}), stopped: make(chan struct{})}
	l.after.Store(logPages)
	return l, nil
}

// grown tells that something was committed.
func (l *log) grown() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

func (l *log) run() {
	defer close(l.stopped)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go func() {
		<-l.stop
		cancel()
	}()
	for {
		select {
		case <-l.wake:
		case <-l.stop:
			return
		}
		if l.holds(l.after.Load()) {
			l.bringIn(ctx)
		}
	}
}

// bringIn empties the log. What fails is tried again after the next commit; the writer is the
// one to say that the disk is full or broken.
func (l *log) bringIn(ctx context.Context) {
	for range logPasses {
		var busy, pages, done int64
		if err := l.db.QueryRowContext(ctx, bringIn).Scan(&busy, &pages, &done); err != nil {
			return
		}
		l.done = done
		if !l.holds(logRest) {
			break
		}
	}
	select {
	case l.writer.between <- struct{}{}:
	default: // it is told already
	}
}

const bringIn = "PRAGMA wal_checkpoint(PASSIVE)"

// holds tells whether the log holds more than so many pages that are not in the database yet: the
// page behind them is one of this log, not of the one before it in the same file, when it bears
// the salts of its head (https://sqlite.org/walformat.html, 2.1). Its index would say it too, but
// whoever closes that file loses the locks his process has on it.
func (l *log) holds(pages int64) bool {
	file, err := os.Open(l.file)
	if err != nil {
		return false
	}
	defer func() { _ = file.Close() }()
	var head [32]byte
	if _, err := file.ReadAt(head[:], 0); err != nil {
		return false
	}
	salts := head[16:24]
	if !bytes.Equal(salts, l.salts) {
		l.salts, l.done = bytes.Clone(salts), 0
	}
	frame := 24 + int64(binary.BigEndian.Uint32(head[8:]))
	if pages > math.MaxInt32 {
		return false // it is left to the writer
	}
	var of [24]byte
	if _, err := file.ReadAt(of[:], 32+(l.done+pages)*frame); err != nil {
		return false
	}
	return bytes.Equal(of[8:16], salts)
}

func (l *log) close() {
	l.once.Do(func() { close(l.stop) })
	<-l.stopped
	_ = l.db.Close()
}
