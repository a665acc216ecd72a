package blob

import (
	"os"
	"strings"
	"testing"
	"time"
)

// Whoever opens what a sweep puts aside and back at this moment finds it.
func TestBlobIsFoundWhileASweepLooksAtIt(t *testing.T) {
	f, err := Open(t.TempDir(), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	up, err := f.Take(strings.NewReader("the same"), "same.txt")
	if err != nil {
		t.Fatal(err)
	}
	path := f.path(up.Sum)
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for from, to := path, path+gone; ; from, to = to, from {
			select {
			case <-stop:
				return
			default:
			}
			if err := os.Rename(from, to); err != nil {
				t.Error(err)
				return
			}
			time.Sleep(20 * time.Microsecond)
		}
	}()
	for range 20_000 {
		file, err := f.Open(up.Sum)
		if err != nil {
			t.Error(err)
			break
		}
		_ = file.Close()
	}
	close(stop)
	<-done
}
