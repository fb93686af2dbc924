package control

import (
	"context"
	"fmt"
	"net/http/httptest"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"guanxi/infra/local/clock"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestDurations(t *testing.T) {
	from := time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)
	for text, want := range map[string]string{
		"P1D":          "2026-02-01T12:00:00Z",
		"P365D":        "2027-01-31T12:00:00Z",
		"P1Y2M1W1DT1H": "2027-04-08T13:00:00Z", // 31 March and eight days
		"PT90M":        "2026-01-31T13:30:00Z",
		"PT0.25S":      "2026-01-31T12:00:00.25Z",
		"P":            "", "PT": "", "1D": "", "P1H": "", "P-1D": "", "P1DT": "",
	} {
		got, err := addDuration(from, text)
		if want == "" {
			if err == nil {
				t.Errorf("%s was accepted", text)
			}
			continue
		}
		if err != nil || got.Format(time.RFC3339Nano) != want {
			t.Errorf("%s: %v, %v, want %s", text, got, err, want)
		}
	}
}

func schedule(t rapid.TB, expression string) clock.Schedule {
	s, _, err := clock.ParseSchedule(expression)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// The doubling search finds what stepping through every firing finds.
func TestTheLastFiring(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := schedule(t, rapid.SampledFrom([]string{"rate(1 minute)", "rate(7 minutes)", "rate(1 hour)", "cron(10 16 * * ? *)", "cron(0/20 8 ? * MON-FRI *)"}).Draw(t, "schedule"))
		from := time.Date(2026, 1, 1, 0, 0, rapid.IntRange(0, 1e6).Draw(t, "from"), 0, time.UTC)
		to := from.Add(time.Duration(rapid.IntRange(0, 3*86400).Draw(t, "seconds")) * time.Second)
		var want time.Time
		for at := s.Next(from); !at.After(to); at = s.Next(at) {
			want = at
		}
		if got := last(s, from, to); !got.Equal(want) {
			t.Fatalf("got %v, want %v", got, want)
		}
	})
}

// target is a rule's function. It notes when it was invoked.
type target struct {
	mu    sync.Mutex
	times []string
	fails int
}

func (f *target) Invoke(_ context.Context, event []byte) ([]byte, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	_, rest, _ := strings.Cut(string(event), `"time":"`)
	at, _, _ := strings.Cut(rest, `"`)
	f.times = append(f.times, at)
	if f.fails > 0 {
		f.fails--
		return nil, fmt.Errorf("not yet")
	}
	return nil, nil
}

func (f *target) seen() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.times
}

func scheduler(t *testing.T, file string, clk *clock.Clock, rules ...Rule) (*Control, *Scheduler) {
	t.Helper()
	s, err := NewScheduler(clk, "000000000000", "us-east-1", file, rules)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	return New(Parts{Clock: clk, Scheduler: s}), s
}

func at(t *testing.T, text string) time.Time {
	t.Helper()
	v, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// Cron rules fire at each of their times, a rate once between two of them, before a cron rule of the same time, and none
// twice over two advances.
func TestAdvance(t *testing.T) {
	clk, err := clock.Open("")
	if err != nil {
		t.Fatal(err)
	}
	if err := clk.Set(at(t, "2040-05-01T12:00:00Z")); err != nil {
		t.Fatal(err)
	}
	both := &target{}
	c, _ := scheduler(t, "", clk,
		Rule{Name: "night", Schedule: schedule(t, "cron(10 16 * * ? *)"), Function: both},
		Rule{Name: "hour", Rate: true, Schedule: schedule(t, "rate(1 hour)"), Function: both})
	for _, to := range []string{"2040-05-02T16:10:00Z", "2040-05-03T12:00:00Z"} {
		if _, err := c.Advance(t.Context(), at(t, to)); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{
		"2040-05-01T16:00:00Z", "2040-05-01T16:10:00Z",
		"2040-05-02T16:00:00Z", "2040-05-02T16:10:00Z",
		"2040-05-03T12:00:00Z",
	}
	if diff := cmp.Diff(want, both.seen()); diff != "" {
		t.Error(diff)
	}
}

// lambda/latest/dg/invocation-async-error-handling.html: two more attempts by default. What fires is waited for.
func TestAFailedFiringIsTriedAgain(t *testing.T) {
	clk, err := clock.Open("")
	if err != nil {
		t.Fatal(err)
	}
	for fails, want := range map[int]int{1: 2, 9: 3} {
		f := &target{fails: fails}
		c, _ := scheduler(t, "", clk, Rule{Name: "hour", Rate: true, Schedule: schedule(t, "rate(1 hour)"), Function: f, Retries: 2})
		if _, err := c.Advance(t.Context(), clk.Now().Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		if got := len(f.seen()); got != want {
			t.Errorf("%d failures: %d attempts, want %d", fails, got, want)
		}
	}
}

// What was missed while no host ran is made up for by one firing of each rule.
func TestMissedFirings(t *testing.T) {
	clk, err := clock.Open("")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "schedules")
	f := &target{}
	rule := Rule{Name: "hour", Rate: true, Schedule: schedule(t, "rate(1 hour)"), Function: f}
	_, before := scheduler(t, file, clk, rule)
	before.Stop()
	if err := clk.Set(clk.Now().Add(72 * time.Hour)); err != nil {
		t.Fatal(err)
	}
	c, s := scheduler(t, file, clk, rule)
	s.Start(func(err error) { t.Error(err) })
	for deadline := time.Now().Add(10 * time.Second); len(f.seen()) == 0; {
		if time.Now().After(deadline) {
			t.Fatal("nothing fired")
		}
		runtime.Gosched()
	}
	if err := c.Settle(t.Context(), time.Minute); err != nil {
		t.Fatal(err)
	}
	if got := f.seen(); len(got) != 1 {
		t.Errorf("fired at %v, want once", got)
	}
}

func TestRequestsThatAreNotUnderstood(t *testing.T) {
	clk, err := clock.Open("")
	if err != nil {
		t.Fatal(err)
	}
	c, _ := scheduler(t, "", clk)
	for _, call := range []struct {
		path, body string
		status     int
	}{
		{"/clock/advance", `{}`, 400},
		{"/clock/advance", `{"by":"P1D","to":"2030-01-01T00:00:00Z"}`, 400},
		{"/clock/advance", `{"bye":"P1D"}`, 400},
		{"/clock/advance", `{"to":"2001-01-01T00:00:00Z"}`, 409},
		{"/settle", `{"timeout":"soon"}`, 400},
		{"/settle", ``, 200},
		{"/functions/x/faults", `{}`, 404},
		{"/queues/x/redrive", ``, 404},
	} {
		w := httptest.NewRecorder()
		c.Handler().ServeHTTP(w, httptest.NewRequest("POST", call.path, strings.NewReader(call.body)))
		if w.Code != call.status {
			t.Errorf("%s %s: %d %s, want %d", call.path, call.body, w.Code, w.Body, call.status)
		}
	}
}
