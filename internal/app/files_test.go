package app

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"ecrm/internal/blob"
	"ecrm/internal/dbtest"
	"ecrm/internal/schema"
	"ecrm/internal/store"
)

// picture is a PNG whose upper left corner is red.
func picture(w, h int) []byte {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			img.Set(x, y, color.RGBA{0, 0, 255, 255})
			if x < w/2 && y < h/2 {
				img.Set(x, y, color.RGBA{255, 0, 0, 255})
			}
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// sendFile uploads under a name exactly as it is spelled.
func (p *person) sendFile(name string, content []byte) (int, map[string]any) {
	p.w.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreatePart(textproto.MIMEHeader{"Content-Disposition": {`form-data; name="file"; filename="` + name + `"`}, "Content-Type": {"image/png"}})
	if err != nil {
		p.w.t.Fatal(err)
	}
	if _, err := part.Write(content); err != nil {
		p.w.t.Fatal(err)
	}
	if err := form.Close(); err != nil {
		p.w.t.Fatal(err)
	}
	status, text := p.raw("POST", "/api/v1/files", form.FormDataContentType(), body.Bytes())
	return status, decoded(p.w.t, text)
}

func (p *person) file(name string, content []byte) string {
	p.w.t.Helper()
	status, answer := p.sendFile(name, content)
	if status != 201 {
		p.w.t.Fatalf("the upload of %q answered %d %v", name, status, answer)
	}
	return fmt.Sprint(answer["id"])
}

// head is what an answer said before its body.
type head struct {
	StatusCode int
	Header     http.Header
}

func (p *person) fetch(path string, headers ...string) (head, []byte) {
	p.w.t.Helper()
	r, err := http.NewRequestWithContext(context.Background(), http.MethodGet, p.w.server.URL+"/api/v1/"+path, nil)
	if err != nil {
		p.w.t.Fatal(err)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	r.AddCookie(p.cookie)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		p.w.t.Fatal(err)
	}
	defer answer.Body.Close()
	b, err := io.ReadAll(answer.Body)
	if err != nil {
		p.w.t.Fatal(err)
	}
	return head{answer.StatusCode, answer.Header}, b
}

func TestFileIsReadUnderTheRightOfTheRecordThatRefersToIt(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		_, people, _ := w.company()
		owner, stranger, boss := people["seller"], people["stranger"], people["boss"]
		id := owner.file("合約.png", picture(20, 10))
		stranger.must(404, "GET", "files/"+id, nil)
		boss.must(404, "GET", "files/"+id, nil)
		if answer, b := owner.fetch("files/" + id); answer.StatusCode != 200 || !bytes.Equal(b, picture(20, 10)) {
			t.Fatalf("the uploader reads %d, %d bytes", answer.StatusCode, len(b))
		}
		customer := owner.add("customers", map[string]any{"name": "有商標", "logo": id})
		got := owner.must(200, "GET", "customers/"+customer, nil)
		if at(got, "logo", "id") != id || at(got, "logo", "name") != "合約.png" || at(got, "logo", "width") != float64(20) {
			t.Errorf("the logo is read as %v", got["logo"])
		}
		if answer, _ := boss.fetch("files/" + id); answer.StatusCode != 200 {
			t.Errorf("who sees the record reads %d", answer.StatusCode)
		}
		stranger.must(404, "GET", "files/"+id, nil)
		for filter, want := range map[string]string{`logo IS EMPTY`: "", `logo ~ "合約"`: "有商標", `logo ~ "訂單"`: "", `NOT logo IS EMPTY`: "有商標"} {
			if names := owner.names("customers?filter=" + url.QueryEscape(filter)); names != want {
				t.Errorf("%s finds %q", filter, names)
			}
		}
		// In the recycle bin it stays with those who saw it; taken from the field it
		// is nobody's, and can be brought back.
		owner.must(200, "PATCH", "customers/"+customer, map[string]any{"logo": nil})
		boss.must(404, "GET", "files/"+id, nil)
		if history := fmt.Sprint(owner.must(200, "GET", "customers/"+customer+"/history", nil)); !strings.Contains(history, "合約.png") {
			t.Errorf("the history does not tell the name: %s", history)
		}
		stranger.must(422, "POST", "customers", map[string]any{"name": "偷", "logo": id})
		owner.must(200, "PATCH", "customers/"+customer, map[string]any{"logo": map[string]any{"id": id}})
		owner.must(422, "PATCH", "customers/"+customer, map[string]any{"logo": owner.file("a.txt", []byte("no picture"))})
		people["boss"].must(200, "GET", "customers/"+customer, nil)
	})
}

