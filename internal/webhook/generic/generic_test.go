package generic_test

import (
	"encoding/json"
	"errors"
	"flag"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"guanxi/internal/crm"
	"guanxi/internal/webhook"
	"guanxi/internal/webhook/generic"
)

var update = flag.Bool("update", false, "write the golden files anew")

const secret = "whsec_dGlsbHRpbGx0aWxsdGlsbHRpbGx0aWxsdGlsbA=="

// TestBodies holds what each body means against its golden file.
func TestBodies(t *testing.T) {
	files, _ := filepath.Glob("testdata/*.json")
	if len(files) < 10 {
		t.Fatalf("only %d bodies found", len(files))
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			body, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			said, err := generic.Platform{}.Translate(crm.Connection{}, http.Header{"Webhook-Id": {"msg_1"}}, body)
			result := struct {
				Said    webhook.Delivery
				Refused *webhook.Refusal `json:",omitempty"`
			}{Said: said}
			if err != nil && !errors.As(err, &result.Refused) {
				t.Fatalf("not a refusal: %v", err)
			}
			got, _ := json.MarshalIndent(result, "", "  ")
			golden := strings.TrimSuffix(file, ".json") + ".golden"
			if *update {
				if err := os.WriteFile(golden, append(got, '\n'), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(strings.TrimSpace(string(want)), string(got)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestVerify signs with the function that the documentation describes. The
// times are the machine's: the guard against replays is the library's.
func TestVerify(t *testing.T) {
	body := []byte(`{"type":"order.stated"}`)
	signed := func(at time.Time, with string) http.Header {
		h := http.Header{}
		if err := generic.Sign(h, "msg_1", at, body, with); err != nil {
			t.Fatal(err)
		}
		return h
	}
	const other = "whsec_b3RoZXJvdGhlcm90aGVyb3RoZXJvdGhlcm90aGVy"
	both := signed(time.Now(), other)
	both.Set("webhook-signature", both.Get("webhook-signature")+" "+signed(time.Now(), secret).Get("webhook-signature"))
	renamed := signed(time.Now(), secret)
	renamed.Set("webhook-id", "msg_2")
	for name, c := range map[string]struct {
		headers http.Header
		body    []byte
		secrets []string
		want    bool
	}{
		"right":                {signed(time.Now(), secret), body, []string{secret}, true},
		"receiver rotates":     {signed(time.Now(), secret), body, []string{other, secret}, true},
		"sender rotates":       {both, body, []string{secret}, true},
		"another secret":       {signed(time.Now(), other), body, []string{secret}, false},
		"another body":         {signed(time.Now(), secret), []byte(`{}`), []string{secret}, false},
		"another id":           {renamed, body, []string{secret}, false},
		"ten minutes old":      {signed(time.Now().Add(-10*time.Minute), secret), body, []string{secret}, false},
		"ten minutes ahead":    {signed(time.Now().Add(10*time.Minute), secret), body, []string{secret}, false},
		"no headers":           {http.Header{}, body, []string{secret}, false},
		"no secret":            {signed(time.Now(), secret), body, nil, false},
		"a secret that's none": {signed(time.Now(), secret), body, []string{"whsec_%"}, false},
	} {
		if got := (generic.Platform{}).Verify(c.headers, c.body, c.secrets); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// FuzzTranslate: no bytes make it panic, and what it can't use it refuses.
func FuzzTranslate(f *testing.F) {
	files, _ := filepath.Glob("testdata/*.json")
	for _, file := range files {
		body, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(body)
	}
	f.Add([]byte(`{"type":"order.stated","data":null}`))
	f.Add([]byte(`{"type":"order.stated"}{}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		d, err := generic.Platform{}.Translate(crm.Connection{}, http.Header{}, body)
		if _, ok := errors.AsType[*webhook.Refusal](err); err != nil && !ok {
			t.Fatalf("not a refusal: %v", err)
		}
		if n := len(d.Orders) + len(d.Refunds) + len(d.People) + len(d.Deleted); n > 1 {
			t.Fatalf("%d meanings", n)
		}
	})
}

// FuzzVerify: no signature passes but the one that Sign makes.
func FuzzVerify(f *testing.F) {
	f.Add([]byte(`{}`), "v1,c2lnbmF0dXJl", "msg_1")
	f.Add([]byte(``), "v1, v1,", "")
	f.Fuzz(func(t *testing.T, body []byte, signature, id string) {
		h := http.Header{}
		if err := generic.Sign(h, id, time.Now(), body, secret); err != nil {
			t.Fatal(err)
		}
		right := h.Get("webhook-signature")
		h.Set("webhook-signature", signature)
		if (generic.Platform{}).Verify(h, body, []string{secret}) && !strings.Contains(signature, right) {
			t.Fatalf("%q over %q", signature, body)
		}
	})
}
