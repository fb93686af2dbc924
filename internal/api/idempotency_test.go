package api

import (
	"context"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"guanxi/internal/crm"
)

// shelf is a Replays in memory: what is recorded is recorded when the effect is
// made, which for the tiny resource is commit.
type shelf struct {
	mu      sync.Mutex
	answers map[string][]byte
	down    bool
}

type shelved struct {
	name   string
	answer func() ([]byte, error)
}

type shelfKey struct{}

func (s *shelf) Earlier(_ context.Context, name string) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.down {
		return nil, crm.Fail("test", crm.Unavailable, "no table")
	}
	return s.answers[name], nil
}

func (s *shelf) Recording(ctx context.Context, name string, answer func() ([]byte, error)) context.Context {
	return context.WithValue(ctx, shelfKey{}, shelved{name, answer})
}

// commit makes an effect; a Conflict where the request had one already.
func (s *shelf) commit(ctx context.Context, effect func()) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r, ok := ctx.Value(shelfKey{}).(shelved); ok {
		if s.answers[r.name] != nil {
			return crm.Fail("test", crm.Conflict, "somebody else was first")
		}
		answer, err := r.answer()
		if err != nil {
			return err
		}
		s.answers[r.name] = answer
	}
	effect()
	return nil
}

func (r *rig) keyed(subject crm.Subject, key, target, body string) *httptest.ResponseRecorder {
	return r.call(subject, "POST", target, body, "Idempotency-Key: "+key)
}

func TestARepeatedRequestGetsTheSameAnswer(t *testing.T) {
	r := newRig()
	const body = `{"name":"<李&雷>","size":9007199254740993}`
	first := r.keyed("admin", "k-1", "/v1/things", body)
	for _, key := range []string{"k-1", `"k-1"`} {
		again := r.keyed("admin", key, "/v1/things", body)
		if again.Code != 201 || again.Body.String() != first.Body.String() || again.Header().Get("ETag") != `"1"` || again.Header().Get("Content-Type") != "application/json" {
			t.Errorf("%d %v %s\nthe first time: %d %v %s", again.Code, again.Header(), again.Body, first.Code, first.Header(), first.Body)
		}
		if first.Header().Get("Idempotent-Replayed") != "" || again.Header().Get("Idempotent-Replayed") != "true" {
			t.Errorf("marked %v, then %v", first.Header(), again.Header())
		}
	}
	if r.created != 1 {
		t.Errorf("%d things were created", r.created)
	}
	for name, send := range map[string]func() *httptest.ResponseRecorder{
		"another key":     func() *httptest.ResponseRecorder { return r.keyed("admin", "k-2", "/v1/things", body) },
		"another caller":  func() *httptest.ResponseRecorder { return r.keyed("root", "k-1", "/v1/things", body) },
		"without the key": func() *httptest.ResponseRecorder { return r.call("admin", "POST", "/v1/things", body) },
	} {
		before := r.created
		if out := send(); out.Code != 201 || r.created != before+1 || out.Header().Get("Idempotent-Replayed") != "" {
			t.Errorf("%s: %d, %d created, %v", name, out.Code, r.created-before, out.Header())
		}
	}
	before := r.created
	wantProblem(t, "another body", r.keyed("admin", "k-1", "/v1/things", `{"name":"x"}`), 422, "header.Idempotency-Key")
	wantProblem(t, "another query", r.keyed("admin", "k-1", "/v1/things?loud=true", body), 422, "header.Idempotency-Key")
	if r.created != before {
		t.Error("a reused key had an effect")
	}
}

func TestManyEqualRequestsGetOneAnswer(t *testing.T) {
	r := newRig()
	var answers [64]string
	var wg sync.WaitGroup
	for i := range answers {
		wg.Go(func() {
			out := r.keyed("admin", "k", "/v1/things", `{"name":"x"}`)
			answers[i] = out.Result().Status + out.Body.String()
		})
	}
	wg.Wait()
	for i, got := range answers {
		if got != answers[0] || !strings.HasPrefix(got, "201") {
			t.Errorf("request %d: %s", i, got)
		}
	}
	if r.created != 1 {
		t.Errorf("%d things were created", r.created)
	}
}

func TestOnlySuccessesAreKept(t *testing.T) {
	r := newRig()
	r.fails = crm.Fail("test", crm.Conflict, "not now")
	wantProblem(t, "while it fails", r.keyed("admin", "k", "/v1/things", `{"name":"x"}`), 409)
	r.fails = nil
	if out := r.keyed("admin", "k", "/v1/things", `{"name":"x"}`); out.Code != 201 || out.Header().Get("Idempotent-Replayed") != "" {
		t.Errorf("then: %d %v", out.Code, out.Header())
	}
	r.shelf.down = true
	wantProblem(t, "earlier answers can't be read", r.keyed("admin", "k", "/v1/things", `{"name":"x"}`), 503)
}

func TestWhatAKeyMayBe(t *testing.T) {
	long := strings.Repeat("~", 255)
	for key, ok := range map[string]bool{
		"!": true, `"!"`: true, long: true, `"` + long + `"`: true, "a,b;c=1": true,
		"": false, long + "~": false, `""`: false, `"`: false, `"a`: false, `a"`: false, `a"b`: false, `""a""`: false, "a b": false, "a\tb": false, "é": false, "a\x7f": false,
	} {
		out := newRig().keyed("admin", key, "/v1/things", `{"name":"x"}`)
		if ok && out.Code != 201 {
			t.Errorf("%q: %d %s", key, out.Code, out.Body)
		}
		if !ok {
			wantProblem(t, key, out, 422, "header.Idempotency-Key")
		}
	}
	if out := newRig().call("admin", "GET", "/v1/things", "", "Idempotency-Key: a b"); out.Code != 200 {
		t.Errorf("GET, which has no keys: %d", out.Code)
	}
}