func TestFileInAHiddenFieldIsNotRead(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin, people, _ := w.company()
		owner, boss := people["seller"], people["boss"]
		admin.must(201, "POST", "objects/customer/fields", map[string]any{"name": "x_papers", "type": "file", "labels": "文件"})
		one, two := owner.file("一.pdf", []byte("%PDF-1.4 one")), owner.file("二.txt", []byte("two"))
		customer := owner.add("customers", map[string]any{"name": "文件多", "x_papers": []any{one, map[string]any{"id": two}}})
		if n := size(owner.must(200, "GET", "customers/"+customer, nil)["x_papers"]); n != 2 {
			t.Fatalf("%d of two files are told", n)
		}
		boss.fetchStatus(200, "files/"+two)
		role := fmt.Sprint(at(admin.must(200, "GET", "roles?filter="+url.QueryEscape(`key = "general_manager"`), nil), "records", 0, "id"))
		admin.must(200, "PATCH", "roles/"+role, map[string]any{"field_access": map[string]any{"customer": map[string]any{"x_papers": "hidden"}}})
		boss.fetchStatus(404, "files/"+two)
		boss.must(422, "POST", "customers", map[string]any{"name": "x", "logo": two})
		owner.fetchStatus(200, "files/"+two)
	})
}

func (p *person) fetchStatus(want int, path string) {
	p.w.t.Helper()
	if answer, b := p.fetch(path); answer.StatusCode != want {
		p.w.t.Errorf("GET %s answered %d, want %d: %.200s", path, answer.StatusCode, want, b)
	}
}

func TestAttachmentsAndFilesOfCommentsStandOnTheTimeline(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin, people, _ := w.company()
		owner, boss, stranger := people["seller"], people["boss"], people["stranger"]
		for _, plural := range []string{"customers", "tasks"} {
			record := plural + "/" + owner.add(plural, map[string]any{map[string]string{"customers": "name", "tasks": "subject"}[plural]: "附件多"})
			paper, photo := owner.file("報價單.pdf", []byte("%PDF-1.4")), owner.file("現場.png", picture(9, 9))
			owner.must(201, "POST", record+"/files", map[string]any{"files": []string{paper}})
			owner.must(201, "POST", record+"/comments", map[string]any{"files": []any{map[string]any{"id": photo}}})
			owner.must(422, "POST", record+"/comments", map[string]any{"text": "", "files": []any{}})
			owner.must(422, "POST", record+"/files", map[string]any{"files": []string{"77"}})
			owner.must(422, "POST", record+"/files", map[string]any{"files": []any{5}})
			if files := owner.must(200, "GET", record+"/files", nil); at(files, "files", 0, "name") != "報價單.pdf" || at(files, "files", 0, "by", "name") != "seller" || size(files["files"]) != 1 {
				t.Errorf("the attachments: %v", files)
			}
			timeline := fmt.Sprint(boss.must(200, "GET", record+"/timeline", nil))
			if !strings.Contains(timeline, "attached") || !strings.Contains(timeline, "報價單.pdf") || !strings.Contains(timeline, "現場.png") {
				t.Errorf("the timeline: %s", timeline)
			}
			for _, file := range []string{paper, photo} {
				boss.fetchStatus(200, "files/"+file)
				stranger.fetchStatus(404, "files/"+file)
			}
			admin.must(204, "DELETE", record, nil)
			owner.fetchStatus(200, "files/"+paper)
			stranger.fetchStatus(404, "files/"+paper)
			admin.must(200, "POST", record+"/actions/restore", nil)
			owner.must(204, "DELETE", record+"/files/"+paper, nil)
			owner.must(404, "DELETE", record+"/files/"+paper, nil)
			boss.fetchStatus(404, "files/"+paper)
			if history := fmt.Sprint(owner.must(200, "GET", record+"/history", nil)); !strings.Contains(history, "detached") {
				t.Errorf("the history does not tell that the file was taken away: %s", history)
			}
		}
		if found := w.findings(); len(found) > 0 {
			t.Errorf("what was written does not agree: %v", found)
		}
	})
}

