package signup_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"guanxi/internal/api"
	"guanxi/internal/api/signup"
	"guanxi/internal/crm"
	"guanxi/internal/customer"
	"guanxi/internal/identity/identitytest"
)

var noon = time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)

// shop is one store, a counter, and nobody who normalises; people are kept in memory.
type shop struct {
	identitytest.Memory
	mu     sync.Mutex
	taken  map[string]int
	claims int
}

func (s *shop) Store(_ context.Context, id crm.StoreID) (crm.Store, error) {
	if id != "sh-001" {
		return crm.Store{}, crm.Fail("shop.Store", crm.NotFound, "there is no such store")
	}
	return crm.Store{ID: id, Name: "Huaihai"}, nil
}

func (s *shop) Take(_ context.Context, name, who string, most int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.taken == nil {
		s.taken = map[string]int{}
	}
	if s.taken[who]++; s.taken[who] > most {
		return &crm.Error{Op: "shop.Take", Kind: crm.TooMany, RetryAfter: 90 * time.Second}
	}
	return nil
}

func (s *shop) ClaimSignUp(_ context.Context, _ customer.Key, _ customer.Profile) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.claims++
	return nil
}

type asTyped struct{}

func (asTyped) Profile(p customer.Profile) (customer.Profile, error) { return p, p.Validate() }

func (s *shop) handler(most int) http.Handler {
	return signup.Register(api.New(api.Config{Log: slog.New(slog.DiscardHandler)}), s, s, asTyped{}, s, most)
}

func post(h http.Handler, media, body, address string) *httptest.ResponseRecorder {
	ctx := crm.WithEvent(context.Background(), crm.Event{At: noon, Trace: "test", Address: address})
	r := httptest.NewRequestWithContext(ctx, http.MethodPost, "/v1/sign-up/sh-001", strings.NewReader(body))
	r.Header.Set("Content-Type", media)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// TestOfManyAtOnceOneIsNew: all get the same answer, one customer comes of it,
// and whoever came later is a claim.
func TestOfManyAtOnceOneIsNew(t *testing.T) {
	const many = 64
	s := &shop{}
	h := s.handler(many)
	answers := make(chan string, many)
	var all sync.WaitGroup
	for i := range many {
		all.Go(func() {
			w := post(h, "application/json", fmt.Sprintf(`{"name":"Mei %d","phone":"+8613812345678"}`, i), "192.0.2.1")
			answers <- fmt.Sprint(w.Code, " ", w.Body)
		})
	}
	all.Wait()
	close(answers)
	first := <-answers
	for other := range answers {
		if other != first || !strings.HasPrefix(first, "201 ") {
			t.Fatalf("%s and %s", first, other)
		}
	}
	if len(s.All()) != 1 || s.claims != many-1 {
		t.Errorf("%d customers, %d claims", len(s.All()), s.claims)
	}
}

func TestAnAddressSignsUpSoOftenAnHour(t *testing.T) {
	s := &shop{}
	h := s.handler(2)
	const body, typed = `{"name":"Mei","phone":"+8613812345678"}`, "name=Mei&phone=%2B8613812345678"
	for range 2 {
		if w := post(h, "application/json", body, "192.0.2.1"); w.Code != http.StatusCreated {
			t.Fatal(w.Code, w.Body)
		}
	}
	if w := post(h, "application/json", body, "192.0.2.1"); w.Code != http.StatusTooManyRequests || w.Header().Get("Retry-After") != "90" {
		t.Error(w.Code, w.Header())
	}
	if w := post(h, "application/x-www-form-urlencoded", typed, "192.0.2.1"); w.Code != http.StatusTooManyRequests || !strings.Contains(w.Body.String(), "提交次数过多") {
		t.Error(w.Code, w.Body)
	}
	if w := post(h, "application/json", body, "192.0.2.2"); w.Code != http.StatusCreated {
		t.Error("another address:", w.Code)
	}
	if w := post(h, "text/plain", body, "192.0.2.2"); w.Code != http.StatusUnsupportedMediaType {
		t.Error("another media type:", w.Code)
	}
}
