package generic_test

import (
	"net/http"
	"os"
	"regexp"
	"testing"

	"guanxi/internal/crm"
	"guanxi/internal/webhook/generic"
)

// TestTheDocumentedBodies: what docs/webhooks.md shows is what we read.
func TestTheDocumentedBodies(t *testing.T) {
	page, err := os.ReadFile("../../../docs/webhooks.md")
	if err != nil {
		t.Fatal(err)
	}
	shown := regexp.MustCompile("(?s)```json\n(\\{\n  \"type\".*?)```").FindAllSubmatch(page, -1)
	shown = append(shown, regexp.MustCompile(`BODY='(.*)'`).FindAllSubmatch(page, -1)...)
	if len(shown) != 4 {
		t.Fatalf("%d bodies found, not 4", len(shown))
	}
	for _, body := range shown {
		d, err := generic.Platform{}.Translate(crm.Connection{}, http.Header{}, body[1])
		if err != nil || len(d.Orders)+len(d.Refunds)+len(d.People) != 1 {
			t.Errorf("%v from %s", err, body[1])
		}
	}
}