// What is uploaded never runs in our origin, under whatever name and type it
// comes.
func TestUploadedPageIsSavedAndNotShown(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	admin := w.setUp()
	for name, content := range map[string]string{
		"a.png": "<!DOCTYPE html><script>alert(1)</script>", "b.svg": `<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`,
		"c.pdf": "%PDF-1.4", "d.js": "alert(1)", "e.docx": "PK\x03\x04zip",
	} {
		answer, _ := admin.fetch("files/" + admin.file(name, []byte(content)))
		h := answer.Header
		if answer.StatusCode != 200 || !strings.HasPrefix(h.Get("Content-Disposition"), "attachment;") || h.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(h.Get("Content-Security-Policy"), "sandbox") || strings.Contains(h.Get("Content-Security-Policy"), "allow-scripts") {
			t.Errorf("%s answered %d %v", name, answer.StatusCode, h)
		}
		if strings.HasPrefix(h.Get("Content-Type"), "image/") {
			t.Errorf("%s passes for %s", name, h.Get("Content-Type"))
		}
	}
	id := admin.file("名片 50%\u00e9.png", picture(4, 4))
	answer, _ := admin.fetch("files/" + id)
	if d := answer.Header.Get("Content-Disposition"); !strings.HasPrefix(d, "inline;") || !strings.Contains(d, "filename*=UTF-8''%E5%90%8D%E7%89%87%2050%25%C3%A9.png") {
		t.Errorf("the name is told as %s", d)
	}
	if again, b := admin.fetch("files/"+id, "If-None-Match", answer.Header.Get("ETag")); again.StatusCode != 304 || len(b) > 0 {
		t.Errorf("what is known already is answered %d, %d bytes", again.StatusCode, len(b))
	}
	if part, b := admin.fetch("files/"+id, "Range", "bytes=1-3"); part.StatusCode != 206 || string(b) != "PNG" {
		t.Errorf("a part is answered %d %q", part.StatusCode, b)
	}
}

func TestHostileNamesAreMadeHarmless(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	admin := w.setUp()
	for sent, want := range map[string]string{
		"../../etc/passwd": "passwd", `C:\\fake\\圖.png`: "圖.png", "\u202egpj.exe": "gpj.exe", "..": "file", "": "file", "a\x00b.txt": "ab.txt", "  .  ": "file",
		strings.Repeat("長", 300) + ".pdf": strings.Repeat("長", 65) + ".pdf", "a\u200bb.txt": "ab.txt", "<img src=x>.txt": "img src=x.txt",
	} {
		status, answer := admin.sendFile(sent, []byte("x"))
		if sent == "" || strings.Contains(sent, "\x00") { // the form itself may refuse these
			if status >= 500 {
				t.Errorf("%q answered %d", sent, status)
			}
			continue
		}
		if status != 201 || answer["name"] != want {
			t.Errorf("%q becomes %d %q, want %q", sent, status, answer["name"], want)
		}
	}
	for _, body := range []string{"", "--x\r\n", "--x\r\nContent-Disposition: form-data; name=\"other\"\r\n\r\nx\r\n--x--", "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\ncut"} {
		if status, answer := admin.raw("POST", "/api/v1/files", "multipart/form-data; boundary=x", []byte(body)); status != 422 {
			t.Errorf("the body %q answered %d %s", body, status, answer)
		}
	}
	if status, _ := admin.raw("POST", "/api/v1/files", "application/json", []byte("{}")); status != 422 {
		t.Errorf("a body that is no form answered %d", status)
	}
}

