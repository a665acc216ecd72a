package app

import (
	"bytes"
	"fmt"
	"testing"

	"ecrm/internal/dbtest"
)

// Whoever is signed in shows a photo of himself; everybody sees it, nobody sets
// another's or comes to read a file by calling it a photo.
func TestPeopleShowTheirPhoto(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin, people, _ := w.company()
		seller, other := people["seller"], people["stranger"]
		photo := seller.file("me.png", picture(40, 30))
		me := seller.must(200, "PATCH", "me", map[string]any{"photo": photo})
		user, _ := me["user"].(map[string]any)
		shown, _ := user["photo"].(map[string]any)
		if shown["id"] != photo || shown["width"] != 40.0 {
			t.Fatalf("after setting it: %v", user)
		}
		if answer, _ := other.fetch("files/" + photo + "?size=96"); answer.StatusCode != 200 {
			t.Errorf("another person sees the photo: %d", answer.StatusCode)
		}
		faces := list(other.must(200, "GET", "users?filter=photo+is+not+empty&fields=photo", nil)["records"])
		if len(faces) != 1 || fmt.Sprint(faces[0].(map[string]any)["id"]) != fmt.Sprint(user["id"]) { //nolint:errcheck // a test
			t.Errorf("those with a photo: %v", faces)
		}
		if refused, _ := other.call("PATCH", "users/"+fmt.Sprint(user["id"]), map[string]any{"photo": nil}); refused != 403 {
			t.Errorf("another person takes it away: %d", refused)
		}
		// What is no picture, too large, or not the person's own is none.
		large := append(picture(30, 30), bytes.Repeat([]byte("x"), 6<<20)...)
		hidden := seller.add("contacts", map[string]any{"name": "王", "picture": seller.file("secret.png", picture(9, 9))})
		secret, _ := seller.must(200, "GET", "contacts/"+hidden, nil)["picture"].(map[string]any)
		if answer, _ := other.fetch("files/" + fmt.Sprint(secret["id"])); answer.StatusCode != 404 {
			t.Fatalf("the stranger sees the secret: %d", answer.StatusCode)
		}
		for name, value := range map[string]any{
			"a text": other.file("a.txt", []byte("text")), "too large": other.file("large.png", large), "nothing of that id": "12345", "another's": secret["id"],
			"another's, spelled out": map[string]any{"id": secret["id"], "type": "image/png", "width": 1}, "no id": "x", "a number": 7, "a list": []any{secret["id"]}, "many": []any{"1", "2"},
		} {
			if status, answer := other.call("PATCH", "me", map[string]any{"photo": value}); status != 422 {
				t.Errorf("%s: %d %v", name, status, answer)
			}
		}
		if answer, _ := other.fetch("files/" + fmt.Sprint(secret["id"])); answer.StatusCode != 404 {
			t.Errorf("the stranger came to see the secret: %d", answer.StatusCode)
		}
		// An administrator sets it for somebody, and it can be taken away.
		admin.must(200, "PATCH", "users/"+fmt.Sprint(user["id"]), map[string]any{"photo": admin.file("b.png", picture(20, 20))})
		seller.must(200, "PATCH", "me", map[string]any{"photo": nil})
		if me, _ := seller.must(200, "GET", "me", nil)["user"].(map[string]any); me["photo"] != nil {
			t.Errorf("after taking it away: %v", me)
		}
	})
}
