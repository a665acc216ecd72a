package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// acknowledged is what people were told is kept.
type acknowledged struct {
	// names are the customers made.
	names map[string]bool
	// note is the last number written into the note of one customer.
	note int
	// files are the sums of what was uploaded and attached, by id.
	files map[string]string
}

// load is what several people do at once: make customers, change one, upload and attach files.
type load struct {
	b     *browser
	url   func() string
	one   string // the customer that is changed and has the files
	stop  chan struct{}
	group sync.WaitGroup

	mu     sync.Mutex
	told   acknowledged
	sent   map[string]bool // customers that were asked for, told or not
	tried  int             // the number last asked to be written
	refuse map[int]int     // other answers, by status
	said   map[int]string  // and what the last of each said
}

const changedName = "改了又改的公司"

// begun starts to work on a server; url says where it is, which may change.
func begun(b *browser, url func() string) *load {
	b.t.Helper()
	status, made, _ := b.call("POST", "customers", strings.NewReader(`{"name": "`+changedName+`", "note": "0"}`))
	if status != 201 {
		b.t.Fatalf("the first customer answered %d %v", status, made)
	}
	l := &load{b: b, url: url, one: fmt.Sprint(made["id"]), stop: make(chan struct{}), told: acknowledged{names: map[string]bool{}, files: map[string]string{}}, sent: map[string]bool{}, refuse: map[int]int{}, said: map[int]string{}}
	for n := range 2 {
		l.always(func(i int) { l.create(fmt.Sprintf("第%d人之第%d家公司", n, i)) })
	}
	l.always(func(int) { l.change() })
	l.always(func(int) { l.attach() })
	b.t.Cleanup(l.end)
	return l
}

// end has everybody stop once he has his answer.
func (l *load) end() {
	select {
	case <-l.stop:
	default:
		close(l.stop)
	}
	l.group.Wait()
}

func (l *load) always(do func(i int)) {
	l.group.Go(func() {
		for i := 0; ; i++ {
			select {
			case <-l.stop:
				return
			default:
				do(i)
			}
		}
	})
}

// call asks the server, wherever it is now.
func (l *load) call(method, path string, body io.Reader) (int, map[string]any) {
	r, err := http.NewRequestWithContext(l.b.t.Context(), method, l.url()+"/api/v1/"+path, body)
	if err != nil {
		return 0, nil
	}
	r.Header.Set("Content-Type", "application/json")
	status, answer, _ := l.b.send(r)
	l.noted(status, map[string]any{method + " " + path: answer})
	return status, answer
}

// noted counts answers that are no success.
func (l *load) noted(status int, answer map[string]any) {
	if status/100 != 2 {
		l.mu.Lock()
		l.refuse[status]++
		l.said[status] = fmt.Sprint(answer)
		l.mu.Unlock()
		time.Sleep(10 * time.Millisecond)
	}
}

// file uploads a file; nothing refers to it yet.
func (b *browser) file(content []byte) (int, map[string]any, http.Header) {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("file", "附件.bin")
	if err == nil {
		_, err = part.Write(content)
	}
	if err != nil || form.Close() != nil {
		return 0, nil, nil
	}
	r, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, b.url+"/api/v1/files", &body)
	if err != nil {
		return 0, nil, nil
	}
	r.Header.Set("Content-Type", form.FormDataContentType())
	return b.send(r)
}

func (l *load) create(name string) {
	l.mu.Lock()
	l.sent[name] = true
	l.mu.Unlock()
	status, _ := l.call("POST", "customers", strings.NewReader(`{"name": "`+name+`", "phones": [{"value": "02-2`+strconv.Itoa(1000000+rand.IntN(8999999))+`"}]}`))
	if status == 201 {
		l.mu.Lock()
		l.told.names[name] = true
		l.mu.Unlock()
	}
}

func (l *load) change() {
	l.mu.Lock()
	l.tried++
	n := l.tried
	l.mu.Unlock()
	if status, _ := l.call("PATCH", "customers/"+l.one, strings.NewReader(fmt.Sprintf(`{"note": "%d"}`, n))); status == 200 {
		l.mu.Lock()
		l.told.note = n
		l.mu.Unlock()
	}
}

