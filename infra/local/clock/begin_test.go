package clock

import (
	"path/filepath"
	"testing"
	"time"
)

func TestBeginIsTheWayIntoThePast(t *testing.T) {
	file := filepath.Join(t.TempDir(), "data", "clock.json")
	past := time.Date(1997, 1, 1, 8, 0, 0, 0, time.UTC)
	if err := Begin(file, past); err != nil {
		t.Fatal(err)
	}
	if err := Begin(file, past.AddDate(10, 0, 0)); err != nil { // there is one already
		t.Fatal(err)
	}
	c, err := Open(file)
	if err != nil {
		t.Fatal(err)
	}
	if ran := c.Now().Sub(past); ran < 0 || ran > time.Minute {
		t.Fatalf("the clock shows %v, not %v", c.Now(), past)
	}
}
