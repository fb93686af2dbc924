package clock

import (
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var epoch = time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)

func openAt(t testing.TB, file string, real *time.Time) *Clock {
	t.Helper()
	c, err := open(file, func() time.Time { return *real })
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestEventsAreDatedByThePieceInForce(t *testing.T) {
	real := epoch
	c := openAt(t, "", &real)
	real = real.Add(10 * time.Second)
	before := real
	real = real.Add(10 * time.Second)
	if err := c.Set(epoch.AddDate(1, 0, 0)); err != nil {
		t.Fatal(err)
	}
	real = real.Add(5 * time.Second)
	if got, want := c.Now(), epoch.AddDate(1, 0, 0).Add(5*time.Second); !got.Equal(want) {
		t.Errorf("now %s, want %s", got, want)
	}
	if got := c.At(before); !got.Equal(before) {
		t.Errorf("an event from before the jump is dated %s, want %s", got, before)
	}
	if err := c.Set(epoch); err == nil {
		t.Error("the clock went backwards")
	}
}

// SQS dates messages by whole milliseconds, rounded down.
func TestMessageSentRightAfterAJumpComesAfterIt(t *testing.T) {
	real := epoch.Add(700 * time.Microsecond)
	c := openAt(t, "", &real)
	target := epoch.AddDate(1, 0, 0)
	real = real.Add(time.Second)
	if err := c.Set(target); err != nil {
		t.Fatal(err)
	}
	if got := c.At(time.UnixMilli(real.UnixMilli())); got.Before(target) {
		t.Errorf("dated %s, before the jump to %s", got, target)
	}
}

func TestClockOutlivesItsHost(t *testing.T) {
	file := filepath.Join(t.TempDir(), "deep", "clock.json")
	real := epoch
	c := openAt(t, file, &real)
	if err := c.Set(epoch.AddDate(0, 6, 0)); err != nil {
		t.Fatal(err)
	}
	real = real.Add(time.Hour)
	again := openAt(t, file, &real)
	if got, want := again.Now(), epoch.AddDate(0, 6, 0).Add(time.Hour); !got.Equal(want) {
		t.Errorf("now %s, want %s: virtual time runs on while nobody looks", got, want)
	}
}

// Whatever the moves, virtual time never runs backwards, Set is exact to a millisecond, an event
// keeps its date whatever comes after, and a reopened clock is the same clock.
func TestClockProperties(t *testing.T) {
	dir := t.TempDir()
	n := 0
	rapid.Check(t, func(t *rapid.T) {
		n++
		file := filepath.Join(dir, strconv.Itoa(n))
		real := epoch
		c, err := open(file, func() time.Time { return real })
		if err != nil {
			t.Fatal(err)
		}
		type event struct{ real, dated time.Time }
		var events []event
		last := c.Now()
		for range rapid.IntRange(1, 30).Draw(t, "moves") {
			real = real.Add(time.Duration(rapid.Int64Range(int64(time.Millisecond), int64(time.Hour)).Draw(t, "real")))
			if rapid.Bool().Draw(t, "set") {
				to := c.Now().Add(time.Duration(rapid.Int64Range(0, int64(400*24*time.Hour)).Draw(t, "by")))
				if err := c.Set(to); err != nil {
					t.Fatal(err)
				}
				if off := c.Now().Sub(to); off < 0 || off >= time.Millisecond {
					t.Fatalf("set to %s, shows %s", to, c.Now())
				}
				// The clock is moved to the start of the running millisecond.
				real = real.Truncate(time.Millisecond).Add(time.Millisecond)
			}
			if c.Now().Before(last) {
				t.Fatalf("ran backwards from %s to %s", last, c.Now())
			}
			last = c.Now()
			events = append(events, event{real, last})
		}
		again, err := open(file, func() time.Time { return real })
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range events {
			if !c.At(e.real).Equal(e.dated) {
				t.Fatalf("event dated %s is now dated %s", e.dated, c.At(e.real))
			}
		}
		if !again.Now().Equal(c.Now()) {
			t.Fatalf("reopened shows %s, want %s", again.Now(), c.Now())
		}
	})
}