func TestFileAboveTheLimitIsRefusedInWords(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	admin := w.setUp()
	w.app.Files.Limit = 5 << 20
	for _, n := range []int{5<<20 + 1, 9 << 20} {
		status, answer := admin.sendFile("大.bin", make([]byte, n))
		if status != 413 || answer["code"] != "too_large" || !strings.Contains(fmt.Sprint(answer["detail"]), "5 MB") {
			t.Errorf("%d bytes answered %d %v", n, status, answer)
		}
	}
	if status, _ := admin.sendFile("剛好.bin", make([]byte, 5<<20)); status != 201 {
		t.Errorf("a file at the limit answered %d", status)
	}
	if left, err := filepath.Glob(filepath.Join(w.app.data, filesFolder, "*.part")); err != nil || len(left) > 0 {
		t.Errorf("refused uploads left %v, %v", left, err)
	}
}

// bomb is a PNG of a few bytes that claims sixty thousand by sixty thousand.
func bomb() []byte {
	b := picture(1, 1)
	binary.BigEndian.PutUint32(b[16:], 60000)
	binary.BigEndian.PutUint32(b[20:], 60000)
	binary.BigEndian.PutUint32(b[29:], crc32.ChecksumIEEE(b[12:29]))
	return b
}

func TestPictureIsMadeSmallAndABombIsNot(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	admin := w.setUp()
	id := admin.file("大.png", picture(1000, 500))
	for range 2 {
		answer, b := admin.fetch("files/" + id + "?size=96")
		small, _, err := image.Decode(bytes.NewReader(b))
		if answer.StatusCode != 200 || err != nil || small.Bounds().Dx() != 96 || small.Bounds().Dy() != 48 {
			t.Fatalf("made small: %d %v %v", answer.StatusCode, err, answer.Header)
		}
	}
	admin.fetchStatus(422, "files/"+id+"?size=97")
	admin.fetchStatus(422, "files/"+id+"?size=x")
	admin.fetchStatus(404, "files/"+admin.file("a.txt", []byte("x"))+"?size=96")
	admin.fetchStatus(404, "files/"+admin.file("bomb.png", bomb())+"?size=96")
	cut := picture(300, 300)
	admin.fetchStatus(404, "files/"+admin.file("cut.png", cut[:len(cut)/2])+"?size=96")
	if _, answer := admin.sendFile("bomb.png", bomb()); answer["width"] != nil {
		t.Errorf("a bomb passes for a picture: %v", answer)
	}
}

// A phone held upright writes its picture lying, and says so.
func TestPictureIsTurnedAsItsCameraWasHeld(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	admin := w.setUp()
	img, err := png.Decode(bytes.NewReader(picture(200, 100)))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	exif := []byte("\xff\xe1\x00\x22Exif\x00\x00MM\x00\x2a\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00\x00\x00\x00\x00")
	turned := append(append(append([]byte{}, b.Bytes()[:2]...), exif...), b.Bytes()[2:]...)
	status, answer := admin.sendFile("直.jpg", turned)
	if status != 201 || answer["width"] != float64(100) || answer["height"] != float64(200) {
		t.Fatalf("%d %v", status, answer)
	}
	_, small := admin.fetch("files/" + fmt.Sprint(answer["id"]) + "?size=96")
	seen, err := jpeg.Decode(bytes.NewReader(small))
	if err != nil || seen.Bounds().Dx() != 48 || seen.Bounds().Dy() != 96 {
		t.Fatalf("%v, %v", seen.Bounds(), err)
	}
	// What was the upper left corner is the upper right one now.
	if r, _, blue, _ := seen.At(40, 8).RGBA(); r < blue {
		t.Error("the picture was turned the wrong way")
	}
}

