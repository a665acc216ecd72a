package app

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"ecrm/internal/dbtest"
)

// cards writes a vCard file of names and their PHOTO lines.
func cards(version string, people ...[2]string) []byte {
	var b strings.Builder
	for _, p := range people {
		b.WriteString("BEGIN:VCARD\r\nVERSION:" + version + "\r\nFN:" + p[0] + "\r\nN:" + p[0] + ";;;;\r\n")
		if p[1] != "" {
			b.WriteString(p[1] + "\r\n")
		}
		b.WriteString("END:VCARD\r\n")
	}
	return []byte(b.String())
}

// photoOf answers the size of a contact's photo as it can be downloaded, "" for
// none.
func (p *person) photoOf(name string) string {
	p.w.t.Helper()
	for _, one := range list(p.must(200, "GET", "contacts?limit=50", nil)["records"]) {
		c, _ := one.(map[string]any)
		if c["name"] != name {
			continue
		}
		photo, _ := c["picture"].(map[string]any)
		if photo == nil {
			return ""
		}
		answer, content := p.fetch("files/" + fmt.Sprint(photo["id"]))
		if answer.StatusCode != 200 || !bytes.HasPrefix(content, []byte("\x89PNG")) {
			return fmt.Sprintf("answered %d", answer.StatusCode)
		}
		return fmt.Sprint(photo["width"], "x", photo["height"])
	}
	return "nobody"
}

func TestPhotosInCardsBecomePicturesOfContacts(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin := w.setUp()
		b64 := func(w, h int) string { return base64.StdEncoding.EncodeToString(picture(w, h)) }
		for _, file := range []struct {
			name    string
			content []byte
		}{
			{"two.vcf", cards("2.1", [2]string{"二一", "PHOTO;PNG;ENCODING=BASE64:" + b64(4, 5) + "\r\n"})},
			{"three.vcf", cards("3.0", [2]string{"三零", "PHOTO;ENCODING=b;TYPE=PNG:" + b64(6, 7)})},
			{"four.vcf", cards("4.0",
				[2]string{"四零", "PHOTO:data:image/png;base64," + b64(8, 9)},
				[2]string{"網址", "PHOTO:https://photos.invalid/1.png"},
				[2]string{"程式", "PHOTO:data:image/svg+xml;base64," + base64.StdEncoding.EncodeToString([]byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>`))},
				[2]string{"亂碼", "PHOTO:data:image/png;base64,!!!!"},
				[2]string{"無", ""})},
		} {
			status, job := admin.upload("contact", file.name, file.content)
			if status != 201 {
				t.Fatalf("%s: %d %v", file.name, status, job)
			}
			if text := fmt.Sprint(job["preview"], job["columns"]); strings.Contains(text, b64(8, 9)) || strings.Contains(text, b64(6, 7)) {
				t.Errorf("%s: what is shown of the file holds a whole picture", file.name)
			}
			id := fmt.Sprint(job["id"])
			if checked := admin.finished(id, "check", "checked"); checked["failed"] != 0.0 {
				t.Errorf("%s: the dry run says %v", file.name, checked["problems"])
			}
			done := admin.finished(id, "run", "done")
			if done["failed"] != 0.0 {
				t.Errorf("%s: %v", file.name, done["problems"])
			}
			if strings.HasPrefix(file.name, "four") {
				if done["warned"] != 3.0 {
					t.Errorf("rows with a warning: %v of 3; %v", done["warned"], done["problems"])
				}
				if strings.Contains(fmt.Sprint(done["problems"]), "base64") {
					t.Errorf("a problem repeats the picture: %v", done["problems"])
				}
			}
		}
		for name, want := range map[string]string{"二一": "4x5", "三零": "6x7", "四零": "8x9", "網址": "", "程式": "", "亂碼": "", "無": ""} {
			if got := admin.photoOf(name); got != want {
				t.Errorf("the photo of %s is %q, not %q", name, got, want)
			}
		}
		// The same file again leaves what is there as it is; another photo takes its place.
		before := w.files()
		again := func(content []byte) {
			_, job := admin.upload("contact", "again.vcf", content)
			id := fmt.Sprint(job["id"])
			admin.must(200, "PATCH", "imports/"+id, map[string]any{"duplicates": map[string]any{"keys": []string{"name"}, "rule": "update"}})
			if done := admin.finished(id, "run", "done"); done["updated"] != 1.0 {
				t.Errorf("again: %v", done)
			}
		}
		again(cards("4.0", [2]string{"四零", "PHOTO:data:image/png;base64," + b64(8, 9)}))
		if after := w.files(); after != before {
			t.Errorf("the same photo again made %d files", after-before)
		}
		again(cards("4.0", [2]string{"四零", "PHOTO:data:image/png;base64," + b64(10, 11)}))
		if got := admin.photoOf("四零"); got != "10x11" {
			t.Errorf("the photo is %q, not the new one", got)
		}
		if found := w.findings(); len(found) > 0 {
			t.Errorf("a check finds %v", found)
		}
		if left, err := filepath.Glob(filepath.Join(w.app.data, filesFolder, "*.part")); err != nil || len(left) > 0 {
			t.Errorf("left over: %v %v", left, err)
		}
	})
}

// files counts the files the database knows.
func (w *world) files() int64 {
	w.t.Helper()
	rows, err := w.app.DB.Query(w.t.Context(), "SELECT count(*) FROM file")
	if err != nil {
		w.t.Fatal(err)
	}
	n, _ := rows[0][0].(int64)
	return n
}

func TestPhotosComeWithTheRunAndNotWithADryRun(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin := w.setUp()
		_, job := admin.upload("contact", "one.vcf", cards("3.0", [2]string{"王一", "PHOTO;ENCODING=b:" + base64.StdEncoding.EncodeToString(picture(3, 3))}))
		id := fmt.Sprint(job["id"])
		admin.finished(id, "check", "checked")
		if n := w.files(); n != 0 {
			t.Errorf("a dry run left %d files", n)
		}
		admin.finished(id, "run", "done")
		admin.finished(id, "undo", "undone")
		if got := admin.photoOf("王一"); got != "nobody" {
			t.Errorf("after the undo: %q", got)
		}
	})
}