func (l *load) attach() {
	content := make([]byte, 1000+rand.IntN(40000))
	for i := range content {
		content[i] = byte(rand.Uint32())
	}
	status, answer, _ := (&browser{l.b.t, l.url(), l.b.client}).file(content)
	if l.noted(status, answer); status != 201 {
		return
	}
	id := fmt.Sprint(answer["id"])
	if status, _ := l.call("POST", "customers/"+l.one+"/files", strings.NewReader(`{"files": ["`+id+`"]}`)); status != 201 {
		return
	}
	sum := sha256.Sum256(content)
	l.mu.Lock()
	l.told.files[id] = hex.EncodeToString(sum[:])
	l.mu.Unlock()
	time.Sleep(5 * time.Millisecond) // more files than writes would hide the writes
}

// now is what was told so far.
func (l *load) now() acknowledged {
	l.mu.Lock()
	defer l.mu.Unlock()
	return acknowledged{maps.Clone(l.told.names), l.told.note, maps.Clone(l.told.files)}
}

// refused counts the answers that were no success, by status; 0 is no answer.
func (l *load) refused() map[int]int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return maps.Clone(l.refuse)
}

// missing is what a server lacks of what was told, and what it has that nobody asked for; rows are
// customers of an import, which may be there or not.
func (l *load) missing(b *browser, what acknowledged, row func(name string) bool) (wrong []string) {
	found := map[string]int{}
	note := ""
	for cursor := ""; ; {
		status, page, _ := b.call("GET", "customers?limit=500&fields=name,note&sort=id&cursor="+url.QueryEscape(cursor), nil)
		if status != 200 {
			return []string{fmt.Sprintf("the list answers %d %v", status, page)}
		}
		records, _ := page["records"].([]any)
		for _, r := range records {
			record, _ := r.(map[string]any)
			name := fmt.Sprint(record["name"])
			if found[name]++; name == changedName {
				note = fmt.Sprint(record["note"])
			}
		}
		next, more := page["next"].(string)
		if !more {
			break
		}
		cursor = next
	}
	l.mu.Lock()
	sent, tried := maps.Clone(l.sent), l.tried
	l.mu.Unlock()
	for name := range what.names {
		if found[name] == 0 {
			wrong = append(wrong, name+" is lost")
		}
	}
	for name, n := range found {
		if n > 1 {
			wrong = append(wrong, fmt.Sprintf("%s is there %d times", name, n))
		}
		if !sent[name] && name != changedName && (row == nil || !row(name)) {
			wrong = append(wrong, name+" was never asked for")
		}
	}
	if n, err := strconv.Atoi(note); err != nil || n < what.note || n > tried {
		wrong = append(wrong, fmt.Sprintf("the note is %q, %d was told and %d tried", note, what.note, tried))
	}
	for id, sum := range what.files {
		if got := b.sum("files/" + id); got != sum {
			wrong = append(wrong, fmt.Sprintf("file %s is %s", id, got))
		}
	}
	return wrong
}

// sum is that of a file as it is read, or why it is not.
func (b *browser) sum(path string) string {
	r, err := http.NewRequestWithContext(b.t.Context(), http.MethodGet, b.url+"/api/v1/"+path, nil)
	if err != nil {
		return err.Error()
	}
	answer, err := b.client.Do(r)
	if err != nil {
		return err.Error()
	}
	defer func() { _ = answer.Body.Close() }()
	h := sha256.New()
	if _, err := io.Copy(h, answer.Body); err != nil || answer.StatusCode != 200 {
		return fmt.Sprint(answer.StatusCode, " ", err)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// times is how often something is tried: few times in each run of the tests, ECRM_TORTURE times for
// `make torture`.
func times(t *testing.T, few int) int {
	t.Helper()
	if text := os.Getenv("ECRM_TORTURE"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			t.Fatalf("ECRM_TORTURE is %q, no number of times", text)
		}
		return n
	}
	return few
}