func TestSweepTakesWhatNothingRefersToAfterItsTime(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin := w.setUp()
		logo, again, loose, once := admin.file("a.png", picture(30, 30)), admin.file("b.png", picture(30, 30)), admin.file("loose.txt", []byte("loose")), admin.file("once.txt", []byte("once"))
		customer := admin.add("customers", map[string]any{"name": "客戶", "logo": logo})
		admin.must(201, "POST", "customers/"+customer+"/files", map[string]any{"files": []string{once}})
		admin.must(204, "DELETE", "customers/"+customer+"/files/"+once, nil)
		if n := w.blobs(); n != 3 {
			t.Fatalf("%d contents are kept of three", n)
		}
		admin.fetchStatus(200, "files/"+logo+"?size=96")
		sweep := func(after time.Duration) {
			t.Helper()
			if err := w.app.sweepFiles(t.Context(), time.Now().Add(after)); err != nil {
				t.Fatal(err)
			}
		}
		sweep(23 * time.Hour)
		admin.fetchStatus(200, "files/"+loose)
		sweep(25 * time.Hour)
		admin.fetchStatus(404, "files/"+loose)
		admin.fetchStatus(404, "files/"+again)
		admin.fetchStatus(200, "files/"+logo)
		if n := w.blobs(); n != 2 {
			t.Errorf("%d contents are kept of two", n)
		}
		admin.must(201, "POST", "customers/"+customer+"/files", map[string]any{"files": []string{once}}) // undone in time
		sweep(91 * 24 * time.Hour)
		admin.fetchStatus(200, "files/"+once)
		admin.must(204, "DELETE", "customers/"+customer+"/files/"+once, nil)
		sweep(89 * 24 * time.Hour)
		admin.must(201, "POST", "customers/"+customer+"/files", map[string]any{"files": []string{once}})
		admin.must(204, "DELETE", "customers/"+customer+"/files/"+once, nil)
		sweep(91 * 24 * time.Hour)
		admin.must(422, "POST", "customers/"+customer+"/files", map[string]any{"files": []string{once}})
		admin.fetchStatus(200, "files/"+logo)
		if n := w.blobs(); n != 1 {
			t.Errorf("%d contents are kept of one", n)
		}
		if found := w.findings(); len(found) > 0 {
			t.Errorf("after the sweep: %v", found)
		}
	})
}

func (w *world) blobs() int {
	w.t.Helper()
	n := 0
	if err := w.app.Files.Blobs(func(string, int64, time.Time) error { n++; return nil }); err != nil {
		w.t.Fatal(err)
	}
	return n
}

// Sweeps that run all the time, and that find everything old, take nothing from
// people who upload the same content again and again.
func TestSweepAndUploadsOfTheSameContentMeet(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	admin := w.setUp()
	customer := "customers/" + admin.add("customers", map[string]any{"name": "客戶"})
	stop := make(chan struct{})
	var sweeping sync.WaitGroup
	sweeping.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
			}
			if _, err := w.app.Files.Sweep(time.Now().Add(time.Hour), func(sums []string) (map[string]bool, error) {
				return w.app.Records.NamedSums(context.Background(), sums)
			}); err != nil {
				t.Error(err)
				return
			}
		}
	})
	for range 60 {
		id := admin.file("同.txt", []byte("the same"))
		admin.must(201, "POST", customer+"/files", map[string]any{"files": []string{id}})
		admin.fetchStatus(200, "files/"+id)
		if err := w.app.Records.DB.Write(t.Context(), forget(id)); err != nil {
			t.Fatal(err)
		}
	}
	last := admin.file("同.txt", []byte("the same"))
	close(stop)
	sweeping.Wait()
	admin.fetchStatus(200, "files/"+last)
}

func TestCheckFindsLostAndChangedContent(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	admin := w.setUp()
	admin.file("一.txt", []byte("first"))
	admin.file("二.txt", []byte("second"))
	admin.file("三.txt", []byte("third"))
	var paths []string
	if err := filepath.WalkDir(filepath.Join(w.app.data, filesFolder), func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			paths = append(paths, path)
		}
		return err
	}); err != nil || len(paths) != 3 {
		t.Fatal(paths, err)
	}
	if err := os.Remove(paths[0]); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(paths[1])
	if err != nil {
		t.Fatal(err)
	}
	b[0] ^= 1
	if err := os.WriteFile(paths[1], b, 0o600); err != nil {
		t.Fatal(err)
	}
	found := fmt.Sprint(w.findings()["content"])
	if !strings.Contains(found, "missing") || !strings.Contains(found, "not what was uploaded") || strings.Count(found, "file ") != 2 {
		t.Errorf("found %s", found)
	}
}

func TestFilesComeBackOutOfABackup(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	admin := w.setUp()
	id := admin.file("商標.png", picture(300, 300))
	admin.add("customers", map[string]any{"name": "客戶", "logo": id})
	admin.fetchStatus(200, "files/"+id+"?size=96")
	var file bytes.Buffer
	manifest, err := w.app.Backup(t.Context(), "test", &file)
	if err != nil {
		t.Fatal(err)
	}
	for name := range manifest.Files {
		if strings.Contains(name, "thumbs") {
			t.Errorf("%s can be made again and is in the backup", name)
		}
	}
	folder := filepath.Join(t.TempDir(), "again")
	if _, err := Restore(t.Context(), bytes.NewReader(file.Bytes()), Config{Data: folder}, Modules()); err != nil {
		t.Fatal(err)
	}
	again := newWorld(t, "sqlite:"+folder+"/ecrm.db")
	there := &person{w: again, cookie: admin.cookie}
	if answer, b := there.fetch("files/" + id); answer.StatusCode != 200 || !bytes.Equal(b, picture(300, 300)) {
		t.Errorf("the restored file: %d", answer.StatusCode)
	}
	there.fetchStatus(200, "files/"+id+"?size=96")
	if found := again.findings(); len(found) > 0 {
		t.Errorf("the restored does not agree: %v", found)
	}
}

func TestFolderOfFilesElsewhereNeedsPostgres(t *testing.T) {
	if a, err := Open(t.Context(), Config{Data: t.TempDir(), Files: t.TempDir()}, Modules()); err == nil {
		a.Close()
		t.Error("a backup would miss the files")
	}
	if blob.DefaultLimit != 50<<20 {
		t.Error("the usual limit is not that of the documentation")
	}
}

// forget takes a file's row away, as a sweep would after its time.
func forget(id string) func(context.Context, store.Querier) error {
	return func(ctx context.Context, q store.Querier) error {
		for table, column := range map[string]string{"file": "id", "file_use": "file_id"} {
			n, _ := schema.ParseID(id)
			if _, err := store.Delete(ctx, q, table, store.Row{column: n}); err != nil {
				return err
			}
		}
		return nil
	}
}

func decoded(t testing.TB, text string) map[string]any {
	t.Helper()
	var m map[string]any
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	return m
}

func TestExportTellsTheNamesOfFiles(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	admin := w.setUp()
	w.work()
	admin.add("customers", map[string]any{"name": "有商標", "logo": admin.file("商標.png", picture(4, 4))})
	if file := fmt.Sprint(admin.exported(map[string]any{"fields": []string{"name", "logo"}, "format": "csv"})); !strings.Contains(file, "商標.png") {
		t.Errorf("the export: %s", file)
	}
}

func TestNamesOfFilesAreLeftOutOfAnImport(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	admin := w.setUp()
	w.work()
	_, done := admin.imported("customer", "名稱,商標\n有商標,商標.png\n沒有商標,\n")
	if done["created"] != 2.0 || done["failed"] != 0.0 || done["warned"] != 0.0 {
		t.Errorf("created %v, failed %v, warned %v", done["created"], done["failed"], done["warned"])
	}
}
